//! Settings that limit indexes.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::INDEX_LIMITS,
    message: "by the server's settings new tables can index only a part of what Liferay's indexes need; an upgrade that makes one fails with: Specified key was too long",
    remedy: "set innodb_default_row_format=dynamic (and innodb_large_prefix=ON, where the server knows it); a smaller page size can be changed only by a new server",
    grade: Grade::Warning,
};
