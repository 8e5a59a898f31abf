//! Companies without a guest user.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::NO_GUEST_USER,
    message: "these companies have no guest user, whom Liferay makes together with a company and needs for everybody who is not logged in",
    remedy: "restore the guest user's row in User_ from a backup, or delete the company if nobody uses it",
    grade: Grade::Verified("PreupgradeVerifyCompanyUsers"),
};
