//! Generated columns. A look into the catalogue.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::GeneratedColumns,
    postgresql: Ask::Rows(
        "SELECT table_name || '.' || column_name FROM information_schema.columns \
            WHERE table_schema = current_schema() AND is_generated = 'ALWAYS' ORDER BY 1",
    ),
    mysql: Ask::Rows(
        "SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME) FROM information_schema.COLUMNS \
            WHERE TABLE_SCHEMA = DATABASE() AND GENERATION_EXPRESSION <> '' ORDER BY 1",
    ),
};
