//! What the checks of the database mean for an update. One finding for each check, with its rows as evidence.

mod administrators;
mod collations;
mod foreign_keys;
mod generated_columns;
mod transactions;
mod triggers;
mod views;

use raylift_model::codes;
use raylift_model::facts::{DatabaseCheck, DatabaseFacts};
use raylift_model::finding::{Finding, Severity};

/// What rows of a check mean. A warning: which tables the steps alter is not known.
struct Rule {
    name: &'static str,
    code: &'static str,
    message: &'static str,
    remedy: &'static str,
}

const RULES: [Rule; 7] = [
    foreign_keys::RULE,
    triggers::RULE,
    generated_columns::RULE,
    views::RULE,
    collations::RULE,
    transactions::RULE,
    administrators::RULE,
];

/// What the checks say.
pub(crate) fn findings(database: &DatabaseFacts) -> Vec<Finding> {
    database.checks.iter().filter_map(finding).collect()
}

fn finding(check: &DatabaseCheck) -> Option<Finding> {
    if let Some(said) = &check.refused {
        return Some(
            Finding::new(
                Severity::Note,
                codes::CHECK_REFUSED,
                check.name.clone(),
                "the database refused this check, so that nothing is known about it",
                "give the portal's database user the right, or look yourself",
            )
            .because(said.clone()),
        );
    }
    let rule = RULES.iter().find(|rule| rule.name == check.name)?;
    if check.found == 0 {
        return None;
    }
    let mut finding = Finding::new(
        Severity::Warning,
        rule.code,
        format!("{} ({})", check.name, check.found),
        rule.message,
        rule.remedy,
    );
    finding.evidence.clone_from(&check.rows);
    let more = check.found.saturating_sub(check.rows.len() as u64);
    if more > 0 {
        finding.evidence.push(format!("and {more} more"));
    }
    Some(finding)
}
