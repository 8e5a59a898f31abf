//! The database and its tables, where a character has three bytes at most (`utf8mb3`, which is `utf8` until MySQL 8.0.29).
//! A look into the catalogue.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::ThreeBytes,
    postgresql: Ask::Nothing,
    mysql: Ask::Rows(
        "SELECT CONCAT('database: ', DEFAULT_COLLATION_NAME) FROM information_schema.SCHEMATA \
            WHERE SCHEMA_NAME = DATABASE() AND DEFAULT_CHARACTER_SET_NAME IN ('utf8', 'utf8mb3') \
            UNION ALL SELECT * FROM (SELECT DISTINCT CONCAT(col.TABLE_NAME, ': ', col.CHARACTER_SET_NAME) \
            FROM information_schema.COLUMNS col \
            JOIN information_schema.TABLES tab ON tab.TABLE_SCHEMA = col.TABLE_SCHEMA \
            AND tab.TABLE_NAME = col.TABLE_NAME AND tab.TABLE_TYPE = 'BASE TABLE' WHERE col.TABLE_SCHEMA = DATABASE() \
            AND col.CHARACTER_SET_NAME IN ('utf8', 'utf8mb3') ORDER BY 1) tables_",
    ),
};
