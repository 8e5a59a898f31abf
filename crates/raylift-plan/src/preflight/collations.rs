//! Columns of another character set or collation than the database.

use std::collections::BTreeSet;

use raylift_model::codes;
use raylift_model::facts::{DatabaseCheck, SiteFacts, TableShape};
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

/// What one row of the check says.
struct Row<'a> {
    /// In small letters.
    table: String,
    /// Collations of all its columns.
    collations: Vec<&'a str>,
}

/// Liferay looks at its own tables, so that others hold nobody up. Where the installed release's SQL or a row is not
/// known, any table may be Liferay's.
pub(super) fn findings(
    site: &SiteFacts,
    check: &DatabaseCheck,
    verifiers: Verifiers,
) -> Vec<Finding> {
    let is_whole = check.found == check.rows.len() as u64;
    let Some(names) = drift::names(site).filter(|_| is_whole) else {
        return vec![told(&RULE, check, RULE.remedy, verifiers)];
    };
    let (own, others): (Vec<String>, Vec<String>) = check.rows.iter().cloned().partition(|text| {
        // What does not read is taken for Liferay's.
        read(text).is_none_or(|row| names.contains(&row.table))
    });
    let part = |rows: Vec<String>| DatabaseCheck {
        found: rows.len() as u64,
        rows,
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
fn agreed<'a>(site: &SiteFacts, names: &BTreeSet<String>, own: &'a [String]) -> Option<&'a str> {
    let rows: Vec<Row<'a>> = own.iter().map(|text| read(text)).collect::<Option<_>>()?;
    let first = *rows.first()?.collations.first()?;
    let is_one = rows
        .iter()
        .flat_map(|row| &row.collations)
        .all(|collation| *collation == first);
    let differing: BTreeSet<&str> = rows.iter().map(|row| row.table.as_str()).collect();
    // A table with texts and without a row has the database's.
    let has_texts = |table: &TableShape| {
        table
            .columns
            .iter()
            .any(|column| TEXTS.contains(&column.kind.to_lowercase().as_str()))
    };
    let is_everywhere = site.database.schema.as_ref()?.iter().all(|(name, table)| {
        let name = name.to_lowercase();
        !names.contains(&name) || differing.contains(name.as_str()) || !has_texts(table)
    });
    (is_one && is_everywhere).then_some(first)
}

/// `Table: collation, collation, the database has collation`, as the check writes it.
fn read(text: &str) -> Option<Row<'_>> {
    let (told, _) = text.rsplit_once(", the database has ")?;
    let (table, collations) = told.rsplit_once(": ")?;
    Some(Row {
        table: table.to_lowercase(),
        collations: collations.split(", ").collect(),
    })
}
