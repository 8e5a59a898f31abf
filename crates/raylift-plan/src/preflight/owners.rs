//! Tables of other owners.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::OTHER_OWNERS,
    message: "tables belong to a user whose rights the portal's user does not have; a step that alters or drops one of them fails",
    remedy: "ALTER TABLE … OWNER TO the portal's user for Liferay's tables among them",
    grade: Grade::Warning,
};
