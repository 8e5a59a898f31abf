//! Views beside those of extensions. A look into the catalogue.

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: "views",
    postgresql: Ask::Rows(
        "SELECT rel.relname FROM pg_class rel JOIN pg_namespace own ON own.oid = rel.relnamespace \
            WHERE own.nspname = current_schema() AND rel.relkind IN ('v', 'm') AND NOT EXISTS (SELECT 1 \
            FROM pg_depend dep WHERE dep.classid = 'pg_class'::regclass AND dep.objid = rel.oid AND dep.deptype = 'e') \
            ORDER BY 1",
    ),
    mysql: Ask::Rows(
        "SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1",
    ),
};
