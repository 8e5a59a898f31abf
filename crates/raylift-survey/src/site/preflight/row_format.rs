//! Tables outside InnoDB, or in one of its older row formats: these index 767 bytes of a column, the newer ones 3072 (MySQL,
//! "InnoDB Limits"). A look into the catalogue.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::RowFormat,
    postgresql: Ask::Nothing,
    mysql: Ask::Rows(
        "SELECT CONCAT(TABLE_NAME, ': ', ENGINE, ', ', ROW_FORMAT) FROM information_schema.TABLES \
            WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' AND (ENGINE <> 'InnoDB' \
            OR ROW_FORMAT IN ('Compact', 'Redundant')) ORDER BY 1",
    ),
};
