//! Tables as a release's SQL makes them, and as a database has them.

use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

/// Tables and indexes of SQL files in Liferay's own dialect: the core's `portal-tables.sql` and `indexes.sql` in
/// `portal-impl.jar`, a module's in `META-INF/sql` (read in portal-impl 3.26.3 to 93.0.0 and in modules of 7.0 to 7.4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaSql {
    /// In the order of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<SqlTable>,
    /// In the order of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<SqlIndex>,
    /// Tables that further files beside these two create: known by name alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<String>,
    /// Why something could not be read; empty when all was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undetermined: Vec<String>,
}

impl SchemaSql {
    /// Nothing was found.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `create table NAME (...)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlTable {
    /// As written.
    pub name: String,
    /// In their order.
    pub columns: Vec<SqlColumn>,
    /// Columns of the primary key; empty when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub primary_key: Vec<String>,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlColumn {
    /// As written.
    pub name: String,
    /// Liferay's word, in capitals: `LONG`, `VARCHAR`, `STRING`, `TEXT`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// Characters of a `VARCHAR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
}

/// `create [unique] index NAME on TABLE (...)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlIndex {
    /// As written.
    pub name: String,
    /// As written.
    pub table: String,
    /// Whether it is unique.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// In their order.
    pub columns: Vec<String>,
    /// What `[$COLUMN_LENGTH:75$]` says behind some of them: characters of the column. Where `database.string.index.max.length`
    /// of the database is smaller, Liferay makes the index on that many first characters
    /// (`BaseDB.applyMaxStringIndexLengthLimitation`, read in 3.26.3 and 93.0.0).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lengths: BTreeMap<String, u32>,
}

/// Every table of a database, by the name that the database gives it.
pub type DatabaseSchema = BTreeMap<String, TableShape>;

/// What one table is like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableShape {
    /// In their order.
    pub columns: Vec<ColumnShape>,
    /// Columns of the primary key, in its order.
    pub primary_key: Vec<String>,
    /// By name.
    pub indexes: BTreeMap<String, IndexShape>,
}

/// One column, in the driver's words (`DatabaseMetaData.getColumns`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnShape {
    /// `COLUMN_NAME`.
    pub name: String,
    /// `TYPE_NAME`, the vendor's.
    #[serde(rename = "type")]
    pub kind: String,
    /// `COLUMN_SIZE`.
    pub size: i64,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// `COLUMN_DEF`.
    pub default: Option<String>,
}

/// One index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IndexShape {
    /// Whether it is unique.
    pub unique: bool,
    /// Its columns in order; an expression may have no name.
    pub columns: Vec<Option<String>>,
}
