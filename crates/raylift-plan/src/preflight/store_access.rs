//! A store that the site's user may not write to.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::STORE_CLOSED,
    message: "the site's user may not write to folders of the document store",
    remedy: "give the folders to the site's user: chown -R",
    grade: Grade::VerifiedStore("PreupgradeVerifyStoreAccess"),
};
