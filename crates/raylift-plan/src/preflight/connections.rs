//! Few connections left.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::FEW_CONNECTIONS,
    message: "fewer than ten connections are left; while the site serves, the proof needs some of its own, for dump, restore and comparison",
    remedy: "raise the limit, or end sessions that nobody needs",
    grade: Grade::Warning,
};
