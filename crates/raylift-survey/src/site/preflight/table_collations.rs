//! Tables that give their new columns another character set or collation than the database has. A look into the catalogue.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::TableCollations,
    postgresql: Ask::Nothing,
    mysql: Ask::Rows(
        "SELECT CONCAT(tab.TABLE_NAME, ': ', tab.TABLE_COLLATION, ', the database has ', \
            own.DEFAULT_COLLATION_NAME) FROM information_schema.TABLES tab \
            JOIN information_schema.SCHEMATA own ON own.SCHEMA_NAME = tab.TABLE_SCHEMA \
            WHERE tab.TABLE_SCHEMA = DATABASE() AND tab.TABLE_TYPE = 'BASE TABLE' \
            AND tab.TABLE_COLLATION <> own.DEFAULT_COLLATION_NAME ORDER BY 1",
    ),
};
