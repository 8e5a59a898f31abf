//! No writes.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::DATABASE_READ_ONLY,
    message: "the portal's user cannot write to this database: the server or the database is set to be read only",
    remedy: "make it writable, or give the portal the server that is",
    grade: Grade::Blocker,
};
