//! Sessions whose transactions are not shown.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::CHECK_REFUSED,
    message: "sessions of other users are hidden from the portal's database user: whether their transactions have been open for long is not known",
    remedy: "GRANT pg_read_all_stats to the portal's database user, or look into pg_stat_activity as an administrator",
    grade: Grade::Note,
};
