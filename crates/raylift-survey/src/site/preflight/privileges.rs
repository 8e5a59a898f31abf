//! What the portal's user may not do that every upgrade does (`PreupgradeVerifyDatabasePrivileges` tries it on a table of its
//! own). A look into the catalogue. On MariaDB and MySQL nothing is said where rights come from an active role or from PUBLIC
//! alone, since the catalogue does not tell a user of those.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::Privileges,
    postgresql: Ask::Rows(
        "SELECT 'no schema of the search path is there' WHERE current_schema() IS NULL \
            UNION ALL SELECT 'CREATE in schema ' || current_schema() \
            WHERE NOT has_schema_privilege(current_schema(), 'CREATE')",
    ),
    mysql: Ask::Rows(
        "SELECT need.word FROM (SELECT 'SELECT' AS word \
            UNION ALL SELECT 'INSERT' \
            UNION ALL SELECT 'UPDATE' \
            UNION ALL SELECT 'DELETE' \
            UNION ALL SELECT 'CREATE' \
            UNION ALL SELECT 'ALTER' \
            UNION ALL SELECT 'DROP' \
            UNION ALL SELECT 'INDEX') need WHERE 1 = 1 /*M! AND CURRENT_ROLE() IS NULL */ /*!80000 \
            AND CURRENT_ROLE() = 'NONE' */ AND NOT EXISTS (SELECT 1 FROM information_schema.USER_PRIVILEGES has \
            WHERE CAST(has.PRIVILEGE_TYPE AS BINARY) = CAST(need.word AS BINARY) AND has.GRANTEE = {me}) \
            AND NOT EXISTS (SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES has \
            WHERE CAST(has.PRIVILEGE_TYPE AS BINARY) = CAST(need.word AS BINARY) AND DATABASE() LIKE has.TABLE_SCHEMA \
            AND has.GRANTEE = {me}) AND EXISTS (SELECT 1 FROM information_schema.USER_PRIVILEGES has \
            WHERE has.PRIVILEGE_TYPE <> 'USAGE' AND has.GRANTEE = {me} \
            UNION ALL SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES has WHERE DATABASE() LIKE has.TABLE_SCHEMA \
            AND has.GRANTEE = {me} \
            UNION ALL SELECT 1 FROM information_schema.TABLE_PRIVILEGES has WHERE has.TABLE_SCHEMA = DATABASE() \
            AND has.GRANTEE = {me})",
    ),
};
