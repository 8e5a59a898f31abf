//! Replication.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::REPLICATION,
    message: "the database is copied to or from another server; all that an update writes goes the same way, and after a rollback, which puts another database in its place, the copies must be looked at",
    remedy: "tell whoever runs the copies; pause them if they should keep the old state; on PostgreSQL drop slots that nobody needs, since the log they keep fills the disk",
    grade: Grade::Warning,
};
