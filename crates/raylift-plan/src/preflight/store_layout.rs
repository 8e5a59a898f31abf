//! Files that do not lie as the store expects them.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::STORE_LAYOUT,
    message: "folders of the document store do not look as the store that is set in dl.store.impl makes them, or a company has none",
    remedy: "look whether dl.store.impl names the right store; make a missing company folder (mkdir, as the site's user); move files that are not Liferay's elsewhere",
    grade: Grade::VerifiedStore("PreupgradeVerifyStoreFileSystemStructure"),
};
