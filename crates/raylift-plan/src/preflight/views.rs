//! Views keep what they read.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::VIEWS,
    message: "views can keep a step from altering the columns they read, or be broken by it",
    remedy: "drop the views that read Liferay's tables before the update and make them again after it",
    grade: Grade::Warning,
};
