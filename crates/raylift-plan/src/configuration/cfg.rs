//! `.cfg` files.

use raylift_model::codes;
use raylift_model::facts::{
    ConfigurationFile, ConfigurationKind, PropertyDefaults, ReleaseFacts, SiteFacts,
};
use raylift_model::finding::{Finding, Severity};
use raylift_model::plan::PropertySet;

use crate::configuration::{Case, is_in_configs};
use crate::properties::{PropertyFile, set_of};

/// The switch of 7.3 and later, false in the `portal.properties` of 7.3.6, 7.4.3.41 and 7.4.3.103; 7.2 has none and
/// reads the files.
const SWITCH: &str = "module.framework.file.install.cfg.enabled";

/// A blocker where the installed release reads such a file and the new one does not, or may not; a note where neither reads
/// it.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let reads = Reads::of(case.site, case.release, (case.from, case.to));
    let (severity, message) = match (reads.before, reads.after) {
        (_, Some(true)) => return Vec::new(),
        (Some(true), Some(false)) => (
            Severity::Blocker,
            "the new release does not read .cfg files: these settings would be lost".to_owned(),
        ),
        (Some(true), None) => (
            Severity::Blocker,
            format!(
                "the new release reads this file only when {SWITCH} is true; the site sets it where raylift cannot read to what"
            ),
        ),
        (None, _) => (
            Severity::Warning,
            format!("this file is read, today as after the update, only when {SWITCH} is true"),
        ),
        (Some(false), _) => (
            Severity::Note,
            "no .cfg file is read, by the installed release as by the new one".to_owned(),
        ),
    };
    case.files
        .iter()
        .filter(|file| file.kind == ConfigurationKind::Cfg && is_in_configs(&file.path))
        .map(|file| {
            let finding = |message: String, remedy: String| {
                Finding::new(
                    severity,
                    codes::CONFIGURATION_CFG,
                    file.path.as_str(),
                    message,
                    remedy,
                )
            };
            match twin(case, file) {
                Some(twin) if severity == Severity::Blocker => finding(
                    format!(
                        "{message}, and {twin} holds the same configuration: today nobody promises which of the two counts, after the update it is {twin}"
                    ),
                    format!("look which values the site works with, put them into {twin}, and remove this file"),
                ),
                Some(twin) => finding(
                    format!("{message}; {twin} holds the same configuration"),
                    "remove this file when its values are in the other".to_owned(),
                ),
                None => finding(
                    message.clone(),
                    format!(
                        "write it anew as .config, values in quotation marks, or set {SWITCH}=true in portal-ext.properties"
                    ),
                ),
            }
        })
        .collect()
}

/// The `.config` file of the configuration that a `.cfg` file stands for.
fn twin<'a>(case: &Case<'a>, cfg: &ConfigurationFile) -> Option<&'a str> {
    let is = cfg.reading(case.to)?;
    case.read_files()
        .filter(|(file, _)| file.kind == ConfigurationKind::Config)
        .find(|(_, reading)| (&reading.pid, &reading.name) == (&is.pid, &is.name))
        .map(|(file, _)| file.path.as_str())
}

/// Whether the new release is certain to read `.cfg` files.
pub(super) fn is_read(case: &Case<'_>) -> bool {
    Reads::of(case.site, case.release, (case.from, case.to)).after == Some(true)
}

/// The installed release reads `.cfg` files, and it is not certain that the new one does.
pub(super) fn is_lost(
    site: &SiteFacts,
    release: &ReleaseFacts,
    lines: ((u32, u32), (u32, u32)),
) -> bool {
    let reads = Reads::of(site, release, lines);
    reads.before == Some(true) && reads.after != Some(true)
}

/// Whether each of the two releases reads `.cfg` files; `None` where that cannot be told.
struct Reads {
    before: Option<bool>,
    after: Option<bool>,
}

impl Reads {
    fn of(site: &SiteFacts, release: &ReleaseFacts, (from, to): ((u32, u32), (u32, u32))) -> Self {
        let own = own_switch(site);
        let reads = |line: (u32, u32), defaults: &PropertyDefaults| match &own {
            _ if line < (7, 3) => Some(true),
            Some(own) => own.as_deref().map(is_on),
            None if !defaults.undetermined.is_empty() => None,
            None => Some(
                defaults
                    .portal
                    .get(SWITCH)
                    .is_some_and(|value| is_on(value)),
            ),
        };
        Self {
            before: reads(from, &site.defaults),
            after: reads(to, &release.defaults),
        }
    }
}

/// What the site itself sets: nothing, or the last place, whose value is known where it is a file of the home.
fn own_switch(site: &SiteFacts) -> Option<Option<String>> {
    let last = site.properties.iter().rev().find(|source| {
        !source.place.contains("!/")
            && set_of(&source.place) == PropertySet::Portal
            && source.keys.iter().any(|key| key == SWITCH)
    })?;
    let file = PropertyFile::of(site, last).filter(|file| !file.repeats(SWITCH));
    Some(file.and_then(|file| Some(file.value(PropertySet::Portal, SWITCH)?.to_owned())))
}

fn is_on(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("true")
}
