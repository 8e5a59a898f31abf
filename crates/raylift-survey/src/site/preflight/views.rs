//! Views beside those of extensions. On PostgreSQL those of any schema that read a table of the portal's, directly or through
//! others: a view depends on what it reads by its rule `_RETURN` (PostgreSQL, "pg_depend", "pg_rewrite"). On MariaDB and MySQL
//! those of the portal's database, since there a view of another one keeps nothing from being altered. A look into the
//! catalogue.

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: "views",
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
        "SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1",
    ),
};
