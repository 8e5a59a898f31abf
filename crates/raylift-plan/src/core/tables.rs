//! Tables that core steps change, as far as their arguments name them.

use std::collections::BTreeMap;

use raylift_model::facts::{CoreStep, SiteFacts};
use raylift_model::plan::TouchedTable;

/// Factory methods whose first argument is a table, and those whose arguments all are.
const FIRST: [&str; 4] = [
    "#addColumns",
    "#alterColumnName",
    "#alterColumnType",
    "#dropColumns",
];
const ALL: &str = "#dropTables";
/// Classes whose arguments are tables: 7.3's and 7.4's (real-core facts, section 6).
const TABLE_CLASSES: [&str; 2] = ["UpgradeCTModel", "CTModelUpgradeProcess"];

/// The tables of the database with their rows.
pub(super) struct Tables(BTreeMap<String, u64>);

impl Tables {
    pub(super) fn of(site: &SiteFacts) -> Self {
        let tables = site.database.tables.iter();
        Self(
            tables
                .map(|table| (table.name.to_lowercase(), table.rows))
                .collect(),
        )
    }

    /// The tables that a step changes for certain, and further arguments that are names of tables of the database.
    pub(super) fn touched(&self, step: &CoreStep) -> Vec<TouchedTable> {
        let certain = named(step);
        let further = step
            .arguments
            .iter()
            .filter(|argument| self.0.contains_key(&argument.to_lowercase()));
        let mut touched: Vec<TouchedTable> = Vec::new();
        for name in certain.iter().chain(further) {
            if !touched.iter().any(|known| known.name == *name) {
                touched.push(TouchedTable {
                    name: name.clone(),
                    rows: self.0.get(&name.to_lowercase()).copied(),
                });
            }
        }
        touched
    }
}

/// The arguments that are tables by the step's class or factory.
fn named(step: &CoreStep) -> &[String] {
    let simple = step.class.rsplit('.').next().unwrap_or(&step.class);
    if FIRST.iter().any(|method| simple.ends_with(method)) {
        step.arguments.get(..1).unwrap_or_default()
    } else if simple.ends_with(ALL) || TABLE_CLASSES.contains(&simple) {
        &step.arguments
    } else {
        &[]
    }
}
