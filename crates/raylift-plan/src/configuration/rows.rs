//! Rows of `Configuration_` beside files.

use raylift_model::codes;
use raylift_model::facts::ConfigurationRow;
use raylift_model::finding::{Finding, Severity};

use crate::configuration::{Case, SHOWN, is_in_configs};

/// Configurations of document stores (layout-and-artifacts 6); those of the two stores for files are the survey's.
const STORES: &str = "com.liferay.portal.store.";
const STORES_FOR_FILES: &str = "com.liferay.portal.store.file.system.";

/// What differs, what will not be found again, and what stands in the database only.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let rows = &case.site.database.configurations;
    let mut findings: Vec<Finding> = rows
        .iter()
        .flat_map(|row| [differs(row), path(case, row), store(row)])
        .flatten()
        .collect();
    findings.extend(only_rows(rows));
    findings
}

/// At every start the file is compared with the row and wins (`ConfigInstaller.setConfig` of 7.2,
/// `ConfigurationFileInstaller.transformURL` of 7.4).
fn differs(row: &ConfigurationRow) -> Option<Finding> {
    let keys = row.differs_in.iter().take(SHOWN).cloned().collect();
    Finding::new(
        Severity::Warning,
        codes::CONFIGURATION_ROW_DIFFERS,
        row.pid.as_str(),
        format!(
            "its file {} and its row differ in {} keys; the file wins at the next start",
            row.file.as_ref().map_or("", |file| file.as_str()),
            row.differs_in.len()
        ),
        "look whether the file is what you want",
    )
    .if_any(keys)
}

/// 7.4 keeps the last part of a `file:` name and looks for it in `osgi/configs` from the second start on
/// (`ConfigurationPersistenceManager._verifyDictionary`).
fn path(case: &Case<'_>, row: &ConfigurationRow) -> Option<Finding> {
    let name = row
        .file_name
        .as_deref()
        .filter(|name| name.starts_with("file:"))?;
    let is_in_place = row.file.as_ref().is_some_and(is_in_configs);
    if case.to < (7, 3) || row.file_there != Some(true) || is_in_place || row.stays_without_file {
        return None;
    }
    Some(
        Finding::new(
            Severity::Warning,
            codes::CONFIGURATION_ROW_PATH,
            row.pid.as_str(),
            "its file does not lie in osgi/configs: the new release deletes the row at its second start",
            "put the file into osgi/configs before the update",
        )
        .because(format!("felix.fileinstall.filename is {name}")),
    )
}

fn store(row: &ConfigurationRow) -> Option<Finding> {
    let pid = row.known_as();
    let is_of_a_store = pid.starts_with(STORES) && !pid.starts_with(STORES_FOR_FILES);
    (is_of_a_store && row.file_name.is_none() && !row.is_list_of_factory()).then(|| {
        Finding::new(
            Severity::Note,
            codes::STORE_IN_DATABASE,
            pid,
            "the settings of this document store are in the database only; they stay there",
            "nothing; export them in System Settings to have them as a file",
        )
    })
}

fn only_rows(rows: &[ConfigurationRow]) -> Option<Finding> {
    let pids: Vec<&str> = rows
        .iter()
        .filter(|row| row.file_name.is_none() && !row.is_list_of_factory())
        .map(|row| row.pid.as_str())
        .collect();
    let finding = Finding::new(
        Severity::Note,
        codes::CONFIGURATION_ROW_ONLY,
        "Configuration_",
        format!(
            "{} configurations were made in the portal and stand in no file; they stay",
            pids.len()
        ),
        "nothing",
    );
    let shown = pids.iter().take(SHOWN).map(|pid| (*pid).to_owned());
    finding.if_any(shown.collect())
}
