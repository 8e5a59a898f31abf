//! Rows that are duplicates under a unique index which a release to come makes.
//!
//! Only indexes are asked about that the database does not have yet, and whose columns it has: what a step will put into
//! a column to come is not known. `ctCollectionId` is left out where it is to come, since it starts as 0 in every row
//! (`default 0 not null` in the SQL of every release that has it). A row with a NULL in the index is no duplicate, as in
//! a unique index of every engine here.
//!
//! Where Liferay makes an index on the beginning of a long column (`limit`), rows are duplicates whose beginnings are the
//! same. A prefix written as such, `name(255)`, stands in no release's SQL and is not known here.

use std::collections::BTreeMap;

use raylift_model::codes;
use raylift_model::facts::{
    CheckName, DatabaseCheck, DatabaseKind, DatabaseSchema, SqlIndex, TableShape,
};

use super::properties::Properties;
use crate::machine::{DatabaseAccess, DatabaseError, Machine, QueryRows};

/// Indexes named.
const KEPT: usize = 20;
/// The column by which 7.3 and later keep versions of a row apart.
const COLLECTION: &str = "ctCollectionId";
/// Characters of a longer column that an index has on MariaDB and MySQL unless the site says otherwise:
/// `database.string.index.max.length[mariadb]` and `[mysql]` of `portal.properties` of 3.26.3 to 93.0.0.
const LIMIT: u32 = 255;

/// From how many characters of a column on the portal makes an index on these first ones alone; `None` where it has
/// columns whole: `database.string.index.max.length` of the database, or else of all (`PropsUtil.get` with a filter).
/// Where the release itself sets the database's, what a site sets for all does not count.
///
/// MariaDB and MySQL take `name(255)`; for PostgreSQL 93.0.0 writes `left(name, 676)`, and its release says 676. The limit
/// is the installed release's, though the new one makes the index: 93.0.0 has a limit for PostgreSQL (676) and Oracle
/// (1500) for the first time. No column of the core's unique indexes has more than 255 characters.
pub(super) fn limit(kind: DatabaseKind, properties: &Properties) -> Option<u32> {
    let key = "database.string.index.max.length";
    let of = |name: &str| properties.value(&format!("{key}[{name}]"));
    let (said, default) = match kind {
        DatabaseKind::Mariadb => (of("mariadb"), Some(LIMIT)),
        DatabaseKind::Mysql => (of("mysql"), Some(LIMIT)),
        DatabaseKind::Postgresql => (of("postgresql").or_else(|| properties.value(key)), None),
        _ => return None,
    };
    match said {
        // What is no number, and a negative one, limits nothing (`GetterUtil.getInteger` with -1).
        Some(value) => value.trim().parse().ok(),
        None => default,
    }
}

/// Asks about each index; `None` when there is nothing to ask. Each question reads the whole table. `limit` is how many
/// characters of a longer column an index has.
pub fn look(
    machine: &dyn Machine,
    kind: DatabaseKind,
    access: &DatabaseAccess,
    schema: &DatabaseSchema,
    indexes: &[SqlIndex],
    limit: Option<u32>,
) -> Option<DatabaseCheck> {
    let questions = questions(kind, schema, indexes, limit);
    if questions.is_empty() {
        return None;
    }
    let queries: Vec<&str> = questions.values().map(String::as_str).collect();
    let mut check = DatabaseCheck {
        name: CheckName::Duplicates,
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
    limit: Option<u32>,
) -> BTreeMap<String, String> {
    let mut questions = BTreeMap::new();
    for index in indexes.iter().filter(|index| index.unique) {
        let Some((name, shape)) = kind
            .meant(&index.table, schema.keys().map(String::as_str))
            .and_then(|name| Some((name, schema.get(name)?)))
        else {
            continue;
        };
        let Some(columns) = columns(shape, index, limit) else {
            continue;
        };
        if columns.is_empty()
            || is_made_already(shape, &index.name)
            || is_unique_already(shape, &columns)
        {
            continue;
        }
        let told: Vec<String> = columns.iter().map(Column::told).collect();
        let asked: Vec<String> = columns.iter().map(|column| column.asked(kind)).collect();
        let known: Vec<String> = columns
            .iter()
            .map(|column| format!("{} IS NOT NULL", quote(kind, &column.name)))
            .collect();
        questions.insert(
            format!("{} on {name} ({})", index.name, told.join(", ")),
            format!(
                "SELECT COUNT(*) FROM (SELECT COUNT(*) AS many FROM {} WHERE {} GROUP BY {} HAVING COUNT(*) > 1) doubles",
                quote(kind, name),
                known.join(" AND "),
                asked.join(", ")
            ),
        );
    }
    questions
}

/// One column of an index.
struct Column {
    /// As the database has it.
    name: String,
    /// So many first characters of it.
    only: Option<u32>,
}

impl Column {
    fn told(&self) -> String {
        match self.only {
            Some(length) => format!("{}({length})", self.name),
            None => self.name.clone(),
        }
    }

    fn asked(&self, kind: DatabaseKind) -> String {
        let name = quote(kind, &self.name);
        match self.only {
            Some(length) => format!("LEFT({name}, {length})"),
            None => name,
        }
    }
}

/// The index's columns; `None` where one is still to come.
fn columns(shape: &TableShape, index: &SqlIndex, limit: Option<u32>) -> Option<Vec<Column>> {
    let mut columns = Vec::new();
    for column in &index.columns {
        match shape
            .columns
            .iter()
            .find(|known| known.name.eq_ignore_ascii_case(column))
        {
            Some(known) => columns.push(Column {
                name: known.name.clone(),
                only: limit.filter(|limit| index.lengths.get(column) > Some(limit)),
            }),
            None if column.eq_ignore_ascii_case(COLLECTION) => {}
            None => return None,
        }
    }
    Some(columns)
}

/// A unique index of the release's very name, which Liferay makes of table and columns: it is there, and is not made
/// anew, however much of a column it has.
fn is_made_already(shape: &TableShape, name: &str) -> bool {
    shape
        .indexes
        .iter()
        .any(|(known, index)| index.unique && known.eq_ignore_ascii_case(name))
}

/// The primary key, or a unique index on some of these columns, rules duplicates out. Not one on a column of which the
/// beginning counts: nobody told how much of it an index of another name has.
fn is_unique_already(shape: &TableShape, columns: &[Column]) -> bool {
    let among = |known: &String| {
        let mut whole = columns.iter().filter(|column| column.only.is_none());
        whole.any(|column| column.name == *known)
    };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::properties::{Element, Layer, LayerKind};

    fn said(entries: &[(&str, &str)]) -> Properties {
        let entries = entries.iter().map(|(key, text)| {
            let element = Element {
                text: (*text).to_owned(),
                place: "portal-ext.properties".to_owned(),
                line: 1,
            };
            ((*key).to_owned(), element)
        });
        Properties {
            layers: vec![Layer::new(
                LayerKind::File,
                "portal-ext.properties",
                None,
                entries.collect(),
            )],
            ..Properties::default()
        }
    }

    #[test]
    fn how_much_of_a_column_an_index_has_is_said_by_a_property() {
        use DatabaseKind::{HsqldbFile, Mariadb, Mysql, Postgresql};
        let all = "database.string.index.max.length";
        let of_mariadb = "database.string.index.max.length[mariadb]";
        let of_postgresql = "database.string.index.max.length[postgresql]";
        for (entries, kind, expected) in [
            (vec![], Mariadb, Some(255)),
            (vec![], Mysql, Some(255)),
            (vec![], Postgresql, None),
            (vec![(all, "70")], HsqldbFile, None),
            (vec![(of_mariadb, "70")], Mariadb, Some(70)),
            (vec![(of_mariadb, "70")], Mysql, Some(255)),
            (vec![(all, "90"), (of_mariadb, "70")], Mariadb, Some(70)),
            (vec![(all, "90")], Mysql, Some(255)),
            (vec![(all, "-1")], Mariadb, Some(255)),
            (vec![(of_mariadb, "-1")], Mariadb, None),
            (vec![(all, "90")], Postgresql, Some(90)),
            (
                vec![(all, "90"), (of_postgresql, "80")],
                Postgresql,
                Some(80),
            ),
        ] {
            assert_eq!(
                limit(kind, &said(&entries)),
                expected,
                "{kind:?} {entries:?}"
            );
        }
    }
}
