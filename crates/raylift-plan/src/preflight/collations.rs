//! Columns of another character set or collation than the database.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    name: "collations",
    code: codes::MIXED_COLLATIONS,
    message: "columns have another character set or collation than the database; comparing them with others fails or gives wrong results",
    remedy: "ALTER TABLE … CONVERT TO CHARACTER SET … COLLATE … for each table named, with those of the database; tables that are not Liferay's do not count for Liferay",
    grade: Grade::Verified("PreupgradeVerifyDatabaseCharacterSet"),
};
