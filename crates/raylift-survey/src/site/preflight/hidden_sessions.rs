//! Sessions of other users in this database, of which PostgreSQL shows that they are there and not what they do, unless the
//! user may read all statistics (PostgreSQL, "The Cumulative Statistics System": "ordinary users can only see all the
//! information about their own sessions"). Of a hidden one `backend_type` is NULL. A look into the list of sessions.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::HiddenSessions,
    postgresql: Ask::Rows(
        "SELECT 'sessions of ' || usename || ' that are hidden: ' || COUNT(*) FROM pg_stat_activity \
            WHERE datname = current_database() AND usename IS NOT NULL AND backend_type IS NULL \
            GROUP BY usename ORDER BY 1",
    ),
    mysql: Ask::Nothing,
};
