//! PIDs that the new release does not describe.

use std::collections::BTreeSet;

use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use crate::configuration::{Case, described_pid, renamed_pid};

/// One finding for each file, and for each row that came from no file, whose PID no bundle describes after the update.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = case
        .read_files()
        .filter_map(|(file, reading)| {
            one(case, file.path.as_str(), described_pid(&reading.pid), true)
        })
        .collect();
    let rows: BTreeSet<&str> = case
        .site
        .database
        .configurations
        .iter()
        .filter(|row| row.file_name.is_none() && !row.is_list_of_factory())
        .map(|row| described_pid(row.known_as()))
        .collect();
    findings.extend(
        rows.into_iter()
            .filter_map(|pid| one(case, pid, pid, false)),
    );
    findings
}

fn one(case: &Case<'_>, subject: &str, pid: &str, is_file: bool) -> Option<Finding> {
    if case.after.has(pid) || case.after.in_other_letters(pid).is_some() {
        return None;
    }
    let what = if is_file { "file" } else { "row" };
    if let Some(renamed) = renamed_pid(pid, &case.before, &case.after) {
        let remedy = if is_file {
            format!("compare the keys, and call the file after {}", renamed.pid)
        } else {
            "set it again in System Settings after the update".to_owned()
        };
        return Some(
            Finding::new(
                Severity::Warning,
                codes::CONFIGURATION_RENAMED,
                subject,
                format!("the new release calls this configuration {}", renamed.pid),
                remedy,
            )
            .because(renamed.because),
        );
    }
    if case.before.has(pid) {
        return Some(Finding::new(
            Severity::Warning,
            codes::CONFIGURATION_GONE,
            subject,
            format!(
                "the installed release describes {pid}, the new one does not: the {what} has no effect any more"
            ),
            "read what took its place, and remove it after the burn-in",
        ));
    }
    // Components often read configurations that they do not describe, and rows say nothing about typing errors.
    is_file.then(|| {
        Finding::new(
            Severity::Note,
            codes::CONFIGURATION_UNKNOWN,
            subject,
            format!("no bundle describes {pid}, before or after the update"),
            "check the name of the file when you do not know what it is for",
        )
    })
}
