//! Names of tables and their case.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::TABLE_NAME_CASE,
    message: "names of tables differ in case only, or are written in a way that the server does not find; Liferay can read one table while its rows are in the other",
    remedy: "look which of the two the site uses, and rename or drop the other, which is mostly left from a move between servers",
    grade: Grade::Warning,
};
