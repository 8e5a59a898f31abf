//! Triggers run when a step writes.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::TRIGGERS,
    message: "triggers run when an upgrade step writes, and can fail on changed columns",
    remedy: "drop the triggers on Liferay's tables before the update and make them again after it",
    grade: Grade::Warning,
};
