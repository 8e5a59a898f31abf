//! Character sets and collations.

use raylift_model::codes;

use super::Rule;

pub(super) const RULE: Rule = Rule {
    name: "collations",
    code: codes::MIXED_COLLATIONS,
    message: "the character set is not one for all tables, or does not hold every character",
    remedy: "bring the database and its tables to one collation of utf8mb4, or to UTF8 on PostgreSQL",
};
