//! Files that lie where the new release does not look.

use raylift_model::codes;
use raylift_model::facts::ConfigurationFile;
use raylift_model::finding::{Finding, Severity};

use crate::configuration::{CONFIGS, Case, is_configuration, is_in_configs};

/// Folders in which 7.2 reads configurations, too: `ConfigInstaller.canHandle` looks at the ending only, and these are
/// watched (`module.framework.auto.deploy.dirs`).
const WATCHED: [&str; 3] = ["osgi/marketplace", "osgi/modules", "osgi/war"];

/// A warning for each that the installed release reads, a note for each that no release reads.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    case.files
        .iter()
        .filter(|file| is_configuration(file) && !is_in_configs(&file.path))
        .map(|file| {
            let is_read = is_read_today(case, file);
            let crosses = case.to >= (7, 3);
            let (severity, message) = match (is_read, crosses) {
                (true, true) => (
                    Severity::Warning,
                    "the installed release reads this file here, the new one does not",
                ),
                (true, false) => (Severity::Note, "lies outside of osgi/configs, and is read"),
                (false, _) => (Severity::Note, "lies where no release reads it"),
            };
            Finding::new(
                severity,
                codes::CONFIGURATION_MISPLACED,
                file.path.as_str(),
                message,
                format!("move it into {CONFIGS}, or away when nothing needs it"),
            )
        })
        .collect()
}

/// By its place, or because a row says that it was read from there.
fn is_read_today(case: &Case<'_>, file: &ConfigurationFile) -> bool {
    case.from < (7, 3) && WATCHED.contains(&file.path.parent())
        || case
            .site
            .database
            .configurations
            .iter()
            .any(|row| row.file.as_ref() == Some(&file.path))
}
