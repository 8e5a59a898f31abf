//! Views beside those of extensions. On PostgreSQL those of any schema that read a table of the portal's, directly or through
//! others: a view depends on what it reads by its rule `_RETURN` (PostgreSQL, "pg_depend", "pg_rewrite"). On MariaDB and MySQL
//! those of the portal's database, and those of others that read one of its tables or views and whose definition the user is
//! shown (right SHOW VIEW): there each table stands with its database, in backticks (MariaDB, MySQL,
//! "information_schema.VIEWS"). A look into the catalogue.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::Views,
    postgresql: Ask::Rows(
        "WITH RECURSIVE read AS (SELECT rel.oid FROM pg_class rel JOIN pg_namespace own ON own.oid = rel.relnamespace \
            WHERE own.nspname = current_schema() AND rel.relkind IN ('r', 'p', 'f') \
            UNION SELECT rel.oid FROM read JOIN pg_depend dep ON dep.refclassid = 'pg_class'::regclass \
            AND dep.refobjid = read.oid AND dep.classid = 'pg_rewrite'::regclass \
            JOIN pg_rewrite rule ON rule.oid = dep.objid JOIN pg_class rel ON rel.oid = rule.ev_class \
            WHERE rel.relkind IN ('v', 'm')) \
            SELECT CASE WHEN own.nspname = current_schema() THEN '' ELSE own.nspname || '.' END || rel.relname \
            FROM read JOIN pg_class rel ON rel.oid = read.oid JOIN pg_namespace own ON own.oid = rel.relnamespace \
            WHERE rel.relkind IN ('v', 'm') AND NOT EXISTS (SELECT 1 \
            FROM pg_depend dep WHERE dep.classid = 'pg_class'::regclass AND dep.objid = rel.oid AND dep.deptype = 'e') \
            ORDER BY 1",
    ),
    mysql: Ask::Rows(
        "SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() \
            UNION SELECT CONCAT(other.TABLE_SCHEMA, '.', other.TABLE_NAME) FROM information_schema.VIEWS other \
            JOIN information_schema.TABLES own ON LOCATE(CAST(CONCAT('`', REPLACE(own.TABLE_SCHEMA, '`', '``'), '`.`', \
            REPLACE(own.TABLE_NAME, '`', '``'), '`') AS BINARY), CAST(other.VIEW_DEFINITION AS BINARY)) > 0 \
            WHERE own.TABLE_SCHEMA = DATABASE() AND other.TABLE_SCHEMA <> DATABASE() ORDER BY 1",
    ),
};
