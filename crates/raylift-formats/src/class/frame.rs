//! The stack and the local variables of one method.

use std::collections::HashMap;

use super::guide::{Stop, describe};
use super::operation::MethodName;
use super::value::{Slot, Value};

/// Slots on one method's stack; `javac` stays below 200.
const DEEPEST_STACK: usize = 4_096;

pub(super) struct Frame {
    pub(super) stack: Vec<Slot>,
    pub(super) locals: HashMap<u16, Slot>,
    pub(super) method: MethodName,
}

impl Frame {
    pub(super) fn push(&mut self, slot: Slot) -> Result<(), Stop> {
        if self.stack.len() >= DEEPEST_STACK {
            return Err(self.broken("a stack that overflows"));
        }
        self.stack.push(slot);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Result<Slot, Stop> {
        self.stack
            .pop()
            .ok_or_else(|| self.broken("an empty stack"))
    }

    pub(super) fn broken(&self, what: &str) -> Stop {
        Stop(format!("{} meets {what}", describe(&self.method)))
    }

    pub(super) fn shuffle(&mut self, mnemonic: &str) -> Result<(), Stop> {
        let first = self.pop()?;
        let wide = matches!(first, Slot::Wide(_));
        match mnemonic {
            "pop" => {}
            "pop2" if wide => {}
            "pop2" => {
                self.pop()?;
            }
            "dup" => {
                self.push(first.clone())?;
                self.push(first)?;
            }
            "dup2" if wide => {
                self.push(first.clone())?;
                self.push(first)?;
            }
            "dup2" => {
                let second = self.pop()?;
                self.push(second.clone())?;
                self.push(first.clone())?;
                self.push(second)?;
                self.push(first)?;
            }
            "swap" => {
                let second = self.pop()?;
                self.push(first)?;
                self.push(second)?;
            }
            "dup_x1" => {
                let second = self.pop()?;
                self.push(first.clone())?;
                self.push(second)?;
                self.push(first)?;
            }
            "dup_x2" => {
                let second = self.pop()?;
                let third = if matches!(second, Slot::Wide(_)) {
                    None
                } else {
                    Some(self.pop()?)
                };
                self.push(first.clone())?;
                if let Some(third) = third {
                    self.push(third)?;
                }
                self.push(second)?;
                self.push(first)?;
            }
            other => return Err(self.broken(other)),
        }
        Ok(())
    }
}

pub(super) fn number(slot: &Slot) -> Option<i32> {
    match slot {
        Slot::Plain(Value::Integer(number)) => Some(*number),
        _ => None,
    }
}

pub(super) fn increment(frame: &mut Frame, index: u16, amount: i16) -> Result<(), Stop> {
    let slot = match frame.locals.get(&index) {
        Some(Slot::Plain(Value::Integer(number))) => {
            Slot::Plain(Value::Integer(number.wrapping_add(i32::from(amount))))
        }
        Some(_) => Slot::unknown("a number that is not known"),
        None => return Err(frame.broken("an unset local variable")),
    };
    frame.locals.insert(index, slot);
    Ok(())
}

pub(super) fn add(frame: &mut Frame, negative: bool) -> Result<(), Stop> {
    let right = frame.pop()?;
    let left = frame.pop()?;
    let sum = number(&left).zip(number(&right)).map(|(left, right)| {
        if negative {
            left.wrapping_sub(right)
        } else {
            left.wrapping_add(right)
        }
    });
    frame.push(sum.map_or_else(
        || Slot::unknown("a number that is not known"),
        |sum| Slot::Plain(Value::Integer(sum)),
    ))
}
