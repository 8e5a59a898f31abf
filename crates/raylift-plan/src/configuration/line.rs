//! Lines that a reader stumbles over.

use raylift_model::codes;
use raylift_model::facts::{
    ConfigurationFile, ConfigurationKind, ConfigurationReading, ConfigurationRemark,
};
use raylift_model::finding::{Finding, Severity};

use crate::configuration::{Case, SHOWN};

/// A blocker where the new release takes less out of a file than the installed one; a warning for lines that both leave
/// out, or read in two ways.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    case.read_files()
        .filter_map(|(file, after)| finding(case, file, after))
        .collect()
}

/// The one about a file.
pub(super) fn finding(
    case: &Case<'_>,
    file: &ConfigurationFile,
    after: &ConfigurationReading,
) -> Option<Finding> {
    let before = file
        .reading(case.from)
        .filter(|_| file.kind == ConfigurationKind::Config)?;
    lost(file, before, after).or_else(|| fault(case, file, after))
}

fn lost(
    file: &ConfigurationFile,
    before: &ConfigurationReading,
    after: &ConfigurationReading,
) -> Option<Finding> {
    let keys: Vec<&str> = before
        .entries
        .iter()
        .map(|entry| entry.key.as_str())
        .filter(|key| after.entry(key).is_none())
        .collect();
    if before.refused || keys.is_empty() {
        return None;
    }
    let finding = Finding::new(
        Severity::Blocker,
        codes::CONFIGURATION_LOST,
        file.path.as_str(),
        if after.refused {
            "the installed release reads this file, and the new one takes nothing out of it"
                .to_owned()
        } else {
            format!(
                "the new release would lose {} of the {} keys in this file without saying so",
                keys.len(),
                before.entries.len()
            )
        },
        "correct the line that is named, so that the new release reads all of the file",
    );
    let lines = remarks(after, |remark| remark.loses);
    let named = keys
        .iter()
        .take(SHOWN)
        .map(|key| format!("key {key} would be lost"));
    Some(
        lines
            .into_iter()
            .chain(named)
            .fold(finding, Finding::because),
    )
}

fn fault(
    case: &Case<'_>,
    file: &ConfigurationFile,
    after: &ConfigurationReading,
) -> Option<Finding> {
    let loses = after.remarks.iter().any(|remark| remark.loses);
    let crosses = (case.from < (7, 3)) != (case.to < (7, 3)) && !after.refused;
    // The encoding by itself has a finding of its own; together with what it makes the reader lose it is told here.
    let is_of_encoding_alone = after.remarks.iter().all(|remark| remark.of_encoding);
    // What the reader would make of a line says nothing where it takes nothing.
    let mut evidence = remarks(after, |remark| match remark.of_encoding {
        true => remark.loses && !is_of_encoding_alone,
        false => remark.loses || !after.refused,
    });
    if crosses {
        let keys = file.read_differently.iter().take(SHOWN);
        evidence.extend(keys.map(|key| {
            format!("key {key} means something else to the new release than to the installed one")
        }));
    }
    let differs = crosses && !file.read_differently.is_empty();
    let (severity, message) = if after.refused {
        (
            Severity::Warning,
            "the server takes nothing out of this file",
        )
    } else if loses {
        (
            Severity::Warning,
            "the server leaves a part of this file out, today as after the update",
        )
    } else if differs {
        (
            Severity::Warning,
            "the two releases read this file in different ways",
        )
    } else {
        (Severity::Note, "something in this file may not be meant so")
    };
    Finding::new(
        severity,
        codes::CONFIGURATION_FAULT,
        file.path.as_str(),
        message,
        "correct the lines that are named",
    )
    .if_any(evidence)
}

fn remarks(
    reading: &ConfigurationReading,
    is_wanted: impl Fn(&ConfigurationRemark) -> bool,
) -> Vec<String> {
    reading
        .remarks
        .iter()
        .filter(|remark| is_wanted(remark))
        .take(SHOWN)
        .map(|remark| match remark.line {
            0 => remark.message.clone(),
            line => format!("line {line}: {}", remark.message),
        })
        .collect()
}
