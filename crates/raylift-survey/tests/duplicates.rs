//! Duplicates under indexes to come, where the database does not answer everything.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers may panic like the test itself"
)]

mod common;

use common::{TestMachine, access};
use raylift_model::codes;
use raylift_model::facts::{ColumnShape, DatabaseKind, DatabaseSchema, SqlIndex, TableShape};
use raylift_survey::machine::DatabaseError;
use raylift_survey::site::duplicates::look;

fn table() -> TableShape {
    TableShape {
        columns: vec![ColumnShape {
            name: "name".to_owned(),
            kind: "varchar".to_owned(),
            size: 75,
            nullable: true,
            default: None,
        }],
        primary_key: Vec::new(),
        indexes: Default::default(),
    }
}

#[test]
fn what_is_found_does_not_hide_what_could_not_be_asked() {
    let schema: DatabaseSchema = ["a", "b", "c"]
        .map(|name| (name.to_owned(), table()))
        .into();
    let indexes = ["a", "b", "c"].map(|table| SqlIndex {
        name: format!("IX_{table}"),
        table: table.to_owned(),
        unique: true,
        columns: vec!["name".to_owned()],
        lengths: Default::default(),
    });
    let mut machine = TestMachine::new();
    machine.answerer = Some(Box::new(|query| match query {
        query if query.contains("\"a\"") => Ok(vec![vec![Some("3".to_owned())]]),
        query if query.contains("\"b\"") => Err(DatabaseError {
            code: codes::DATABASE_TIMEOUT,
            message: "canceled".to_owned(),
        }),
        _ => Ok(vec![vec![Some("0".to_owned())]]),
    }));
    let kind = DatabaseKind::Postgresql;
    let check = look(&machine, kind, &access(), &schema, &indexes, None).unwrap();
    assert_eq!(
        check.rows,
        ["IX_a on a (name): 3 values in more than one row"]
    );
    assert_eq!(
        check.refused.as_deref(),
        Some("not asked: IX_b on b (name): canceled")
    );
    assert!(check.timed_out);

    // A server that is gone was asked about none.
    machine.database = Err((codes::DATABASE_UNREACHABLE, "gone".to_owned()));
    let check = look(&machine, kind, &access(), &schema, &indexes, None).unwrap();
    let said = check.refused.unwrap();
    assert!(said.contains("IX_a") && said.contains("IX_c"), "{said}");
    assert!(!check.timed_out);
}
