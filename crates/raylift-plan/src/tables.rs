//! The tables of the database, by name without regard to case.

use std::collections::BTreeMap;

use raylift_model::facts::SiteFacts;
use raylift_model::plan::TouchedTable;

/// Rows by table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables(BTreeMap<String, u64>);

impl Tables {
    pub(crate) fn of(site: &SiteFacts) -> Self {
        let tables = site.database.tables.iter();
        Self(
            tables
                .map(|table| (table.name.to_lowercase(), table.rows))
                .collect(),
        )
    }

    /// How many rows a table has; `None` when there is none of that name.
    pub(crate) fn rows(&self, name: &str) -> Option<u64> {
        self.0.get(&name.to_lowercase()).copied()
    }

    /// A table with its rows.
    pub(crate) fn touched(&self, name: &str) -> TouchedTable {
        TouchedTable {
            name: name.to_owned(),
            rows: self.rows(name),
        }
    }
}
