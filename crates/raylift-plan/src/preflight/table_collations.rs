//! Tables whose new columns would have another character set or collation than the database.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::MIXED_COLLATIONS,
    message: "columns that an upgrade adds to these tables would have another character set or collation than the database",
    remedy: "where all tables have the same, ALTER DATABASE … COLLATE … gives it to the database; else ALTER TABLE … DEFAULT CHARACTER SET … COLLATE … for each table named, with those of the database",
    grade: Grade::Warning,
};
