//! What the interpreter asks while it follows a method.

use super::descriptor::dotted;
use super::machine::Machine;
use super::operation::{CallKind, MethodName};
use super::value::Slot;

/// Hands out class files by internal name (`com/liferay/portal/upgrade/PortalUpgradeProcess`), and other files that lie
/// beside them by path, which unlike such a name has a dot.
pub type ClassSource<'source> = &'source dyn Fn(&str) -> Option<Vec<u8>>;

/// Why the interpreter did not come to the end of a method.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Stop(pub String);

/// What to do at a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branches {
    /// Stop, whatever the operands are.
    Refuse,
    /// Follow the branch when its operands are known, stop when they are not.
    FollowKnown,
}

/// A call that the interpreter has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// How it is called.
    pub kind: CallKind,
    /// What the call names.
    pub method: MethodName,
    /// The object; `None` for static calls.
    pub receiver: Option<Slot>,
    /// The arguments.
    pub arguments: Vec<Slot>,
}

/// What the guide answers to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The call is none of the guide's business: nothing is known about its result, and arrays among its
    /// arguments may have been changed by it.
    Ignore,
    /// The call is understood; this is what it returns (ignored for `void`).
    Known(Slot),
    /// The method is in this class: follow it with the call's receiver and arguments.
    Enter(MethodName),
    /// The reading cannot go on.
    Stop(String),
}

/// Understands the calls that matter to one reading.
pub trait Guide {
    /// Answers one call.
    fn call(&mut self, machine: &mut Machine<'_>, call: &Call) -> Reply;

    /// Hears of a value that is put where its way is not followed any more: a field, an array, or a lambda of the
    /// type `place` that takes it along.
    fn escapes(&mut self, _value: &Slot, _place: &str) {}
}

/// A method as reasons name it: `com.liferay.A.register`.
pub(super) fn describe(method: &MethodName) -> String {
    format!("{}.{}", dotted(&method.class), method.name)
}
