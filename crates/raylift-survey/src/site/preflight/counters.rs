//! Counters behind the largest id in use. `Counter.currentId` is the end of the last range of ids that a server took, so that
//! no id in use is above it (`CounterFinderImpl`). Which table counts by which counter: `LayoutLocalServiceHelper` for pages,
//! Liferay's upgrade steps for permissions, from memory for the tables of the common counter; that nobody writes larger ids by
//! himself is an inference. Reads the end of one index each. Liferay uses no sequence of the database for its ids.

use raylift_model::facts::CheckName;

use super::{Ask, Check};

/// Says something where a column has a larger id than its counter.
macro_rules! behind {
    ($counter:literal, $table:literal, $column:literal) => {
        concat!(
            "SELECT CONCAT('",
            $table,
            ".",
            $column,
            " has ', used.id, ', the counter ",
            $counter,
            " stands at ', cnt.currentId) FROM Counter cnt CROSS JOIN (SELECT MAX(",
            $column,
            ") AS id FROM ",
            $table,
            ") used WHERE cnt.name = '",
            $counter,
            "' AND used.id > cnt.currentId"
        )
    };
    ($table:literal, $column:literal) => {
        behind!("com.liferay.counter.kernel.model.Counter", $table, $column)
    };
}

const QUERY: &str = concat!(
    behind!("User_", "userId"),
    " UNION ALL ",
    behind!("Group_", "groupId"),
    " UNION ALL ",
    behind!("Role_", "roleId"),
    " UNION ALL ",
    behind!("AssetEntry", "entryId"),
    " UNION ALL ",
    behind!("DLFileEntry", "fileEntryId"),
    " UNION ALL ",
    behind!("com.liferay.portal.kernel.model.Layout", "Layout", "plid"),
    " UNION ALL ",
    behind!(
        "com.liferay.portal.kernel.model.ResourcePermission",
        "ResourcePermission",
        "resourcePermissionId"
    ),
);

pub(super) const CHECK: Check = Check {
    name: CheckName::Counters,
    postgresql: Ask::Rows(QUERY),
    mysql: Ask::Rows(QUERY),
};
