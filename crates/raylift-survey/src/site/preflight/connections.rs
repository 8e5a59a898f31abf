//! Fewer than ten connections left. Ten is an inference: the portal's own pool is there already, and a proof takes the bridge,
//! a dump and a restore with some connections each beside it. PostgreSQL hides the `backend_type` of other users' sessions, so
//! that a session with a user and without a known type is taken for a client's. `numbackends` of `pg_stat_database` would count
//! the server's own workers, too. PostgreSQL's limits of the server, the database and the role;
//! of MariaDB and MySQL the server's, a status that is asked for by name since its table differs. The user's own limit there is
//! the next check.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::Connections,
    postgresql: Ask::Rows(
        "SELECT CONCAT(used.open, ' of ', used.most, ' connections of ', used.whose, ' are open') FROM (SELECT 'the \
            server' AS whose, current_setting('max_connections')::bigint - \
            current_setting('superuser_reserved_connections')::bigint AS most, (SELECT COUNT(*) FROM pg_stat_activity act \
            WHERE act.usesysid IS NOT NULL AND COALESCE(act.backend_type, 'client backend') = 'client backend') AS open \
            UNION ALL SELECT 'the database', datconnlimit, (SELECT COUNT(*) FROM pg_stat_activity act \
            WHERE act.datname = current_database() AND act.usesysid IS NOT NULL \
            AND COALESCE(act.backend_type, 'client backend') = 'client backend') FROM pg_database \
            WHERE datname = current_database() AND datconnlimit >= 0 \
            UNION ALL SELECT 'the role', rolconnlimit, (SELECT COUNT(*) FROM pg_stat_activity act \
            WHERE act.usename = current_user AND act.backend_type = 'client backend') FROM pg_roles \
            WHERE rolname = current_user AND rolconnlimit >= 0) used WHERE used.most - used.open < 10",
    ),
    mysql: Ask::Rows(
        "SHOW GLOBAL STATUS WHERE Variable_name = 'Threads_connected' AND Value + 10 > @@global.max_connections",
    ),
};
