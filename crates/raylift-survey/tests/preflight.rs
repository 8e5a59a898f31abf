//! The checks of the database.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself"
)]

mod common;

use common::{TestMachine, access};
use raylift_model::codes;
use raylift_model::facts::{CheckName, DatabaseKind, TableCollations};
use raylift_survey::machine::DatabaseError;
use raylift_survey::site::preflight::look;

#[test]
fn rows_are_counted_and_the_first_twenty_kept() {
    let mut machine = TestMachine::new();
    machine.answerer = Some(Box::new(|query| {
        let rows = if query.contains("pg_trigger") { 25 } else { 0 };
        Ok((0..rows).map(|row| vec![Some(format!("t{row}"))]).collect())
    }));
    let looked = look(&machine, DatabaseKind::Postgresql, &access());
    let checks = looked.checks;
    for check in &checks {
        let expected = if check.name.word() == "triggers" {
            (25, 20)
        } else {
            (0, 0)
        };
        assert_eq!((check.found, check.rows.len()), expected, "{}", check.name);
        assert_eq!(check.refused, None);
    }
    assert_eq!(checks.len(), 16);
    assert_eq!(looked.companies, Some(Vec::new()));
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
    let checks = look(&machine, DatabaseKind::Mariadb, &access()).checks;
    let refused: Vec<&str> = checks
        .iter()
        .filter(|check| check.refused.as_deref() == Some("Access denied"))
        .map(|check| check.name.word())
        .collect();
    assert_eq!(refused, ["transactions"]);
    assert_eq!(checks.len(), 21);
}

/// Each table is read once, whatever it has of long columns, and two gibibytes in all; what is left out is named.
#[test]
fn tables_with_long_values_are_asked_together() {
    let mut machine = TestMachine::new();
    machine.answerer = Some(Box::new(|query| {
        let rows: &[&[&str]] = match query {
            query if query.contains("MAX(LENGTH(") => &[&["Big.value: 9"]],
            query if query.contains("'longblob'") => &[
                &["Big", "other", "1", "100"],
                &["Big", "the `value", "2", "100"],
                &["Second", "text", "1", "2147483548"],
                &["Third", "text", "1", "2147483548"],
                &["DLContent", "data_", "2", "99999999999"],
            ],
            _ => &[],
        };
        Ok(rows
            .iter()
            .map(|row| row.iter().map(|text| Some((*text).to_owned())).collect())
            .collect())
    }));
    let checks = look(&machine, DatabaseKind::Mysql, &access()).checks;
    for check in checks {
        match check.name.word() {
            "packets" => {
                assert_eq!(check.query.matches("FROM `Big`").count(), 1);
                assert!(check.query.contains("MAX(LENGTH(`other`)) * 1 > "));
                assert!(check.query.contains("MAX(LENGTH(`the ``value`)) * 2 > "));
                assert!(check.query.contains("FROM `Second`"));
                assert!(check.query.contains("MAX(size_)"));
                assert!(!check.query.contains("Third"));
                assert_eq!(check.rows, ["Big.value: 9"]);
            }
            "packets-unread" => assert_eq!(check.rows, ["Third: 2047 MiB"]),
            _ => {
                assert_eq!(check.rows, [""; 0], "{}", check.name);
                assert!(check.query.contains(' '), "{}", check.name);
            }
        }
    }
}

/// A statement that says names and values in columns of their own.
#[test]
fn columns_are_put_together() {
    let mut machine = TestMachine::new();
    machine.answerer = Some(Box::new(|query| {
        let row = ["innodb_page_size", "8192"].map(|text| Some(text.to_owned()));
        let is_asked = query.starts_with("SHOW GLOBAL VARIABLES");
        Ok(is_asked
            .then(|| [row.to_vec(), vec![None]].concat())
            .into_iter()
            .collect())
    }));
    let checks = look(&machine, DatabaseKind::Mariadb, &access()).checks;
    let found = checks
        .iter()
        .find(|check| check.name.word() == "index-limits");
    assert_eq!(found.unwrap().rows, ["innodb_page_size: 8192"]);
}

/// One that fails after the first connection is refused, too.
#[test]
fn a_server_that_cannot_be_asked_refuses_everything() {
    let mut machine = TestMachine::new();
    machine.database = Err((codes::DATABASE_UNREACHABLE, "gone".to_owned()));
    let looked = look(&machine, DatabaseKind::Postgresql, &access());
    assert_eq!(looked.companies, None);
    assert_eq!(looked.checks.len(), 16);
    for check in looked.checks {
        assert_eq!(check.refused.as_deref(), Some("gone"), "{}", check.name);
    }
}

#[test]
fn an_embedded_database_is_not_asked() {
    let looked = look(&TestMachine::new(), DatabaseKind::HsqldbFile, &access());
    assert_eq!(looked.checks, []);
    assert_eq!(looked.companies, None);
}

/// A plan has to tell Liferay's tables from others.
#[test]
fn of_other_collations_all_are_kept() {
    let mut machine = TestMachine::new();
    machine.answerer = Some(Box::new(|query| {
        let rows = if query.contains("MAX(col.COLLATION_NAME") {
            1_000
        } else {
            0
        };
        let row = |number| [format!("t{number}"), "b,c".to_owned(), "d".to_owned()].map(Some);
        Ok((0..rows).map(|number| row(number).to_vec()).collect())
    }));
    let looked = look(&machine, DatabaseKind::Mariadb, &access());
    let mut checks = looked.checks.iter();
    let found = checks.find(|check| check.name == CheckName::Collations);
    let found = found.unwrap();
    assert_eq!((found.found, found.rows.len()), (1_000, 20));
    assert_eq!(found.rows[1], "t1: b, c, the database has d");
    assert_eq!(looked.collations.len(), 1_000);
    assert_eq!(
        looked.collations[999],
        TableCollations {
            table: "t999".to_owned(),
            columns: vec!["b".to_owned(), "c".to_owned()],
            database: "d".to_owned(),
        }
    );
}
