//! The tables of the database, by the names that Liferay's SQL gives them.

use std::collections::BTreeMap;

use raylift_model::facts::{DatabaseKind, SiteFacts};
use raylift_model::plan::TouchedTable;

/// Rows by table.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    kind: DatabaseKind,
    rows: BTreeMap<String, u64>,
}

impl Tables {
    pub(crate) fn of(site: &SiteFacts) -> Self {
        let tables = site.database.tables.iter();
        Self {
            kind: site.database.settings.kind,
            rows: tables
                .map(|table| (table.name.clone(), table.rows))
                .collect(),
        }
    }

    /// How many rows a table has; `None` when there is none of that name.
    pub(crate) fn rows(&self, name: &str) -> Option<u64> {
        let name = self
            .kind
            .meant(name, self.rows.keys().map(String::as_str))?;
        self.rows.get(name).copied()
    }

    /// A table with its rows.
    pub(crate) fn touched(&self, name: &str) -> TouchedTable {
        TouchedTable {
            name: name.to_owned(),
            rows: self.rows(name),
        }
    }
}
