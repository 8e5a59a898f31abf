//! Tables that core steps change, as far as their arguments name them.

use raylift_model::facts::CoreStep;
use raylift_model::names::simple_class;
use raylift_model::plan::TouchedTable;

use crate::tables::Tables;

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

/// The tables that a step changes: certain where its class or factory is known to take tables, else the arguments that
/// are names of tables of the database.
pub(super) fn touched(step: &CoreStep, tables: &Tables) -> Vec<TouchedTable> {
    let simple = simple_class(&step.class);
    let names: Vec<&String> = if FIRST.iter().any(|method| simple.ends_with(method)) {
        step.arguments.first().into_iter().collect()
    } else if simple.ends_with(ALL) || TABLE_CLASSES.contains(&simple) {
        step.arguments.iter().collect()
    } else {
        let arguments = step.arguments.iter();
        arguments
            .filter(|argument| tables.rows(argument).is_some())
            .collect()
    };
    let mut touched: Vec<TouchedTable> = Vec::new();
    for name in names {
        if !touched.iter().any(|known| known.name == *name) {
            touched.push(tables.touched(name));
        }
    }
    touched
}
