//! Companies without an administrator (failure mode 12).

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::NO_ADMINISTRATOR,
    message: "these companies have no user of their own with the role Administrator; one who has it through a group only does not count",
    remedy: "give a user of each company the role Administrator (Control Panel, Users and Organizations, Roles)",
    grade: Grade::Verified("PreupgradeVerifyCompanyUsers"),
};
