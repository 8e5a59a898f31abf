//! A server or database that takes no writes from the portal's user. The bridge makes its own session read-only, so that
//! PostgreSQL is asked what a new session would have. On MariaDB until 10.10 `SUPER` writes all the same, on MySQL always.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::ReadOnly,
    postgresql: Ask::Rows(
        "SELECT 'the server is a standby' WHERE pg_is_in_recovery() \
            UNION ALL SELECT 'default_transaction_read_only is on' FROM pg_settings \
            WHERE name = 'default_transaction_read_only' AND reset_val = 'on'",
    ),
    mysql: Ask::Rows(
        "SELECT 'read_only is on' FROM DUAL WHERE CAST(@@global.read_only AS CHAR) NOT IN ('0', 'OFF') \
            AND NOT EXISTS (SELECT 1 FROM information_schema.USER_PRIVILEGES WHERE GRANTEE = {me} AND PRIVILEGE_TYPE \
            IN ('READ_ONLY ADMIN', 'READ ONLY ADMIN', 'CONNECTION_ADMIN', IF(VERSION() NOT LIKE '%MariaDB%' \
            OR VERSION() REGEXP '^10[.]([0-9]|10)[.]', 'SUPER', '')))",
    ),
};
