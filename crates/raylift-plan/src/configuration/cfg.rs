//! `.cfg` files.

use raylift_model::codes;
use raylift_model::facts::ConfigurationKind;
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
    let site_decides = case.site_sets(SWITCH);
    let read_today = case.from < (7, 3) || is_on(case.site.defaults.portal.get(SWITCH));
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

fn is_on(value: Option<&String>) -> bool {
    value.is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
}
