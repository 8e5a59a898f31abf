//! Triggers on tables of the portal's schema. A look into the catalogue.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: CheckName::Triggers,
    postgresql: Ask::Rows(
        "SELECT rel.relname || '.' || trg.tgname FROM pg_trigger trg JOIN pg_class rel ON rel.oid = trg.tgrelid \
            JOIN pg_namespace own ON own.oid = rel.relnamespace WHERE own.nspname = current_schema() \
            AND NOT trg.tgisinternal ORDER BY 1",
    ),
    mysql: Ask::Rows(
        "SELECT CONCAT(EVENT_OBJECT_TABLE, '.', TRIGGER_NAME) FROM information_schema.TRIGGERS \
            WHERE EVENT_OBJECT_SCHEMA = DATABASE() ORDER BY 1",
    ),
};
