//! What a database server holds that an upgrade stumbles over. Every query is a look into the catalogue or at few rows.

mod administrators;
mod collations;
mod foreign_keys;
mod generated_columns;
mod transactions;
mod triggers;
mod views;

use raylift_model::facts::{DatabaseCheck, DatabaseKind};

use crate::machine::{DatabaseAccess, DatabaseError, Machine, QueryRows};

/// Rows kept of each answer.
const KEPT: usize = 20;

/// A query for each vendor; every row it gives is a trouble, told in the first column.
struct Check {
    name: &'static str,
    postgresql: &'static str,
    /// MariaDB and MySQL.
    mysql: &'static str,
}

const CHECKS: [Check; 7] = [
    foreign_keys::CHECK,
    triggers::CHECK,
    generated_columns::CHECK,
    views::CHECK,
    collations::CHECK,
    transactions::CHECK,
    administrators::CHECK,
];

/// Asks a server all checks in one connection that may only read; nothing for another kind of database. Where the
/// connection fails every check is refused.
pub fn look(
    machine: &dyn Machine,
    kind: DatabaseKind,
    access: &DatabaseAccess,
) -> Vec<DatabaseCheck> {
    let of = |check: &Check| match kind {
        DatabaseKind::Postgresql => Some(check.postgresql),
        DatabaseKind::Mysql | DatabaseKind::Mariadb => Some(check.mysql),
        DatabaseKind::HsqldbFile | DatabaseKind::Other | DatabaseKind::Undetermined => None,
    };
    let queries: Vec<&str> = CHECKS.iter().filter_map(of).collect();
    if queries.is_empty() {
        return Vec::new();
    }
    match machine.query_database(access, &queries) {
        Ok(answers) => CHECKS
            .iter()
            .zip(answers)
            .map(|(check, answer)| fact(check, answer))
            .collect(),
        Err(error) => CHECKS
            .iter()
            .map(|check| refused(check, error.message.clone()))
            .collect(),
    }
}

fn fact(check: &Check, answer: Result<QueryRows, DatabaseError>) -> DatabaseCheck {
    match answer {
        Ok(rows) => DatabaseCheck {
            name: check.name.to_owned(),
            found: rows.len() as u64,
            rows: rows
                .into_iter()
                .take(KEPT)
                .filter_map(|row| row.into_iter().next().flatten())
                .collect(),
            refused: None,
        },
        Err(error) => refused(check, error.message),
    }
}

fn refused(check: &Check, message: String) -> DatabaseCheck {
    DatabaseCheck {
        name: check.name.to_owned(),
        found: 0,
        rows: Vec::new(),
        refused: Some(message),
    }
}
