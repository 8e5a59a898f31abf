//! Keys that the metatype of a PID does not have.

use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use crate::configuration::{Case, Described};

/// Keys that belong to the framework or to the portal's scopes, whatever the metatype says (layout-and-artifacts 5).
const ALWAYS: [&str; 10] = [
    "companyId",
    "companyWebId",
    "configuration.cleaner.ignore",
    "felix.fileinstall.filename",
    "groupId",
    "groupKey",
    "portletInstanceId",
    "portletInstanceKey",
    "service.ranking",
    "service.vendor",
];

/// One finding for each file or row with such keys: a warning when the installed release has one of them, or one is a
/// known key in other letters.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    case.described()
        .filter_map(|described| one(case, &described))
        .collect()
}

fn one(case: &Case<'_>, described: &Described<'_>) -> Option<Finding> {
    let pid = described.pid;
    if !case.after.has(pid) {
        return None;
    }
    let mut severity = Severity::Note;
    let mut evidence = Vec::new();
    for entry in described.entries {
        let key = entry.key.as_str();
        if is_always_there(key) || case.after.attribute(pid, key).is_some() {
            continue;
        }
        let line = match entry.line {
            0 => String::new(),
            line => format!("line {line}: "),
        };
        let near = case
            .after
            .attributes(pid)
            .find(|known| known.eq_ignore_ascii_case(key));
        if let Some(near) = near {
            severity = Severity::Warning;
            evidence.push(format!("{line}{key} should be {near}"));
        } else if case.before.attribute(described.before, key).is_some() {
            severity = Severity::Warning;
            evidence.push(format!("{line}{key} is gone in the new release"));
        } else {
            evidence.push(format!("{line}{key} is not known"));
        }
    }
    Finding::new(
        severity,
        codes::CONFIGURATION_KEY_UNKNOWN,
        described.subject,
        format!(
            "{} of its keys are not among those of {pid}",
            evidence.len()
        ),
        "correct the keys, or remove them",
    )
    .if_any(evidence)
}

/// Those of components that choose a service for a reference (OSGi Compendium, sections 112.6.2 and 112.6.2.2) and
/// private ones are not described by metatypes.
fn is_always_there(key: &str) -> bool {
    ALWAYS.contains(&key)
        || key.starts_with('.')
        || key.starts_with("service.")
        || key.starts_with("component.")
        || key.ends_with(".target")
        || key.ends_with(".cardinality.minimum")
}
