//! The checks of the database.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself"
)]

mod common;

use common::TestMachine;
use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, JavaFacts, Ownership};
use raylift_model::secret::Secret;
use raylift_survey::machine::{DatabaseAccess, DatabaseError};
use raylift_survey::site::preflight::look;

fn access() -> DatabaseAccess {
    DatabaseAccess {
        java: JavaFacts {
            home: String::new(),
            version: None,
            major: None,
        },
        class_path: Vec::new(),
        driver_class: String::new(),
        url: String::new(),
        username: String::new(),
        password: Secret::new(""),
        owner: Ownership {
            uid: 0,
            gid: 0,
            user: None,
        },
    }
}

#[test]
fn rows_are_counted_and_the_first_twenty_kept() {
    let mut machine = TestMachine::new();
    machine.answerer = Some(Box::new(|query| {
        let rows = if query.contains("pg_trigger") { 25 } else { 0 };
        Ok((0..rows).map(|row| vec![Some(format!("t{row}"))]).collect())
    }));
    let checks = look(&machine, DatabaseKind::Postgresql, &access());
    for check in &checks {
        let expected = if check.name == "triggers" {
            (25, 20)
        } else {
            (0, 0)
        };
        assert_eq!((check.found, check.rows.len()), expected, "{}", check.name);
        assert_eq!(check.refused, None);
    }
    assert_eq!(checks.len(), 7);
}

#[test]
fn one_refused_query_leaves_the_others() {
    let mut machine = TestMachine::new();
    machine.answerer = Some(Box::new(|query| {
        if query.contains("INNODB_TRX") {
            return Err(DatabaseError {
                code: codes::BRIDGE_FAILED,
                message: "Access denied".to_owned(),
            });
        }
        Ok(Vec::new())
    }));
    let checks = look(&machine, DatabaseKind::Mariadb, &access());
    let refused: Vec<&str> = checks
        .iter()
        .filter(|check| check.refused.as_deref() == Some("Access denied"))
        .map(|check| check.name.as_str())
        .collect();
    assert_eq!(refused, ["transactions"]);
    assert_eq!(checks.len(), 7);
}

#[test]
fn an_embedded_database_is_not_asked() {
    let checks = look(&TestMachine::new(), DatabaseKind::HsqldbFile, &access());
    assert_eq!(checks, []);
}
