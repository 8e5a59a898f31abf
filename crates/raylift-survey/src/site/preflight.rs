//! What a database server holds that an upgrade stumbles over. Every query is a look into the catalogue or at few rows,
//! but for that of `packets`.

mod administrators;
mod character_set;
mod collations;
mod connections;
mod counters;
mod foreign_keys;
mod generated_columns;
mod guest_users;
mod hidden_sessions;
mod index_limits;
mod owners;
mod packets;
mod privileges;
mod read_only;
mod replication;
mod row_format;
mod table_collations;
mod table_names;
mod three_bytes;
mod transactions;
mod triggers;
mod user_connections;
mod views;

use raylift_model::codes;
use raylift_model::facts::{CheckName, DatabaseCheck, DatabaseKind, TableCollations};

use crate::machine::{DatabaseAccess, DatabaseError, Machine, QueryRows};

/// Rows kept of each answer.
const KEPT: usize = 20;
/// What `CompanyLocalService.forEachCompanyId` goes through; the system has the number 0.
const COMPANIES: &str = "SELECT companyId FROM Company WHERE companyId <> 0 ORDER BY 1";

/// Stands in queries for [`GRANTEE`].
const ME: &str = "{me}";
/// The user as MariaDB's and MySQL's tables of rights write him. A name with a quote is written there as it is.
const GRANTEE: &str = "CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''', \
    SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')";

/// A query for each vendor.
struct Check {
    name: CheckName,
    postgresql: Ask,
    /// MariaDB and MySQL. What only one of them understands stands in `/*M! … */` or `/*!80000 … */`, which the other
    /// takes for a comment (MariaDB, "Comment Syntax").
    mysql: Ask,
}

/// How a check asks.
#[derive(Clone, Copy)]
enum Ask {
    /// Not at all: it makes no sense there.
    Nothing,
    /// Every row that the query gives is a trouble, told by its columns.
    Rows(&'static str),
    /// The same, told by a function; where that says nothing, by its columns.
    Told(&'static str, fn(&[Option<String>]) -> Option<String>),
    /// Of the query's rows queries are made; all together are asked, and their rows are the troubles.
    Made(&'static str, fn(&QueryRows) -> Made),
}

/// What follows from a query's rows.
struct Made {
    queries: Vec<String>,
    /// What would take too long; told by [`CheckName::PacketsUnread`].
    left_out: Vec<String>,
}

impl Ask {
    fn query(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Rows(query) | Self::Told(query, _) | Self::Made(query, _) => Some(query),
        }
    }
}

const CHECKS: [Check; 23] = [
    foreign_keys::CHECK,
    triggers::CHECK,
    generated_columns::CHECK,
    views::CHECK,
    character_set::CHECK,
    collations::CHECK,
    table_collations::CHECK,
    three_bytes::CHECK,
    row_format::CHECK,
    index_limits::CHECK,
    table_names::CHECK,
    privileges::CHECK,
    owners::CHECK,
    administrators::CHECK,
    guest_users::CHECK,
    counters::CHECK,
    packets::CHECK,
    connections::CHECK,
    user_connections::CHECK,
    transactions::CHECK,
    hidden_sessions::CHECK,
    replication::CHECK,
    read_only::CHECK,
];

/// What a server said.
#[derive(Debug, Default)]
pub struct Looked {
    /// One for each check that makes sense there.
    pub checks: Vec<DatabaseCheck>,
    /// `Company.companyId` of all companies; `None` where that was not told.
    pub companies: Option<Vec<String>>,
    /// Every table that the check of collations found.
    pub collations: Vec<TableCollations>,
}

/// Asks a server all checks in one connection that may only read, and what follows from the answers in a second one;
/// nothing for another kind of database. Where a connection fails, what it should have asked is refused.
pub fn look(machine: &dyn Machine, kind: DatabaseKind, access: &DatabaseAccess) -> Looked {
    let asked: Vec<(&Check, Ask, String)> = CHECKS
        .iter()
        .map(|check| (check, of(kind, check)))
        .filter_map(|(check, ask)| Some((check, ask, ask.query()?.replace(ME, GRANTEE))))
        .collect();
    if asked.is_empty() {
        return Looked::default();
    }
    let queries: Vec<&str> = asked
        .iter()
        .map(|(_, _, query)| query.as_str())
        .chain([COMPANIES])
        .collect();
    let mut answers = all(machine, access, &queries);
    let companies = answers
        .pop()
        .and_then(Result::ok)
        .map(|rows| rows.iter().map(|row| text(row)).collect());
    let collations = asked
        .iter()
        .zip(&answers)
        .filter(|((check, ..), _)| check.name == CheckName::Collations)
        .filter_map(|(_, answer)| answer.as_ref().ok())
        .flatten()
        .filter_map(|row| collations::value(row))
        .collect();
    let mut unread = Vec::new();
    let made: Vec<Option<String>> = asked
        .iter()
        .zip(&answers)
        .map(|((_, ask, query), answer)| {
            let made = made(*ask, answer)?;
            unread.extend(left_out(query, &made));
            (!made.queries.is_empty()).then(|| made.queries.join(" UNION ALL "))
        })
        .collect();
    let queries: Vec<&str> = made.iter().filter_map(Option::as_deref).collect();
    let mut further = match queries.is_empty() {
        true => Vec::new(),
        false => all(machine, access, &queries),
    }
    .into_iter();
    let checks = asked
        .iter()
        .zip(answers)
        .zip(&made)
        .map(|(((check, ask, query), answer), made)| match (made, ask) {
            (Some(made), _) => fact(check, *ask, made, further.next().unwrap_or(answer)),
            // Nothing follows from it, and so nothing is wrong.
            (None, Ask::Made(..)) => fact(check, *ask, query, answer.map(|_| QueryRows::new())),
            (None, _) => fact(check, *ask, query, answer),
        })
        .chain(unread)
        .collect();
    Looked {
        checks,
        companies,
        collations,
    }
}

fn of(kind: DatabaseKind, check: &Check) -> Ask {
    match kind {
        DatabaseKind::Postgresql => check.postgresql,
        DatabaseKind::Mysql | DatabaseKind::Mariadb => check.mysql,
        DatabaseKind::HsqldbFile | DatabaseKind::Other | DatabaseKind::Undetermined => Ask::Nothing,
    }
}

/// As many answers as queries, whatever happens.
fn all(
    machine: &dyn Machine,
    access: &DatabaseAccess,
    queries: &[&str],
) -> Vec<Result<QueryRows, DatabaseError>> {
    machine
        .query_database(access, queries)
        .unwrap_or_else(|error| {
            let refused = |_: &&str| {
                Err(DatabaseError {
                    code: error.code,
                    message: error.message.clone(),
                })
            };
            queries.iter().map(refused).collect()
        })
}

/// The queries that an answer leads to.
fn made(ask: Ask, answer: &Result<QueryRows, DatabaseError>) -> Option<Made> {
    match (ask, answer) {
        (Ask::Made(_, make), Ok(rows)) => Some(make(rows)),
        _ => None,
    }
}

/// A check that names what was not read; `None` where all was.
fn left_out(query: &str, made: &Made) -> Option<DatabaseCheck> {
    let left_out = &made.left_out;
    (!left_out.is_empty()).then(|| DatabaseCheck {
        name: CheckName::PacketsUnread,
        query: query.to_owned(),
        found: left_out.len() as u64,
        rows: left_out.iter().take(KEPT).cloned().collect(),
        refused: None,
        timed_out: false,
    })
}

fn fact(
    check: &Check,
    ask: Ask,
    query: &str,
    answer: Result<QueryRows, DatabaseError>,
) -> DatabaseCheck {
    let (rows, refused, timed_out) = match answer {
        Ok(rows) => (rows, None, false),
        Err(error) => {
            let timed_out = error.code == codes::DATABASE_TIMEOUT;
            (QueryRows::new(), Some(error.message), timed_out)
        }
    };
    let kept = rows.iter().take(KEPT);
    DatabaseCheck {
        name: check.name,
        query: query.to_owned(),
        found: rows.len() as u64,
        rows: kept.map(|row| told(ask, row)).collect(),
        refused,
        timed_out,
    }
}

/// A row's text.
fn told(ask: Ask, row: &[Option<String>]) -> String {
    let by_function = match ask {
        Ask::Told(_, tell) => tell(row),
        Ask::Nothing | Ask::Rows(_) | Ask::Made(..) => None,
    };
    by_function.unwrap_or_else(|| text(row))
}

fn text(row: &[Option<String>]) -> String {
    row.iter().flatten().cloned().collect::<Vec<_>>().join(": ")
}
