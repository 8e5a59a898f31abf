//! Arrays and fields.

use super::frame::Frame;
use super::guide::Stop;
use super::machine::Machine;
use super::value::{Object, Slot, Value};
use super::weight::weight_of_slot;

/// Elements of an array that is followed.
const LONGEST_ARRAY: usize = 10_000;

impl Machine<'_> {
    pub(super) fn new_array(&mut self, frame: &mut Frame, fresh: &Value) -> Result<(), Stop> {
        let slot = match frame.pop()? {
            Slot::Plain(Value::Integer(length)) => match usize::try_from(length) {
                Ok(length) if length <= LONGEST_ARRAY => {
                    self.spend(length);
                    let elements = vec![Slot::Plain(fresh.clone()); length];
                    self.add(Object::Array {
                        elements,
                        spoiled: None,
                    })
                }
                _ => Slot::unknown("an array of an impossible length"),
            },
            _ => Slot::unknown("an array whose length is not known"),
        };
        frame.push(slot)
    }

    pub(super) fn load_element(&mut self, frame: &mut Frame) -> Result<(), Stop> {
        let index = frame.pop()?;
        let array = frame.pop()?;
        let slot = match (self.object(&array), &index) {
            (
                Some(Object::Array {
                    spoiled: Some(by), ..
                }),
                _,
            ) => Slot::unknown(format!("an element of an array that {by} may have changed")),
            (Some(Object::Array { elements, .. }), Slot::Plain(Value::Integer(index))) => {
                usize::try_from(*index)
                    .ok()
                    .and_then(|index| elements.get(index).cloned())
                    .ok_or_else(|| frame.broken("an index outside its array"))?
            }
            _ => Slot::unknown("an element of an array that is not known"),
        };
        self.spend(weight_of_slot(&slot));
        frame.push(slot)
    }

    pub(super) fn store_element(&mut self, frame: &mut Frame) -> Result<(), Stop> {
        let value = frame.pop()?;
        let index = frame.pop()?;
        let array = frame.pop()?;
        let Slot::Object(array_index) = array else {
            return Ok(());
        };
        let Some(Object::Array { elements, spoiled }) = self.objects.get_mut(array_index) else {
            return Ok(());
        };
        let element = match &index {
            Slot::Plain(Value::Integer(index)) => usize::try_from(*index)
                .ok()
                .and_then(|index| elements.get_mut(index)),
            _ => {
                *spoiled = Some("a store at an unknown place".to_owned());
                return Ok(());
            }
        };
        match element {
            Some(element) => *element = value,
            None => return Err(frame.broken("an index outside its array")),
        }
        Ok(())
    }

    pub(super) fn length(&mut self, frame: &mut Frame) -> Result<(), Stop> {
        let array = frame.pop()?;
        // The length of an array never changes, whoever it was handed to.
        let slot = match self.object(&array) {
            Some(Object::Array { elements, .. }) => match i32::try_from(elements.len()) {
                Ok(length) => Slot::Plain(Value::Integer(length)),
                Err(_) => Slot::unknown("a length out of range"),
            },
            _ => Slot::unknown("the length of an array that is not known"),
        };
        frame.push(slot)
    }

    pub(super) fn get_field(
        &mut self,
        frame: &mut Frame,
        class: &str,
        name: &str,
        descriptor: &str,
        is_static: bool,
    ) -> Result<(), Stop> {
        if !is_static {
            frame.pop()?;
        }
        let known = if is_static {
            self.static_field(class, name).cloned()
        } else {
            None
        };
        self.spend(known.as_ref().map_or(0, weight_of_slot));
        let value = Value::Field {
            class: class.to_owned(),
            name: name.to_owned(),
            descriptor: descriptor.to_owned(),
        };
        let wide = matches!(descriptor, "J" | "D");
        frame.push(known.unwrap_or(if wide {
            Slot::Wide(value)
        } else {
            Slot::Plain(value)
        }))
    }
}
