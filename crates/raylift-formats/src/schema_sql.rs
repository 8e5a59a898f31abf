//! SQL in Liferay's own dialect, as far as it makes tables and indexes: `portal-tables.sql` and `indexes.sql` of
//! `portal-impl.jar`, `META-INF/sql/*.sql` of modules.
//!
//! Read in portal-impl 3.26.3, 4.3.0, 4.12.11, 5.26.1, 52.1.1 and 93.0.0: statements end with `;`, types are Liferay's
//! words, a length in an index stands in `[$COLUMN_LENGTH:75$]`. Lines that start with `##` or `--` are comments
//! (`BaseDB.runSQLTemplateString` skips the first, SQL the second).

mod tokens;

use raylift_model::facts::{SchemaSql, SqlColumn, SqlIndex, SqlTable};

use crate::bundle::Jar;
use crate::diagnostic::{Diagnostic, Parsed};
use tokens::{Token, statements};

/// Bytes of one file that are read; the largest real one has 50 kB.
const LARGEST: u64 = 8 << 20;
/// Files of one module that are read; real modules have three.
const MOST_FILES: usize = 20;
const CORE: &str = "com/liferay/portal/tools/sql/dependencies/";
const MODULE: &str = "META-INF/sql/";

/// Reads one file. Statements that make neither a table nor an index are passed over; one that cannot be understood is a
/// diagnostic.
pub fn read(sql: &[u8]) -> Parsed<SchemaSql> {
    let text = String::from_utf8_lossy(sql);
    let mut parsed = Parsed::clean(SchemaSql::default());
    for (line, statement) in statements(&text) {
        let words: Vec<String> = statement
            .iter()
            .take(3)
            .map(|token| token.text().to_ascii_lowercase())
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let read = match words.as_slice() {
            ["create", "table", ..] => table(&statement).map(|table| {
                parsed.value.tables.push(table);
            }),
            ["create", "index", ..] => index(&statement, 2, false).map(|index| {
                parsed.value.indexes.push(index);
            }),
            ["create", "unique", "index"] => index(&statement, 3, true).map(|index| {
                parsed.value.indexes.push(index);
            }),
            _ => Some(()),
        };
        if read.is_none() {
            parsed.diagnostics.push(Diagnostic::error(
                line,
                "a table or an index is not described as Liferay does",
            ));
        }
    }
    parsed
}

/// The core's tables and indexes out of `portal-impl.jar`.
pub fn of_core(bytes: &[u8]) -> SchemaSql {
    let mut sql = SchemaSql::default();
    match Jar::open(bytes) {
        Ok(mut jar) => {
            for name in ["portal-tables.sql", "indexes.sql"] {
                let name = format!("{CORE}{name}");
                if !add(&mut jar, &name, &mut sql) {
                    sql.undetermined.push(format!("{name} is missing"));
                }
            }
        }
        Err(error) => sql.undetermined.push(format!("portal-impl.jar: {error}")),
    }
    sql
}

/// A module's tables and indexes.
pub(crate) fn of_module(jar: &mut Jar<'_>) -> SchemaSql {
    let mut sql = SchemaSql::default();
    let mut names = jar.names_in(MODULE);
    names.sort();
    for name in names
        .iter()
        .filter(|name| name.ends_with(".sql"))
        .take(MOST_FILES)
    {
        match name.rsplit('/').next() {
            Some("tables.sql" | "indexes.sql") => {
                add(jar, name, &mut sql);
            }
            _ => {
                let mut other = SchemaSql::default();
                add(jar, name, &mut other);
                sql.named
                    .extend(other.tables.into_iter().map(|table| table.name));
            }
        }
    }
    sql
}

/// False when there is no such file.
fn add(jar: &mut Jar<'_>, name: &str, sql: &mut SchemaSql) -> bool {
    match jar.read(name, LARGEST) {
        Ok(Some(bytes)) => {
            let read = read(&bytes);
            sql.tables.extend(read.value.tables);
            sql.indexes.extend(read.value.indexes);
            sql.undetermined.extend(
                read.diagnostics
                    .iter()
                    .map(|diagnostic| format!("{name}: {diagnostic}")),
            );
            true
        }
        Ok(None) => false,
        Err(error) => {
            sql.undetermined.push(error.to_string());
            true
        }
    }
}

/// `create table NAME ( column, ..., primary key (a, b) )`.
fn table(statement: &[Token]) -> Option<SqlTable> {
    let name = statement.get(2)?.word()?;
    let mut table = SqlTable {
        name: name.to_owned(),
        columns: Vec::new(),
        primary_key: Vec::new(),
    };
    for part in parts(statement.get(3..)?)? {
        let is_key = |at: usize| {
            let word = |index: usize, expected: &str| {
                part.get(index)
                    .and_then(Token::word)
                    .is_some_and(|word| word.eq_ignore_ascii_case(expected))
            };
            word(at, "primary") && word(at + 1, "key")
        };
        if is_key(0) {
            table.primary_key = columns_of(part.get(2..)?)?;
            continue;
        }
        let column = column(part)?;
        if (2..part.len()).any(is_key) {
            table.primary_key.push(column.name.clone());
        }
        table.columns.push(column);
    }
    (!table.columns.is_empty()).then_some(table)
}

fn column(part: &[Token]) -> Option<SqlColumn> {
    let name = part.first()?.word()?.to_owned();
    let kind = part.get(1)?.word()?.to_ascii_uppercase();
    let length = match part.get(2..5) {
        Some([Token::Open, Token::Word(length), Token::Close]) => length.parse().ok(),
        _ => None,
    };
    Some(SqlColumn { name, kind, length })
}

/// From its name on: `NAME on TABLE (a, b[$COLUMN_LENGTH:75$])`.
fn index(statement: &[Token], at: usize, unique: bool) -> Option<SqlIndex> {
    let name = statement.get(at)?.word()?.to_owned();
    let on = statement.get(at + 1)?.word()?;
    let table = statement.get(at + 2)?.word()?.to_owned();
    let listed = statement.get(at + 3..)?;
    let columns = columns_of(listed)?;
    let lengths = parts(listed)?
        .into_iter()
        .filter_map(|part| match part {
            [Token::Word(name), Token::Length(length), ..] => Some((name.clone(), *length)),
            _ => None,
        })
        .collect();
    (on.eq_ignore_ascii_case("on") && !columns.is_empty()).then_some(SqlIndex {
        name,
        table,
        unique,
        columns,
        lengths,
    })
}

/// The first word of each part in brackets.
fn columns_of(tokens: &[Token]) -> Option<Vec<String>> {
    parts(tokens)?
        .into_iter()
        .map(|part| Some(part.first()?.word()?.to_owned()))
        .collect()
}

/// What stands between the commas of the pair of brackets at the beginning; `None` where there is none.
fn parts(tokens: &[Token]) -> Option<Vec<&[Token]>> {
    if tokens.first() != Some(&Token::Open) {
        return None;
    }
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, 1);
    for (position, token) in tokens.iter().enumerate() {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth = depth.checked_sub(1)?,
            Token::Comma | Token::Word(_) | Token::Length(_) | Token::Other => {}
        }
        if depth == 0 || depth == 1 && *token == Token::Comma {
            parts.push(tokens.get(start..position)?);
            start = position + 1;
        }
        if depth == 0 {
            return Some(parts);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(sql: &str) -> Vec<SqlTable> {
        let read = read(sql.as_bytes());
        assert_eq!(read.diagnostics, []);
        read.value.tables
    }

    #[test]
    fn a_table_has_its_columns_and_its_key() {
        let sql = "create table A_Entry (\n\tmvccVersion LONG default 0 not null,\n\tentryId LONG not null primary key,\n\
                   \tname VARCHAR(75) null,\n\tprice BIGDECIMAL null,\n\ttext_ STRING null\n);";
        let table = tables(sql).remove(0);
        let columns: Vec<(&str, &str, Option<u32>)> = table
            .columns
            .iter()
            .map(|column| (column.name.as_str(), column.kind.as_str(), column.length))
            .collect();
        assert_eq!(
            columns,
            [
                ("mvccVersion", "LONG", None),
                ("entryId", "LONG", None),
                ("name", "VARCHAR", Some(75)),
                ("price", "BIGDECIMAL", None),
                ("text_", "STRING", None),
            ]
        );
        assert_eq!(table.primary_key, ["entryId"]);
        let pair = tables("create table P (a LONG not null, b LONG not null, primary key (a, b));");
        assert_eq!(pair[0].primary_key, ["a", "b"]);
        assert_eq!(pair[0].columns.len(), 2);
    }

    #[test]
    fn an_index_has_its_columns_and_their_lengths() {
        let sql = "create index IX_1 on T (a, b[$COLUMN_LENGTH:75$], d[$OTHER:8$]);\n## no; create table X (\n\
                   create unique index IX_2 on T (c);";
        let read = read(sql.as_bytes());
        assert_eq!(read.diagnostics, []);
        let indexes = read.value.indexes;
        assert_eq!(indexes[0].columns, ["a", "b", "d"]);
        assert_eq!(indexes[0].lengths, [("b".to_owned(), 75)].into());
        assert!(!indexes[0].unique);
        assert_eq!((indexes[1].table.as_str(), indexes[1].unique), ("T", true));
    }

    #[test]
    fn what_is_not_understood_is_said_with_its_line() {
        let read = read(b"create table Good (a LONG);\ninsert into T values ('create; table');\ncreate table Bad (a;\n");
        assert_eq!(read.value.tables.len(), 1);
        assert_eq!(read.diagnostics.len(), 1);
        assert_eq!(read.diagnostics[0].line, 3);
    }
}
