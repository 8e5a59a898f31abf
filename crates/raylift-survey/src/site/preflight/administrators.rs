//! Companies without a user who is an administrator directly. Reads the rows of one role for each company, by index.

use super::Check;

const QUERY: &str = "SELECT com.webId FROM Company com WHERE NOT EXISTS (SELECT 1 FROM Role_ rol JOIN Users_Roles has ON has.roleId = rol.roleId WHERE rol.companyId = com.companyId AND rol.name = 'Administrator') ORDER BY 1";

pub(super) const CHECK: Check = Check {
    name: "administrators",
    postgresql: QUERY,
    mysql: QUERY,
};
