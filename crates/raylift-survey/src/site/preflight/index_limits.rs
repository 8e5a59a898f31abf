//! Settings by which new tables index fewer than 3072 bytes of a column. `innodb_large_prefix` is known until MySQL 5.7 and
//! MariaDB 10.2 only, so that the settings are asked for by name.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::IndexLimits,
    postgresql: Ask::Nothing,
    mysql: Ask::Rows(
        "SHOW GLOBAL VARIABLES WHERE (Variable_name = 'innodb_default_row_format' AND Value <> 'dynamic') \
            OR (Variable_name = 'innodb_large_prefix' AND Value = 'OFF') OR (Variable_name = 'innodb_page_size' \
            AND Value + 0 < 16384)",
    ),
};
