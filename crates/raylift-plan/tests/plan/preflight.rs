//! What the checks of the database become in a plan (failure modes 1, 2 and 12 of the upgrade framework).

use crate::facts::{release, site, wishes};
use raylift_model::codes;
use raylift_model::facts::DatabaseCheck;
use raylift_model::finding::{Finding, Severity};
use raylift_plan::make;

fn check(name: &str, found: u64, rows: &[&str], refused: Option<&str>) -> DatabaseCheck {
    DatabaseCheck {
        name: name.to_owned(),
        found,
        rows: rows.iter().map(|row| (*row).to_owned()).collect(),
        refused: refused.map(str::to_owned),
    }
}

fn findings(checks: Vec<DatabaseCheck>) -> Vec<Finding> {
    let mut site = site();
    site.database.checks = checks;
    let plan = make(&site, &release(), None, &wishes()).unwrap();
    plan.findings
        .into_iter()
        .filter(|finding| ("RL0520".."RL0528").contains(&finding.code.as_str()))
        .collect()
}

#[test]
fn each_trouble_is_one_warning_with_its_rows() {
    for (name, code) in [
        ("foreign-keys", codes::FOREIGN_KEYS),
        ("triggers", codes::TRIGGERS),
        ("generated-columns", codes::GENERATED_COLUMNS),
        ("views", codes::VIEWS),
        ("collations", codes::MIXED_COLLATIONS),
        ("transactions", codes::LONG_TRANSACTIONS),
        ("administrators", codes::NO_ADMINISTRATOR),
    ] {
        let found = findings(vec![check(name, 3, &["one", "two"], None)]);
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].code.as_str(), code);
        assert_eq!(found[0].severity, Severity::Warning);
        assert_eq!(found[0].evidence, ["one", "two", "and 1 more"]);
    }
}

#[test]
fn a_clean_answer_says_nothing() {
    assert_eq!(findings(vec![check("triggers", 0, &[], None)]), []);
}

#[test]
fn a_refused_check_is_a_note_that_names_it() {
    let found = findings(vec![check("transactions", 0, &[], Some("Access denied"))]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code.as_str(), codes::CHECK_REFUSED);
    assert_eq!(found[0].severity, Severity::Note);
    assert_eq!(found[0].subject, "transactions");
    assert_eq!(found[0].evidence, ["Access denied"]);
}
