//! Rights that an upgrade needs.

use raylift_model::codes;

use super::{Grade, Rule};

pub(super) const RULE: Rule = Rule {
    code: codes::PRIVILEGES_MISSING,
    message: "the portal's database user lacks rights that every upgrade step that changes a table needs",
    remedy: "grant them for the time of the update: GRANT CREATE ON SCHEMA … (PostgreSQL), GRANT ALL ON … (MariaDB, MySQL)",
    grade: Grade::Verified("PreupgradeVerifyDatabasePrivileges"),
};
