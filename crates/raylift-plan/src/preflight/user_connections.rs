//! Few connections left to the user.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::FEW_CONNECTIONS,
    message: "fewer than ten connections are left to the portal's user; while the site serves, the proof needs some of its own, for dump, restore and comparison",
    remedy: "raise MAX_USER_CONNECTIONS of the user",
    grade: Grade::Warning,
};
