//! Transactions open for more than five minutes. A look into the list of sessions.

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: "transactions",
    postgresql: Ask::Rows(
        "SELECT 'session ' || pid || ' since ' || xact_start FROM pg_stat_activity \
            WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() \
            AND xact_start < now() - interval '5 minutes' ORDER BY xact_start",
    ),
    mysql: Ask::Rows(
        "SELECT CONCAT('session ', trx_mysql_thread_id, ' since ', trx_started) FROM information_schema.INNODB_TRX \
            WHERE trx_mysql_thread_id <> CONNECTION_ID() AND trx_started < NOW() - INTERVAL 5 MINUTE \
            ORDER BY trx_started",
    ),
};
