//! What values and operations cost, so that no class file takes more time or memory than the interpreter's budget.

use super::operation::{MethodName, Operation};
use super::value::{Slot, Value};

/// Bytes of text that count like one operation; names in real code are shorter.
const TEXT_OF_ONE: usize = 256;
/// Values in one copy.
pub(super) const LARGEST_COPY: usize = 4_000;
/// Values in values that are copied.
pub(super) const DEEPEST_COPY: usize = 24;

/// Number of values in a value, long texts counting as several; `None` when there are more than `limit`, or when they
/// lie deeper than [`DEEPEST_COPY`], counted from `depth`.
pub(super) fn weight(value: &Value, depth: usize, limit: usize) -> Option<usize> {
    if depth > DEEPEST_COPY {
        return None;
    }
    let mut weight = 1 + text_of(value) / TEXT_OF_ONE;
    for part in parts(value) {
        if weight > limit {
            return None;
        }
        weight += self::weight(part, depth + 1, limit - weight)?;
    }
    (weight <= limit).then_some(weight)
}

/// What it costs to copy a slot: nothing for an object, of which only the number is copied.
pub(super) fn weight_of_slot(slot: &Slot) -> usize {
    match slot {
        Slot::Object(_) => 0,
        Slot::Plain(value) | Slot::Wide(value) => {
            weight(value, 0, LARGEST_COPY).unwrap_or(LARGEST_COPY)
        }
    }
}

/// What it costs to follow an operation, apart from the values that it copies.
pub(super) fn weight_of_operation(operation: &Operation) -> usize {
    1 + text_of_operation(operation) / TEXT_OF_ONE
}

/// Bytes of text in an operation.
pub(super) fn text_of_operation(operation: &Operation) -> usize {
    match operation {
        Operation::Push(value) | Operation::PushWide(value) => text_of(value),
        Operation::New(class) => class.len(),
        Operation::GetField {
            class,
            name,
            descriptor,
            ..
        } => class.len() + name.len() + descriptor.len(),
        Operation::PutField { class, name, .. } => class.len() + name.len(),
        Operation::Call(_, method) => text_of_method(method),
        Operation::Dynamic { descriptor, makes } => descriptor.len() + text_of(makes),
        _ => 0,
    }
}

/// Bytes of text in the name of a method.
pub(super) fn text_of_method(method: &MethodName) -> usize {
    method.class.len() + method.name.len() + method.descriptor.len()
}

fn text_of(value: &Value) -> usize {
    match value {
        Value::Null | Value::Integer(_) | Value::Long(_) | Value::Array(_) => 0,
        Value::Text(text)
        | Value::Class(text)
        | Value::Given(text)
        | Value::Unknown(text)
        | Value::New { class: text, .. } => text.len(),
        Value::Called {
            class,
            method,
            descriptor,
            caller,
            ..
        } => class.len() + method.len() + descriptor.len() + caller.len(),
        Value::Lambda { class, method } => class.len() + method.len(),
        Value::Field {
            class,
            name,
            descriptor,
        } => class.len() + name.len() + descriptor.len(),
    }
}

fn parts(value: &Value) -> &[Value] {
    match value {
        Value::New { arguments, .. }
        | Value::Called { arguments, .. }
        | Value::Array(arguments) => arguments,
        _ => &[],
    }
}
