//! Transactions open for more than five minutes. MariaDB and MySQL tell their start in the system's time zone, and the time
//! in the session's. PostgreSQL hides the start of other users' transactions; that is the next check. A look into the list of
//! sessions.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::Transactions,
    postgresql: Ask::Rows(
        "SELECT 'session ' || pid || ' since ' || xact_start FROM pg_stat_activity \
            WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() \
            AND xact_start < now() - interval '5 minutes' ORDER BY xact_start",
    ),
    mysql: Ask::Rows(
        "SELECT CONCAT('session ', session, ' since ', since) FROM (SELECT trx_mysql_thread_id AS session, \
            CONVERT_TZ(trx_started, 'SYSTEM', @@session.time_zone) AS since FROM information_schema.INNODB_TRX) trx \
            WHERE session <> CONNECTION_ID() AND since < NOW() - INTERVAL 5 MINUTE ORDER BY since",
    ),
};
