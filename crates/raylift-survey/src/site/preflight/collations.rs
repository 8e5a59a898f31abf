//! Columns of another character set or collation than the database (`PreupgradeVerifyDatabaseCharacterSet`), by table, with all
//! collations of its columns. A look into the catalogue. PostgreSQL has one encoding for all.

use raylift_model::facts::{CheckName, TableCollations};

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::Collations,
    postgresql: Ask::Nothing,
    mysql: Ask::Told(
        "SELECT col.TABLE_NAME, GROUP_CONCAT(DISTINCT col.COLLATION_NAME ORDER BY col.COLLATION_NAME SEPARATOR ','), \
            MIN(own.DEFAULT_COLLATION_NAME) \
            FROM information_schema.COLUMNS col \
            JOIN information_schema.TABLES tab ON tab.TABLE_SCHEMA = col.TABLE_SCHEMA \
            AND tab.TABLE_NAME = col.TABLE_NAME AND tab.TABLE_TYPE = 'BASE TABLE' \
            JOIN information_schema.SCHEMATA own ON own.SCHEMA_NAME = col.TABLE_SCHEMA \
            WHERE col.TABLE_SCHEMA = DATABASE() AND col.COLLATION_NAME IS NOT NULL GROUP BY col.TABLE_NAME \
            HAVING MAX(col.COLLATION_NAME <> own.DEFAULT_COLLATION_NAME) = 1 ORDER BY 1",
        |row| value(row).map(|table| table.to_string()),
    ),
};

/// What a row says.
pub(super) fn value(row: &[Option<String>]) -> Option<TableCollations> {
    let [Some(table), Some(columns), Some(database)] = row else {
        return None;
    };
    Some(TableCollations {
        table: table.clone(),
        columns: columns.split(',').map(str::to_owned).collect(),
        database: database.clone(),
    })
}
