//! Values too long for a statement.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::PACKET_TOO_SMALL,
    message: "values are so large that the server refuses the statement that brings them back out of a dump",
    remedy: "raise max_allowed_packet of the server to more than twice the largest value (1G is the most), in its configuration file, too",
    grade: Grade::Warning,
};
