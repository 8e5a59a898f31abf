//! Duplicates under a unique index that the release makes.

use raylift_model::codes;

use super::{Grade, Rule};

/// No blocker: a step may have put the rows right before the index is made, which its class does not tell.
pub(super) const RULE: Rule = Rule {
    code: codes::DUPLICATE_ROWS,
    message: "the release makes unique indexes that these rows do not allow: unless a step puts the rows right, the index is not made",
    remedy: "look at the rows, and change or delete the surplus ones in the old release before the update",
    grade: Grade::Warning,
};
