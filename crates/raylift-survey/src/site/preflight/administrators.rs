//! Companies without a user of their own who is an administrator directly (`PreupgradeVerifyCompanyUsers`). Reads the
//! users of one role, by index. Late releases have `User_.type_` and count regular users (1) only; where `User_` has no
//! such column, the name means that of `other`.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

const QUERY: &str = "SELECT com.webId FROM (SELECT companyId, webId FROM Company) com CROSS JOIN (SELECT 1 AS type_) other \
            WHERE com.companyId <> 0 AND NOT EXISTS (SELECT 1 \
            FROM (SELECT rol.companyId AS company, has.userId AS person FROM Role_ rol \
            JOIN Users_Roles has ON has.roleId = rol.roleId WHERE rol.name = 'Administrator') adm \
            WHERE adm.company = com.companyId AND EXISTS (SELECT 1 FROM User_ usr WHERE usr.userId = adm.person \
            AND usr.companyId = com.companyId AND type_ = 1)) ORDER BY 1";

pub(super) const CHECK: Check = Check {
    name: CheckName::Administrators,
    postgresql: Ask::Rows(QUERY),
    mysql: Ask::Rows(QUERY),
};
