//! Generated columns: renaming what they read fails (failure mode 2).

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::GENERATED_COLUMNS,
    message: "generated columns keep a step from renaming or dropping what they read",
    remedy: "drop these columns from Liferay's tables before the update and add them again after it",
    grade: Grade::Warning,
};
