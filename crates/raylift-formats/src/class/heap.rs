//! Objects with an identity, and copies of what is known about them.

use super::descriptor::dotted;
use super::machine::Machine;
use super::value::{Object, Slot, Value};

/// Values in the copy of one argument.
const LARGEST_COPY: usize = 4_000;
/// Arrays in arrays that are copied.
const DEEPEST_COPY: usize = 24;

impl Machine<'_> {
    /// Makes an object with an identity.
    pub fn add(&mut self, object: Object) -> Slot {
        self.objects.push(object);
        Slot::Object(self.objects.len() - 1)
    }

    /// The object behind a slot.
    pub fn object(&self, slot: &Slot) -> Option<&Object> {
        match slot {
            Slot::Object(index) => self.objects.get(*index),
            _ => None,
        }
    }

    /// A copy of what a slot holds now.
    pub fn value(&self, slot: &Slot) -> Value {
        let mut budget = LARGEST_COPY;
        self.copy(slot, 0, &mut budget)
    }

    fn copy(&self, slot: &Slot, depth: usize, budget: &mut usize) -> Value {
        if *budget == 0 || depth > DEEPEST_COPY {
            return Value::Unknown("the value is too large".to_owned());
        }
        *budget -= 1;
        let index = match slot {
            Slot::Plain(value) | Slot::Wide(value) => return self.charge(value, budget),
            Slot::Object(index) => *index,
        };
        match self.objects.get(index) {
            Some(Object::Array {
                spoiled: Some(by), ..
            }) => Value::Unknown(format!("an array that {by} may have changed")),
            Some(Object::Array {
                elements,
                spoiled: None,
            }) => Value::Array(
                elements
                    .iter()
                    .map(|element| self.copy(element, depth + 1, budget))
                    .collect(),
            ),
            Some(Object::Instance {
                class,
                arguments: Some(arguments),
            }) => {
                let whole = Value::New {
                    class: class.clone(),
                    arguments: arguments.clone(),
                };
                self.charge(&whole, budget)
            }
            Some(Object::Instance {
                class,
                arguments: None,
            }) => Value::Unknown(format!(
                "a {} whose constructor was not called",
                dotted(class)
            )),
            Some(Object::Given { label, .. }) => Value::Given(label.clone()),
            None => Value::Unknown("an object that does not exist".to_owned()),
        }
    }

    /// Copies of copies must not grow beyond the budget: `a = {b, b}; b = {c, c}; …` doubles with each step.
    fn charge(&self, value: &Value, budget: &mut usize) -> Value {
        let size = size_of(value, *budget);
        if size > *budget {
            *budget = 0;
            return Value::Unknown("the value is too large".to_owned());
        }
        *budget -= size;
        value.clone()
    }

    pub(super) fn spend(&mut self, operations: usize) {
        self.operations_left = self.operations_left.saturating_sub(operations);
    }

    pub(super) fn copies(&mut self, slots: &[Slot]) -> Vec<Value> {
        let copies: Vec<Value> = slots.iter().map(|slot| self.value(slot)).collect();
        self.spend(copies.iter().map(|copy| size_of(copy, LARGEST_COPY)).sum());
        copies
    }

    /// Marks an array, and the arrays in it, as changed by somebody.
    pub(super) fn spoil(&mut self, slot: &Slot, by: &str) {
        let mut waiting = vec![slot.clone()];
        while let Some(Slot::Object(index)) = waiting.pop() {
            if let Some(Object::Array {
                elements,
                spoiled: spoiled @ None,
            }) = self.objects.get_mut(index)
            {
                *spoiled = Some(by.to_owned());
                waiting.extend(
                    elements
                        .iter()
                        .filter(|element| matches!(element, Slot::Object(_)))
                        .cloned(),
                );
            }
        }
    }
}

/// Number of values in a copy, counted no further than `limit`.
fn size_of(value: &Value, limit: usize) -> usize {
    let parts = match value {
        Value::New { arguments, .. }
        | Value::Called { arguments, .. }
        | Value::Array(arguments) => arguments,
        _ => return 1,
    };
    let mut size = 1;
    for part in parts {
        if size > limit {
            break;
        }
        size += size_of(part, limit);
    }
    size
}
