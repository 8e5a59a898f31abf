//! Old row formats, and engines other than InnoDB.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::OLD_ROW_FORMAT,
    message: "tables are not in InnoDB, or in a row format that indexes only 767 bytes of a column; an index that an upgrade adds can fail, and a table outside InnoDB is not in one moment with the others in a dump",
    remedy: "ALTER TABLE … ENGINE=InnoDB ROW_FORMAT=DYNAMIC for each table named",
    grade: Grade::Warning,
};
