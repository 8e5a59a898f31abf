//! What the person asked for.

use std::collections::BTreeMap;

use raylift_model::names::{RelativePath, RunId};
use raylift_model::settings::Settings;

/// Whose Tomcat the site has afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AppServer {
    /// The site keeps its own; only Liferay's files in it are exchanged.
    #[default]
    Keep,
    /// The release's: `bin`, `conf` and `lib` are taken from the bundle, in the site's folder.
    Bundle,
}

/// Whose file is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The site's.
    Site,
    /// The release's.
    Release,
}

/// What the person asked for, beside the release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// The run this plan would be carried out by; its paths contain the name.
    pub run: RunId,
    /// Run optional micro steps too.
    pub micro: bool,
    /// Accept a re-spin of the installed version.
    pub same_release: bool,
    /// Whose Tomcat the site has afterwards.
    pub app_server: AppServer,
    /// Whose file is taken where site and release differ: a path below Tomcat's folder, or a folder of it, and the side.
    pub resolutions: BTreeMap<RelativePath, Side>,
    /// Move portal properties that would keep the new release from starting to the system properties.
    pub move_migrated_keys: bool,
    /// Do without the proof of a restore point.
    pub waive_proof: bool,
    /// The site's settings.
    pub settings: Settings,
}

impl Wishes {
    /// Whose file was asked for by name, or by the name of a folder; `name` is below Tomcat's folder.
    pub(crate) fn resolution(&self, name: &RelativePath) -> Option<Side> {
        self.resolutions
            .iter()
            .filter(|(named, _)| *named == name || name.below(named).is_some())
            .max_by_key(|(named, _)| named.as_str().len())
            .map(|(_, side)| *side)
    }
}
