//! Rows that are duplicates under a unique index which a release to come makes.
//!
//! Only indexes are asked about that the database does not have yet, and whose columns it has: what a step will put into
//! a column to come is not known. `ctCollectionId` is left out where it is to come, since it starts as 0 in every row
//! (`default 0 not null` in the SQL of every release that has it). A row with a NULL in the index is no duplicate, as in
//! a unique index of every engine here.

use std::collections::BTreeMap;

use raylift_model::codes;
use raylift_model::facts::{DatabaseCheck, DatabaseKind, DatabaseSchema, SqlIndex, TableShape};

use crate::machine::{DatabaseAccess, DatabaseError, Machine, QueryRows};

/// Indexes named.
const KEPT: usize = 20;
/// The column by which 7.3 and later keep versions of a row apart.
const COLLECTION: &str = "ctCollectionId";

/// Asks about each index; `None` when there is nothing to ask. Each question reads the whole table.
pub fn look(
    machine: &dyn Machine,
    kind: DatabaseKind,
    access: &DatabaseAccess,
    schema: &DatabaseSchema,
    indexes: &[SqlIndex],
) -> Option<DatabaseCheck> {
    let questions = questions(kind, schema, indexes);
    if questions.is_empty() {
        return None;
    }
    let queries: Vec<&str> = questions.values().map(String::as_str).collect();
    let mut check = DatabaseCheck {
        name: "duplicates".to_owned(),
        query: String::new(),
        found: 0,
        rows: Vec::new(),
        refused: None,
        timed_out: false,
    };
    let mut unasked = Unasked::default();
    match machine.query_database(access, &queries) {
        Ok(answers) => {
            for (subject, answer) in questions.keys().zip(answers) {
                match answer.map(|rows| count(&rows)) {
                    Ok(0) => {}
                    Ok(count) => {
                        check.found += 1;
                        if check.rows.len() < KEPT {
                            check
                                .rows
                                .push(format!("{subject}: {count} values in more than one row"));
                        }
                    }
                    Err(error) => unasked.add(subject, &error),
                }
            }
        }
        Err(error) => {
            for subject in questions.keys() {
                unasked.add(subject, &error);
            }
        }
    }
    check.timed_out = unasked.timed_out;
    check.refused = unasked.told();
    Some(check)
}

/// Indexes that the database did not tell about, beside those it found something for.
#[derive(Default)]
struct Unasked {
    subjects: Vec<String>,
    /// What it said first against one.
    said: Option<String>,
    timed_out: bool,
}

impl Unasked {
    fn add(&mut self, subject: &str, error: &DatabaseError) {
        self.subjects.push(subject.to_owned());
        self.said.get_or_insert_with(|| error.message.clone());
        self.timed_out |= error.code == codes::DATABASE_TIMEOUT;
    }

    fn told(self) -> Option<String> {
        let said = self.said?;
        let mut subjects = self.subjects;
        let more = subjects.len().saturating_sub(KEPT);
        subjects.truncate(KEPT);
        if more > 0 {
            subjects.push(format!("{more} more"));
        }
        Some(format!("not asked: {}: {said}", subjects.join("; ")))
    }
}

fn count(rows: &QueryRows) -> u64 {
    rows.first()
        .and_then(|row| row.first()?.as_deref()?.parse().ok())
        .unwrap_or(0)
}

/// Queries by what they are about.
fn questions(
    kind: DatabaseKind,
    schema: &DatabaseSchema,
    indexes: &[SqlIndex],
) -> BTreeMap<String, String> {
    let tables: BTreeMap<String, &String> = schema
        .keys()
        .map(|name| (name.to_lowercase(), name))
        .collect();
    let mut questions = BTreeMap::new();
    for index in indexes.iter().filter(|index| index.unique) {
        let Some((name, shape)) = tables
            .get(&index.table.to_lowercase())
            .and_then(|name| Some((*name, schema.get(*name)?)))
        else {
            continue;
        };
        let Some(columns) = columns(shape, index) else {
            continue;
        };
        if columns.is_empty() || is_unique_already(shape, &columns) {
            continue;
        }
        let quoted: Vec<String> = columns.iter().map(|column| quote(kind, column)).collect();
        let known: Vec<String> = quoted
            .iter()
            .map(|column| format!("{column} IS NOT NULL"))
            .collect();
        questions.insert(
            format!("{} on {name} ({})", index.name, columns.join(", ")),
            format!(
                "SELECT COUNT(*) FROM (SELECT COUNT(*) AS many FROM {} WHERE {} GROUP BY {} HAVING COUNT(*) > 1) doubles",
                quote(kind, name),
                known.join(" AND "),
                quoted.join(", ")
            ),
        );
    }
    questions
}

/// The index's columns by the names the database has for them; `None` where one is still to come.
fn columns(shape: &TableShape, index: &SqlIndex) -> Option<Vec<String>> {
    let mut columns = Vec::new();
    for column in &index.columns {
        match shape
            .columns
            .iter()
            .find(|known| known.name.eq_ignore_ascii_case(column))
        {
            Some(known) => columns.push(known.name.clone()),
            None if column.eq_ignore_ascii_case(COLLECTION) => {}
            None => return None,
        }
    }
    Some(columns)
}

/// The primary key, or a unique index on some of these columns, rules duplicates out.
fn is_unique_already(shape: &TableShape, columns: &[String]) -> bool {
    let among = |known: &String| columns.contains(known);
    let by_key = !shape.primary_key.is_empty() && shape.primary_key.iter().all(among);
    by_key
        || shape.indexes.values().any(|index| {
            index.unique
                && index
                    .columns
                    .iter()
                    .all(|column| column.as_ref().is_some_and(among))
        })
}

fn quote(kind: DatabaseKind, name: &str) -> String {
    let mark = match kind {
        DatabaseKind::Mysql | DatabaseKind::Mariadb => "`",
        _ => "\"",
    };
    format!("{mark}{}{mark}", name.replace(mark, &mark.repeat(2)))
}
