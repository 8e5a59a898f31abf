//! Companies without an administrator (failure mode 12).

use raylift_model::codes;

use super::Rule;

pub(super) const RULE: Rule = Rule {
    name: "administrators",
    code: codes::NO_ADMINISTRATOR,
    message: "companies have no user with the role Administrator, and the verifier of company users can fail",
    remedy: "give a user of each company the role Administrator",
};
