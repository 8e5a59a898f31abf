//! Files and rows that nothing can be said about.

use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use crate::configuration::Case;

/// A warning for each.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let warning = |subject: &str, reason: &str| {
        Finding::new(
            Severity::Warning,
            codes::CONFIGURATION_UNREADABLE,
            subject,
            "could not be read, so that nothing can be said about it",
            "run raylift as the site's user or as root, and look at it",
        )
        .because(reason)
    };
    let files = case.files.iter().filter_map(|file| {
        let reason = file.unreadable.as_deref()?;
        Some(warning(file.path.as_str(), reason))
    });
    let rows = case.site.database.configurations.iter().filter_map(|row| {
        let reason = row.undetermined.as_deref()?;
        Some(warning(&row.pid, reason))
    });
    files.chain(rows).collect()
}
