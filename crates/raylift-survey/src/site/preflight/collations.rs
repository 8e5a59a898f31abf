//! Tables of another collation than the database, or with three bytes a character. A look into the catalogue.

use super::Check;

pub(super) const CHECK: Check = Check {
    name: "collations",
    postgresql: "SELECT 'database: ' || pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database() AND pg_encoding_to_char(encoding) <> 'UTF8'",
    mysql: "SELECT CONCAT(tab.TABLE_NAME, ': ', tab.TABLE_COLLATION) FROM information_schema.TABLES tab JOIN information_schema.SCHEMATA own ON own.SCHEMA_NAME = tab.TABLE_SCHEMA WHERE tab.TABLE_SCHEMA = DATABASE() AND tab.TABLE_TYPE = 'BASE TABLE' AND (tab.TABLE_COLLATION <> own.DEFAULT_COLLATION_NAME OR tab.TABLE_COLLATION LIKE 'utf8\\_%' OR tab.TABLE_COLLATION LIKE 'utf8mb3%') ORDER BY 1",
};
