//! What a release prints in its log for a step.

use super::kernel::{MODULES_FACTORY, PROCESS_FACTORY};
use crate::class::{Value, dotted};

/// The text after `Upgrading `; `None` when it is not known.
///
/// `UpgradeProcess.upgrade` prints the field `_upgradeInfo`, or the name of the class where that is `null`.
/// `UpgradeProcessFactory` fills the field, in the same way in portal-kernel 71.0.0, 123.0.0, 126.0.1 and 128.0.1 (read):
/// the text begins with the class that stands fourth in the stack. That is the class which calls the factory, but for
/// `dropTables` it is the factory itself, because one more method lies between.
pub(super) fn log_text(value: &Value) -> Option<String> {
    match value {
        Value::New { class, .. } => Some(dotted(class)),
        Value::Called {
            class,
            method,
            arguments,
            caller,
            ..
        } => match class.as_str() {
            // The only product of this factory is its first anonymous class, which has no text of its own.
            MODULES_FACTORY if method == "create" => Some(format!("{}$1", dotted(class))),
            PROCESS_FACTORY => changed(method, arguments).map(|(place, change)| {
                let speaker = if method == "dropTables" {
                    class
                } else {
                    caller
                };
                format!("{} - Modifying {place} to {change}", dotted(speaker))
            }),
            _ => None,
        },
        _ => None,
    }
}

fn changed(method: &str, arguments: &[Value]) -> Option<(String, String)> {
    let table = |name: &str| format!("table {name}");
    Some(match (method, arguments) {
        ("addColumns", [Value::Text(name), Value::Array(columns)]) => {
            (table(name), format!("add the columns {}", listed(columns)?))
        }
        ("dropColumns", [Value::Text(name), Value::Array(columns)]) => (
            table(name),
            format!("drop the columns {}", listed(columns)?),
        ),
        ("alterColumnName", [Value::Text(name), Value::Text(old), Value::Text(new)]) => (
            table(name),
            format!("alter the name of the column {old} to {new}"),
        ),
        ("alterColumnType", [Value::Text(name), Value::Text(column), Value::Text(kind)]) => (
            table(name),
            format!("alter the type of the column {column} to {kind}"),
        ),
        ("dropTables", [Value::Array(tables)]) => (
            "schema".to_owned(),
            format!("drop tables {}", listed(tables)?),
        ),
        _ => return None,
    })
}

/// `java.util.Arrays.toString`.
fn listed(values: &[Value]) -> Option<String> {
    let texts: Option<Vec<&str>> = values.iter().map(Value::as_text).collect();
    Some(format!("[{}]", texts?.join(", ")))
}
