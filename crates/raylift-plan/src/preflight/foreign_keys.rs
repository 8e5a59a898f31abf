//! Foreign keys: a step that renames or recreates a table fails on them (failure mode 1).

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::FOREIGN_KEYS,
    message: "foreign keys tie tables together, which Liferay never does; a step that alters such a table can fail",
    remedy: "drop the keys that touch Liferay's tables before the update and make them again after it",
    grade: Grade::Warning,
};
