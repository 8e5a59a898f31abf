//! Files and rows that nothing can be said about.

use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use crate::configuration::Case;

/// A warning for each.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let unread = "could not be read, so that nothing can be said about it";
    let files = case.files.iter().filter_map(|file| {
        let reason = file.unreadable.as_deref()?;
        let (subject, rights) = (
            file.path.as_str(),
            "run raylift as the site's user or as root, and look at it",
        );
        Some(match &file.dangling {
            Some(target) => warning(
                subject,
                "is a link to a file that is not there, so that it sets nothing",
                "put the file back that the link points to, or remove the link",
            )
            .because(format!("it points to {target}")),
            None => warning(subject, unread, rights).because(reason),
        })
    });
    let rows = case.site.database.configurations.iter().filter_map(|row| {
        let reason = row.undetermined.as_deref()?;
        let again = "look at this configuration in System Settings, and save it there again";
        Some(warning(&row.pid, unread, again).because(reason))
    });
    files.chain(rows).collect()
}

fn warning(subject: &str, message: &str, remedy: &str) -> Finding {
    Finding::new(
        Severity::Warning,
        codes::CONFIGURATION_UNREADABLE,
        subject,
        message,
        remedy,
    )
}
