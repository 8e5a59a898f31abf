//! Tables that nothing makes, and tables that are not there.

use std::collections::BTreeSet;

use raylift_model::codes;
use raylift_model::facts::SiteFacts;
use raylift_model::finding::{Finding, Severity};

use super::expected::Expected;
use super::{Tables, shown};

/// Tables that Liferay makes in code and in no SQL file: `Configuration_` by its persistence of configurations
/// (`ReloadablePersistenceManager`; layout-and-artifacts), Quartz's with its scheduler `[I]`.
const BY_CODE: [&str; 1] = ["configuration_"];
const BY_CODE_PREFIXES: [&str; 1] = ["quartz_"];
/// Liferay Objects (7.4 and later) make tables in code when somebody publishes an object, and name them in no SQL file:
/// `O_<companyId>_<name>` (`ObjectDefinitionLocalServiceImpl`), with `_l` and `_x` beside it (`ObjectDefinitionImpl`),
/// and `R_<companyId>_…` for a relationship of many to many `[I]`. They hold the users' business data.
const OF_OBJECTS: [&str; 2] = ["o_", "r_"];

pub(super) fn findings(
    site: &SiteFacts,
    expected: &Expected<'_>,
    tables: &Tables<'_>,
) -> Vec<Finding> {
    let modules = modules(site);
    let mut own = Vec::new();
    for (key, alike) in tables {
        let name = key.to_lowercase();
        let is_by_code = BY_CODE.contains(&name.as_str())
            || BY_CODE_PREFIXES
                .iter()
                .any(|prefix| name.starts_with(prefix));
        if !is_by_code
            && !is_of_objects(&name, expected)
            && !expected.named.contains(key)
            && !is_named_after(&name, &modules)
        {
            own.extend(alike.iter().map(|(name, _)| (*name).to_owned()));
        }
    }
    let missing = expected
        .compared
        .iter()
        .filter(|(name, _)| !tables.contains_key(*name))
        .map(|(_, table)| table.name.clone())
        .collect();
    let own = shown(
        Finding::new(
            Severity::Note,
            codes::TABLES_OWN,
            "tables",
            own_message(site),
            "nothing has to be done: the update leaves them as they are; look who owns them, if you do not know",
        ),
        own,
    );
    let missing = shown(
        Finding::new(
            Severity::Warning,
            codes::TABLES_MISSING,
            "tables",
            "these tables are made by the installed release and are not in the database: an upgrade step that reads one fails",
            "find out who dropped them, and bring them back from a backup or with the release's own SQL",
        ),
        missing,
    );
    own.into_iter().chain(missing).collect()
}

/// `o_<digits>_…` or `r_<digits>_…`, in small letters; or `<table>_x_<companyId>` beside a table of Liferay's, for fields
/// that somebody added to a system object (`ObjectDefinitionImpl.getExtensionDBTableName`, which adds no second `_`).
fn is_of_objects(name: &str, expected: &Expected<'_>) -> bool {
    let is_own = OF_OBJECTS.iter().any(|prefix| {
        name.strip_prefix(prefix)
            .and_then(|rest| rest.split_once('_'))
            .is_some_and(|(company, _)| is_number(company))
    });
    is_own
        || name.rsplit_once("_x_").is_some_and(|(table, company)| {
            is_number(company)
                && (expected.named.contains(table) || expected.named.contains(&format!("{table}_")))
        })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A row of a module that is no longer installed may stand for such tables.
fn own_message(site: &SiteFacts) -> String {
    let installed: BTreeSet<&str> = site
        .bundles
        .iter()
        .map(|bundle| bundle.symbolic_name.as_str())
        .collect();
    let gone: Vec<&str> = site
        .database
        .release_rows
        .iter()
        .filter(|row| !row.is_core() && !installed.contains(row.name.as_str()))
        .map(|row| row.name.as_str())
        .collect();
    let mut message =
        "undetermined: no SQL of the installed release or of a module names these tables"
            .to_owned();
    if !gone.is_empty() {
        let first: Vec<&str> = gone.iter().take(5).copied().collect();
        message.push_str(&format!(
            "; they may belong to {} that Release_ still names and nothing installs: {}{}",
            if gone.len() == 1 {
                "a module"
            } else {
                "modules"
            },
            first.join(", "),
            if gone.len() > first.len() {
                ", ..."
            } else {
                ""
            },
        ));
    }
    message
}

/// Words of the symbolic names of modules that may make tables with their steps.
fn modules(site: &SiteFacts) -> Vec<BTreeSet<String>> {
    let rows = &site.database.release_rows;
    site.bundles
        .iter()
        .filter(|bundle| rows.iter().any(|row| row.name == bundle.symbolic_name))
        .map(|bundle| {
            let name = bundle.symbolic_name.as_str().to_lowercase();
            name.split('.').map(str::to_owned).collect()
        })
        .collect()
}

/// A table `ACME_orders` and a module `com.acme.orders` with a row of its own: one of its steps makes the table,
/// presumably. An inference from how modules name their tables, which spares an accusation and proves nothing.
fn is_named_after(table: &str, modules: &[BTreeSet<String>]) -> bool {
    let words: Vec<&str> = table.split('_').filter(|word| !word.is_empty()).collect();
    words.len() > 1
        && modules
            .iter()
            .any(|module| words.iter().all(|word| module.contains(*word)))
}
