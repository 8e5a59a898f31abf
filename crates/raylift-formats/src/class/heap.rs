//! Objects with an identity, and copies of what is known about them.

use super::descriptor::dotted;
use super::machine::Machine;
use super::value::{Object, Slot, Value};
use super::weight::{DEEPEST_COPY, LARGEST_COPY, weight};

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
        let index = match slot {
            Slot::Plain(value) | Slot::Wide(value) => return charge(value, depth, budget),
            Slot::Object(index) => *index,
        };
        *budget -= 1;
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
                charge(&whole, depth, budget)
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

    pub(crate) fn spend(&mut self, operations: usize) {
        self.operations_left = self.operations_left.saturating_sub(operations);
    }

    /// Copies of what several slots hold now, which together are no larger than what is copied of one.
    pub fn copies(&mut self, slots: &[Slot]) -> Vec<Value> {
        let mut budget = LARGEST_COPY;
        let copies = slots
            .iter()
            .map(|slot| self.copy(slot, 0, &mut budget))
            .collect();
        self.spend(LARGEST_COPY - budget);
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

/// Copies of copies must not grow beyond the budget: `a = {b, b}; b = {c, c}; …` doubles with each step.
fn charge(value: &Value, depth: usize, budget: &mut usize) -> Value {
    match weight(value, depth, *budget) {
        Some(weight) => {
            *budget -= weight;
            value.clone()
        }
        None => {
            *budget = 0;
            Value::Unknown("the value is too large".to_owned())
        }
    }
}
