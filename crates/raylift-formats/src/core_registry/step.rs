//! What one value of the registry's map is called.

use raylift_model::facts::CoreStep;

use super::behaviour::behaviour;
use super::key::Key;
use super::log_text::log_text;
use super::module_rows::module_rows;
use crate::class::{ClassSource, Value, dotted};

/// The step behind a key.
pub(super) fn core_step(source: ClassSource<'_>, key: &Key, value: &Value) -> CoreStep {
    let (class, arguments, mut undetermined) = match value {
        Value::New { class, arguments } => (dotted(class), arguments.as_slice(), None),
        Value::Called {
            class,
            method,
            arguments,
            ..
        } => (
            format!("{}#{method}", dotted(class)),
            arguments.as_slice(),
            None,
        ),
        other => {
            let reason = other
                .unknown_part()
                .unwrap_or("the step is not made where it is registered");
            (String::new(), [].as_slice(), Some(reason.to_owned()))
        }
    };
    let mut constants = Vec::new();
    for argument in arguments {
        if let Err(reason) = add_constants(argument, &mut constants) {
            undetermined.get_or_insert(reason);
        }
    }
    let behaviour = behaviour(source, value);
    CoreStep {
        module_rows: module_rows(source, value),
        may_be_skipped: behaviour.may_be_skipped,
        asks: behaviour.asks,
        creates: behaviour.creates,
        schema_version: key.schema_version(),
        log_text: log_text(value),
        class,
        arguments: constants,
        undetermined,
    }
}

fn add_constants(value: &Value, constants: &mut Vec<String>) -> Result<(), String> {
    match value {
        Value::Text(text) => constants.push(text.clone()),
        Value::Integer(number) => constants.push(number.to_string()),
        Value::Long(number) => constants.push(number.to_string()),
        Value::Class(class) => constants.push(dotted(class)),
        Value::Null | Value::Given(_) => {}
        Value::Array(elements) => elements
            .iter()
            .try_for_each(|element| add_constants(element, constants))?,
        Value::New { class, arguments } => {
            constants.push(dotted(class));
            arguments
                .iter()
                .try_for_each(|argument| add_constants(argument, constants))?;
        }
        other => {
            return Err(format!(
                "an argument is not a constant: {}",
                describe(other)
            ));
        }
    }
    Ok(())
}

fn describe(value: &Value) -> String {
    match value {
        Value::Called { class, method, .. } => format!("what {}.{method} returns", dotted(class)),
        Value::Field { class, name, .. } => format!("field {}.{name}", dotted(class)),
        Value::Lambda { .. } => "a lambda".to_owned(),
        other => other.unknown_part().unwrap_or("a value").to_owned(),
    }
}
