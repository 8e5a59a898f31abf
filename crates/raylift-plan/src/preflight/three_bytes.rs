//! Three bytes a character.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::THREE_BYTE_CHARACTERS,
    message: "the database or tables of it have the old utf8 (utf8mb3), which cannot keep emoji and some Chinese characters; Liferay recommends utf8mb4",
    remedy: "convert the database and all its tables to utf8mb4 in a maintenance of its own, before or after the update, not during it",
    grade: Grade::Warning,
};
