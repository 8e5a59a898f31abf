//! Several files for one configuration.

use std::collections::BTreeMap;

use raylift_model::codes;
use raylift_model::facts::ConfigurationKind;
use raylift_model::finding::{Finding, Severity};

use crate::configuration::{Case, cfg};

/// A warning for each PID that several files stand for. Of a `.cfg` file that the new release may leave alone another
/// finding says what counts.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let mut files: BTreeMap<(&str, Option<&str>), Vec<&str>> = BTreeMap::new();
    let cfg_is_read = cfg::is_read(case);
    let read = case
        .read_files()
        .filter(|(file, _)| cfg_is_read || file.kind != ConfigurationKind::Cfg);
    for (file, reading) in read {
        files
            .entry((&reading.pid, reading.name.as_deref()))
            .or_default()
            .push(file.path.as_str());
    }
    files
        .into_iter()
        .filter(|(_, paths)| paths.len() > 1)
        .map(|((pid, name), paths)| {
            let subject = name.map_or_else(|| pid.to_owned(), |name| format!("{pid}~{name}"));
            let finding = Finding::new(
                Severity::Warning,
                codes::CONFIGURATION_TWICE,
                subject,
                format!(
                    "{} files hold this configuration, and nobody promises which counts",
                    paths.len()
                ),
                "keep one of them",
            );
            paths.into_iter().fold(finding, Finding::because)
        })
        .collect()
}
