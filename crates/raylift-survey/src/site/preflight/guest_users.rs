//! Companies without a guest user (`PreupgradeVerifyCompanyUsers`). Reads one user of each company, by index. Older
//! releases mark him by `defaultUser`, later ones by `type_` 0 (`UserConstants.TYPE_GUEST`); the column that `User_` does
//! not have is that of `other`.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

const QUERY: &str = "SELECT com.webId FROM (SELECT companyId, webId FROM Company) com CROSS \
            JOIN (SELECT FALSE AS defaultUser, 1 AS type_) other WHERE com.companyId <> 0 AND NOT EXISTS (SELECT 1 \
            FROM User_ usr WHERE usr.companyId = com.companyId AND (defaultUser = TRUE OR type_ = 0)) ORDER BY 1";

pub(super) const CHECK: Check = Check {
    name: CheckName::GuestUsers,
    postgresql: Ask::Rows(QUERY),
    mysql: Ask::Rows(QUERY),
};
