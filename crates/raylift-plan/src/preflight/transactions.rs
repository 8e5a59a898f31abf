//! Transactions that are open for long.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::LONG_TRANSACTIONS,
    message: "transactions have been open for more than five minutes; a step that alters their tables waits for them",
    remedy: "let them end, or end them, before the outage",
    grade: Grade::Warning,
};
