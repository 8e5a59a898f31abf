//! `.cfg` files.

use raylift_model::codes;
use raylift_model::facts::{ConfigurationKind, ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};

use crate::configuration::{Case, is_in_configs};

/// The switch of 7.3 and later, false in the `portal.properties` of 7.3.6, 7.4.3.41 and 7.4.3.103; 7.2 has none and
/// reads the files.
const SWITCH: &str = "module.framework.file.install.cfg.enabled";

/// A blocker where the installed release reads such a file and the new one does not; a warning where a property of the
/// site decides; a note where neither reads it.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    if case.to < (7, 3) || is_on(case.release.defaults.portal.get(SWITCH)) {
        return Vec::new();
    }
    let site_decides = sets_the_switch(case.site);
    let read_today = is_read_today(case.site, case.from);
    let (severity, message) = if site_decides {
        (
            Severity::Warning,
            format!("the new release reads this file only when {SWITCH} is true; the site sets it"),
        )
    } else if read_today {
        (
            Severity::Blocker,
            "the new release does not read .cfg files: these settings would be lost".to_owned(),
        )
    } else {
        (
            Severity::Note,
            "no .cfg file is read, by the installed release as by the new one".to_owned(),
        )
    };
    case.files
        .iter()
        .filter(|file| file.kind == ConfigurationKind::Cfg && is_in_configs(&file.path))
        .map(|file| {
            Finding::new(
                severity,
                codes::CONFIGURATION_CFG,
                file.path.as_str(),
                message.clone(),
                format!(
                    "write it anew as .config, values in quotation marks, or set {SWITCH}=true"
                ),
            )
        })
        .collect()
}

/// The installed release reads `.cfg` files, the new one does not, and the site says nothing about it.
pub(super) fn is_lost(
    site: &SiteFacts,
    release: &ReleaseFacts,
    (from, to): ((u32, u32), (u32, u32)),
) -> bool {
    to >= (7, 3)
        && !is_on(release.defaults.portal.get(SWITCH))
        && !sets_the_switch(site)
        && is_read_today(site, from)
}

/// Its value is not known here.
fn sets_the_switch(site: &SiteFacts) -> bool {
    site.properties
        .iter()
        .any(|source| !source.place.contains("!/") && source.keys.iter().any(|key| key == SWITCH))
}

fn is_read_today(site: &SiteFacts, from: (u32, u32)) -> bool {
    from < (7, 3) || is_on(site.defaults.portal.get(SWITCH))
}

fn is_on(value: Option<&String>) -> bool {
    value.is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
}
