//! Fewer than ten connections left to the portal's user, where he has a limit of his own (`MAX_USER_CONNECTIONS`). A user sees
//! his own sessions without any right.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::UserConnections,
    postgresql: Ask::Nothing,
    mysql: Ask::Rows(
        "SELECT CONCAT(COUNT(*), ' of ', @@session.max_user_connections, ' connections of the user are open') \
            FROM information_schema.PROCESSLIST WHERE USER = SUBSTRING_INDEX(CURRENT_USER(), '@', 1) \
            HAVING @@session.max_user_connections > 0 AND COUNT(*) + 10 > @@session.max_user_connections",
    ),
};
