//! Columns of another character set or collation than the database.

use std::collections::BTreeSet;

use raylift_model::codes;
use raylift_model::facts::{DatabaseCheck, SiteFacts, TableCollations, TableShape};
use raylift_model::finding::{Finding, Severity};

use super::{Grade, Rule, Verifiers, told};
use crate::drift;

pub(super) const RULE: Rule = Rule {
    code: codes::MIXED_COLLATIONS,
    message: "columns have another character set or collation than the database; comparing them with others fails or gives wrong results",
    remedy: "ALTER TABLE … CONVERT TO CHARACTER SET … COLLATE … for each table named, with those of the database",
    grade: Grade::Verified("PreupgradeVerifyDatabaseCharacterSet"),
};

/// Types of columns that have a collation, as MariaDB's and MySQL's drivers name them.
const TEXTS: [&str; 8] = [
    "char",
    "varchar",
    "tinytext",
    "text",
    "mediumtext",
    "longtext",
    "enum",
    "set",
];

/// Liferay looks at its own tables, so that others hold nobody up. Where the installed release's SQL is not
/// known, or the tables are not, any table may be Liferay's.
pub(super) fn findings(
    site: &SiteFacts,
    check: &DatabaseCheck,
    verifiers: Verifiers,
) -> Vec<Finding> {
    let tables = &site.database.collations;
    let is_whole = check.found == tables.len() as u64;
    let Some(names) = drift::names(site).filter(|_| is_whole) else {
        return vec![told(&RULE, check, RULE.remedy, verifiers)];
    };
    let (own, others): (Vec<&TableCollations>, Vec<&TableCollations>) = tables
        .iter()
        .partition(|found| names.contains(&found.table.to_lowercase()));
    let part = |tables: Vec<&TableCollations>| DatabaseCheck {
        found: tables.len() as u64,
        rows: tables.iter().map(ToString::to_string).collect(),
        ..check.clone()
    };
    let mut findings = Vec::new();
    if !own.is_empty() {
        let remedy = agreed(site, &names, &own).map_or_else(
            || RULE.remedy.to_owned(),
            |collation| {
                format!(
                    "all of Liferay's tables have {collation}, and only the database's own default differs: ALTER DATABASE … COLLATE {collation} is enough, and changes no table"
                )
            },
        );
        findings.push(told(&RULE, &part(own), &remedy, verifiers));
    }
    if !others.is_empty() {
        let mut finding = told(&RULE, &part(others), RULE.remedy, Verifiers::NONE);
        finding.severity = Severity::Note;
        finding.subject = format!("other tables' {}", finding.subject);
        "tables that no SQL of the installed release or of a module names have columns of another character set or collation than the database"
            .clone_into(&mut finding.message);
        "nothing has to be done for the update; who compares their columns with Liferay's has to convert them"
            .clone_into(&mut finding.remedy);
        findings.push(finding);
    }
    findings
}

/// The one collation of every text column in Liferay's tables; `None` where there are several, or where the columns
/// were not told.
fn agreed<'a>(
    site: &SiteFacts,
    names: &BTreeSet<String>,
    own: &[&'a TableCollations],
) -> Option<&'a str> {
    let first = own.first()?.columns.first()?;
    let is_one = own
        .iter()
        .flat_map(|found| &found.columns)
        .all(|collation| collation == first);
    let differing: BTreeSet<String> = own.iter().map(|found| found.table.to_lowercase()).collect();
    // A table with texts that is none of these has the database's.
    let has_texts = |table: &TableShape| {
        table
            .columns
            .iter()
            .any(|column| TEXTS.contains(&column.kind.to_lowercase().as_str()))
    };
    let is_everywhere = site.database.schema.as_ref()?.iter().all(|(name, table)| {
        let name = name.to_lowercase();
        !names.contains(&name) || differing.contains(&name) || !has_texts(table)
    });
    (is_one && is_everywhere).then_some(first)
}
