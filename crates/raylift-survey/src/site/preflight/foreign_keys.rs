//! Foreign keys from or to tables of the portal's schema. A look into the catalogue.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::ForeignKeys,
    postgresql: Ask::Rows(
        "SELECT from_.relname || '.' || con.conname || ' -> ' || to_.relname FROM pg_constraint con \
            JOIN pg_class from_ ON from_.oid = con.conrelid JOIN pg_class to_ ON to_.oid = con.confrelid \
            JOIN pg_namespace own ON own.nspname = current_schema() \
            AND own.oid IN (from_.relnamespace, to_.relnamespace) WHERE con.contype = 'f' ORDER BY 1",
    ),
    mysql: Ask::Rows(
        "SELECT CONCAT(TABLE_NAME, '.', CONSTRAINT_NAME, ' -> ', REFERENCED_TABLE_NAME) \
            FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() \
            OR UNIQUE_CONSTRAINT_SCHEMA = DATABASE() ORDER BY 1",
    ),
};
