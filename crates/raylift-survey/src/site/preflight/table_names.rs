//! Tables whose names differ in case only, and on MariaDB and MySQL names with capital letters on a server that looks for
//! small ones (`lower_case_table_names` 1), which it does not find. A look into the catalogue.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::TableNames,
    postgresql: Ask::Rows(
        "SELECT string_agg(rel.relname, ', ' ORDER BY rel.relname) FROM pg_class rel \
            JOIN pg_namespace own ON own.oid = rel.relnamespace WHERE own.nspname = current_schema() \
            AND rel.relkind IN ('r', 'p', 'v', 'm', 'f') GROUP BY lower(rel.relname) HAVING COUNT(*) > 1 ORDER BY 1",
    ),
    mysql: Ask::Rows(
        "SELECT GROUP_CONCAT(TABLE_NAME ORDER BY CAST(TABLE_NAME AS BINARY) SEPARATOR ', ') \
            FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() GROUP BY CAST(LOWER(TABLE_NAME) AS BINARY) \
            HAVING COUNT(*) > 1 \
            UNION ALL SELECT CONCAT(TABLE_NAME, ': lower_case_table_names is 1') FROM information_schema.TABLES \
            WHERE TABLE_SCHEMA = DATABASE() AND @@lower_case_table_names = 1 \
            AND CAST(TABLE_NAME AS BINARY) <> CAST(LOWER(TABLE_NAME) AS BINARY) ORDER BY 1",
    ),
};
