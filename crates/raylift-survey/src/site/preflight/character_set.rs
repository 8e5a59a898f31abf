//! The database's own character set, where Liferay supports it: UTF8 on PostgreSQL, a name that begins with `utf8` on the
//! others (`DB.isSupportsCharacterSet`, asked by `PreupgradeVerifyDatabaseCharacterSet`). A look into the catalogue.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::CharacterSet,
    postgresql: Ask::Rows(
        "SELECT 'database: ' || pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database() \
            AND pg_encoding_to_char(encoding) <> 'UTF8'",
    ),
    mysql: Ask::Rows(
        "SELECT CONCAT('database: ', DEFAULT_CHARACTER_SET_NAME) FROM information_schema.SCHEMATA \
            WHERE SCHEMA_NAME = DATABASE() AND DEFAULT_CHARACTER_SET_NAME NOT LIKE 'utf8%'",
    ),
};
