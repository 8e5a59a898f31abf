//! Liferay's types in the words of each vendor and of its driver.
//!
//! The words of SQL are those of `HypersonicDB`, `PostgreSQLDB` and `MySQLDB` (`MariaDBDB` is one) in portal-impl 4.12.11
//! and 93.0.0; the driver's are what `DatabaseMetaData.getColumns` says of such columns.

use raylift_model::facts::{ColumnShape, DatabaseKind, SqlColumn};

/// Databases whose types differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vendor {
    Hsqldb,
    Postgresql,
    /// And MariaDB.
    Mysql,
}

impl Vendor {
    pub(super) fn of(kind: DatabaseKind) -> Option<Self> {
        match kind {
            DatabaseKind::HsqldbFile => Some(Self::Hsqldb),
            DatabaseKind::Postgresql => Some(Self::Postgresql),
            DatabaseKind::Mysql | DatabaseKind::Mariadb => Some(Self::Mysql),
            DatabaseKind::Other | DatabaseKind::Undetermined => None,
        }
    }
}

/// Liferay's word, and the driver's names of such a column in HSQLDB, PostgreSQL and MySQL.
type Row = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

/// HSQLDB's `longvarchar` is a `VARCHAR` of 16 M characters for the driver; MySQL's drivers call `tinyint` a bit where
/// it is one digit wide.
const TYPES: [Row; 11] = [
    ("BIGDECIMAL", &["DECIMAL"], &["numeric"], &["DECIMAL"]),
    ("BLOB", &["BLOB"], &["oid"], &["LONGBLOB"]),
    (
        "BOOLEAN",
        &["BIT", "BOOLEAN"],
        &["bool"],
        &["TINYINT", "BIT", "BOOLEAN"],
    ),
    (
        "DATE",
        &["TIMESTAMP"],
        &["timestamp"],
        &["DATETIME", "TIMESTAMP"],
    ),
    ("DOUBLE", &["DOUBLE"], &["float8"], &["DOUBLE"]),
    ("INTEGER", &["INTEGER"], &["int4"], &["INT", "INTEGER"]),
    ("LONG", &["BIGINT"], &["int8"], &["BIGINT"]),
    ("SBLOB", &["BLOB"], &["bytea"], &["LONGBLOB"]),
    (
        "STRING",
        &["VARCHAR", "LONGVARCHAR"],
        &["text"],
        &["LONGTEXT"],
    ),
    (
        "TEXT",
        &["VARCHAR", "LONGVARCHAR"],
        &["text"],
        &["LONGTEXT"],
    ),
    ("VARCHAR", &["VARCHAR"], &["varchar"], &["VARCHAR"]),
];

/// HSQLDB's `longvarchar` has this many characters (`LONGVARCHAR` of its manual, 16 M).
const LONG_TEXT: i64 = 16 << 20;

/// How a column's type differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Difference {
    None,
    /// More fits than Liferay expects.
    Wider,
    /// Another type, or one that holds less.
    Other,
}

/// Compares one column. A type of Liferay's that is not known differs in nothing.
pub(super) fn compare(vendor: Vendor, sql: &SqlColumn, shape: &ColumnShape) -> Difference {
    let Some(row) = TYPES.iter().find(|row| row.0 == sql.kind) else {
        return Difference::None;
    };
    let names = match vendor {
        Vendor::Hsqldb => row.1,
        Vendor::Postgresql => row.2,
        Vendor::Mysql => row.3,
    };
    let kind = shape.kind.split(['(', ' ']).next().unwrap_or_default();
    let is_named = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(kind));
    if !is_named(names) {
        let is_long_text = match vendor {
            Vendor::Hsqldb => is_named(&["LONGVARCHAR", "CLOB"]),
            Vendor::Postgresql => is_named(&["text"]),
            Vendor::Mysql => is_named(&["LONGTEXT", "MEDIUMTEXT", "TEXT"]),
        };
        return if is_long_text && sql.kind == "VARCHAR" {
            Difference::Wider
        } else {
            Difference::Other
        };
    }
    let is_text = matches!(sql.kind.as_str(), "STRING" | "TEXT");
    let expected = match (vendor, is_text, sql.length) {
        (Vendor::Hsqldb, true, _) => LONG_TEXT,
        (_, false, Some(length)) if sql.kind == "VARCHAR" => i64::from(length),
        _ => return Difference::None,
    };
    match shape.size.cmp(&expected) {
        std::cmp::Ordering::Less => Difference::Other,
        std::cmp::Ordering::Equal => Difference::None,
        std::cmp::Ordering::Greater => Difference::Wider,
    }
}

/// The column's type as Liferay writes it: `VARCHAR(75)`.
pub(super) fn written(sql: &SqlColumn) -> String {
    match sql.length {
        Some(length) => format!("{}({length})", sql.kind),
        None => sql.kind.clone(),
    }
}

/// The column's type as the database has it.
pub(super) fn found(shape: &ColumnShape) -> String {
    if shape.kind.to_ascii_lowercase().ends_with("varchar") {
        format!("{}({})", shape.kind, shape.size)
    } else {
        shape.kind.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(vendor: Vendor, sql: (&str, Option<u32>), shape: (&str, i64)) -> Difference {
        let sql = SqlColumn {
            name: "a".to_owned(),
            kind: sql.0.to_owned(),
            length: sql.1,
        };
        let shape = ColumnShape {
            name: "a".to_owned(),
            kind: shape.0.to_owned(),
            size: shape.1,
            nullable: true,
            default: None,
        };
        compare(vendor, &sql, &shape)
    }

    #[test]
    fn the_types_are_in_order() {
        assert!(TYPES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_shorter_text_differs_more_than_a_longer_one() {
        let short = ("VARCHAR", Some(75));
        for (shape, expected) in [
            (("varchar", 75), Difference::None),
            (("varchar", 80), Difference::Wider),
            (("text", 2_147_483_647), Difference::Wider),
            (("varchar", 30), Difference::Other),
            (("int8", 19), Difference::Other),
        ] {
            assert_eq!(difference(Vendor::Postgresql, short, shape), expected);
        }
        let text = ("TEXT", None);
        assert_eq!(
            difference(Vendor::Hsqldb, text, ("VARCHAR", 4000)),
            Difference::Other
        );
        assert_eq!(
            difference(Vendor::Mysql, text, ("VARCHAR", 4000)),
            Difference::Other
        );
        assert_eq!(
            difference(Vendor::Mysql, ("UNKNOWN", None), ("JSON", 1)),
            Difference::None
        );
    }
}
