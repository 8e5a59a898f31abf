//! Servers that copy from this one, or that this one copies from, with what the engine says of their lag; on PostgreSQL also
//! slots that keep the log for somebody who is not there. PostgreSQL shows an ordinary user that somebody copies and little
//! more. A Galera cluster has its sessions on each server alone. MariaDB and MySQL show sessions of others only with the right PROCESS; MariaDB's status says the number to all.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::Replication,
    postgresql: Ask::Rows(
        "SELECT CONCAT('session ', pid, ' copies: ', COALESCE(application_name, ''), ' ', \
            COALESCE(client_addr::text, ''), ' ', COALESCE(state, ''), ', behind by ', COALESCE(replay_lag::text, 'an \
            unknown time')) FROM pg_stat_replication \
            UNION ALL SELECT CONCAT('slot ', slot_name, ' keeps the log and nobody reads it') \
            FROM pg_replication_slots WHERE NOT active",
    ),
    mysql: Ask::Rows(
        "SELECT CONCAT('session ', ID, ': ', COMMAND, ' of ', USER, ', ', TIME, ' s') \
            FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%' OR COMMAND LIKE 'Slave%' /*!80000 \
            OR (USER = 'system user' AND COMMAND IN ('Connect', 'Query')) */ /*M! \
            UNION ALL SELECT CONCAT(VARIABLE_NAME, ': ', VARIABLE_VALUE) FROM information_schema.GLOBAL_STATUS \
            WHERE (VARIABLE_NAME = 'SLAVES_CONNECTED' AND VARIABLE_VALUE <> '0') OR (VARIABLE_NAME = 'SLAVE_RUNNING' \
            AND VARIABLE_VALUE = 'ON') \
            UNION ALL SELECT CONCAT('Galera cluster of ', VARIABLE_VALUE, ': sessions on its other servers are not seen') \
            FROM information_schema.GLOBAL_STATUS \
            WHERE VARIABLE_NAME = 'WSREP_CLUSTER_SIZE' AND VARIABLE_VALUE <> '0' */",
    ),
};
