//! Tables too large to look for values too long for a statement.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::PACKET_TOO_SMALL,
    message: "these tables were not looked at for values larger than the server takes back, since reading them takes long",
    remedy: "nothing has to be done: the proof finds such a value while the site serves; to be sure now, SELECT MAX(LENGTH(…)) of their long columns",
    grade: Grade::Note,
};
