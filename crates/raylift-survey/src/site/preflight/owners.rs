//! Tables that belong to a role whose rights the portal's user does not have: only the owner may alter or drop one
//! (PostgreSQL, "ALTER TABLE"). A look into the catalogue.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::Owners,
    postgresql: Ask::Rows(
        "SELECT rel.relname || ': ' || pg_get_userbyid(rel.relowner) FROM pg_class rel \
            JOIN pg_namespace own ON own.oid = rel.relnamespace WHERE own.nspname = current_schema() \
            AND rel.relkind IN ('r', 'p') AND NOT pg_has_role(rel.relowner, 'USAGE') AND NOT EXISTS (SELECT 1 \
            FROM pg_depend dep WHERE dep.classid = 'pg_class'::regclass AND dep.objid = rel.oid AND dep.deptype = 'e') \
            ORDER BY 1",
    ),
    mysql: Ask::Nothing,
};
