//! Counters behind.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::COUNTER_BEHIND,
    message: "a counter stands below ids that are in use: sooner or later it gives an id a second time, and a step or the site fails on a duplicate key",
    remedy: "stop the site and set Counter.currentId above the largest id, or find out who wrote that id past Liferay",
    grade: Grade::Warning,
};
