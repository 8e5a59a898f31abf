//! Names of files.

use raylift_model::codes;
use raylift_model::facts::{ConfigurationFile, ConfigurationKind, ConfigurationReading};
use raylift_model::finding::{Finding, Severity};

use crate::configuration::{Case, described_pid, is_in_configs};

/// Files that only look like configurations, names that the two releases take apart differently, and PIDs in other
/// letters than the described one.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let left_out = case
        .files
        .iter()
        .filter(|file| is_in_configs(&file.path))
        .filter_map(|file| left_out(file));
    let taken = case.read_files().filter_map(|(file, after)| {
        let before = file.reading(case.from)?;
        other_letters(case, file, after).or_else(|| taken_apart(case, file, before, after))
    });
    left_out.chain(taken).collect()
}

/// A note for a copy that somebody put aside, a warning for an ending in other letters.
fn left_out(file: &ConfigurationFile) -> Option<Finding> {
    let name = file.path.file_name().to_ascii_lowercase();
    let severity = if file.kind != ConfigurationKind::Other {
        return None;
    } else if name.ends_with(".config") || name.ends_with(".cfg") {
        Severity::Warning
    } else if name.contains(".config") || name.contains(".cfg") {
        Severity::Note
    } else {
        return None;
    };
    Some(finding(
        severity,
        file,
        "is not read: its name does not end in .config or .cfg".to_owned(),
        "rename it when it should be read; keep copies in another folder",
    ))
}

fn other_letters(
    case: &Case<'_>,
    file: &ConfigurationFile,
    after: &ConfigurationReading,
) -> Option<Finding> {
    let pid = described_pid(&after.pid);
    if case.after.has(pid) {
        return None;
    }
    let known = case.after.in_other_letters(pid)?;
    Some(finding(
        Severity::Warning,
        file,
        format!("is not read by what it is meant for: the name is {known}"),
        "rename the file; letters count in their case",
    ))
}

/// 7.2 knows the hyphen only, later releases the tilde and the underscore as well.
fn taken_apart(
    case: &Case<'_>,
    file: &ConfigurationFile,
    before: &ConfigurationReading,
    after: &ConfigurationReading,
) -> Option<Finding> {
    if (&before.pid, &before.name) == (&after.pid, &after.name) {
        return None;
    }
    let said = |reading: &ConfigurationReading| match &reading.name {
        Some(name) => format!("{name} of the factory {}", reading.pid),
        None => reading.pid.clone(),
    };
    let severity = if case.before.has(described_pid(&before.pid)) {
        Severity::Warning
    } else {
        Severity::Note
    };
    Some(finding(
        severity,
        file,
        format!(
            "to the installed release it is {}, to the new one {}",
            said(before),
            said(after)
        ),
        "look which of the two is meant; a name of the form PID~NAME.config is for 7.3 and later",
    ))
}

fn finding(severity: Severity, file: &ConfigurationFile, message: String, remedy: &str) -> Finding {
    Finding::new(
        severity,
        codes::CONFIGURATION_NAME,
        file.path.as_str(),
        message,
        remedy,
    )
}
