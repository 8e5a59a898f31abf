//! Jumps and comparisons.

use super::code::Code;
use super::frame::{Frame, number};
use super::guide::{Branches, Stop, describe};
use super::machine::{Machine, Next};
use super::operation::Operation;
use super::value::{Slot, Value};

impl Machine<'_> {
    pub(super) fn jump(&self, frame: &Frame, code: &Code, target: i64) -> Result<Next, Stop> {
        if self.branches == Branches::Refuse {
            return Err(Stop(format!(
                "{} has a branch or a loop that its constants do not decide",
                describe(&frame.method)
            )));
        }
        code.number_at(target)
            .map(Next::At)
            .ok_or_else(|| frame.broken("a jump between instructions"))
    }

    pub(super) fn branch(
        &self,
        frame: &mut Frame,
        code: &Code,
        operation: &Operation,
    ) -> Result<Next, Stop> {
        let Operation::Branch {
            condition,
            one_operand,
            references,
            target,
        } = operation
        else {
            return Ok(Next::Following);
        };
        if self.branches == Branches::Refuse {
            return Err(Stop(format!(
                "{} has a branch or a loop that its constants do not decide",
                describe(&frame.method)
            )));
        }
        let right = if *one_operand {
            None
        } else {
            Some(frame.pop()?)
        };
        let left = frame.pop()?;
        let holds = if *references {
            self.same_reference(&left, right.as_ref())
                .map(|same| condition.holds(0, i32::from(!same)))
        } else {
            number(&left)
                .zip(right.as_ref().map_or(Some(0), number))
                .map(|(left, right)| condition.holds(left, right))
        };
        match holds {
            None => Err(Stop(format!(
                "{} branches on a value that is not known",
                describe(&frame.method)
            ))),
            Some(true) => self.jump(frame, code, *target),
            Some(false) => Ok(Next::Following),
        }
    }

    /// Whether two references are one; `right` is `None` for the comparison with `null`. `None` when not known.
    fn same_reference(&self, left: &Slot, right: Option<&Slot>) -> Option<bool> {
        let is_null = |slot: &Slot| match slot {
            Slot::Object(_) => Some(false),
            Slot::Plain(Value::Null) => Some(true),
            Slot::Plain(Value::Text(_) | Value::Class(_) | Value::Lambda { .. }) => Some(false),
            _ => None,
        };
        match right {
            None => is_null(left),
            Some(right) => match (left, right) {
                (Slot::Object(left), Slot::Object(right)) => Some(left == right),
                _ => match (is_null(left)?, is_null(right)?) {
                    (true, true) => Some(true),
                    (true, false) | (false, true) => Some(false),
                    (false, false) => None,
                },
            },
        }
    }
}
