//! A character set of the database that Liferay does not support.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::CHARACTER_SET,
    message: "the database has a character set that Liferay does not support: texts in other languages are refused or spoilt in it",
    remedy: "move the data into a database with UTF8 (PostgreSQL) or utf8mb4 (MariaDB, MySQL): dump, create, restore",
    grade: Grade::Verified("PreupgradeVerifyDatabaseCharacterSet"),
};
