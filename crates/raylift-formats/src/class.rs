//! Class files (The Java Virtual Machine Specification, chapter 4) and a small abstract interpreter for the straight
//! code with which Liferay's registries and registrators name their upgrade steps.
//!
//! What the interpreter cannot follow becomes [`Value::Unknown`] or ends the reading with a reason. It never guesses.

mod arrays;
mod branches;
mod calls;
mod code;
mod descriptor;
mod file;
mod frame;
mod guide;
mod heap;
mod machine;
mod operation;
mod value;
mod weight;

pub use code::Code;
pub use descriptor::{MethodShape, dotted};
pub use file::{ClassError, ClassFile};
pub use guide::{Branches, Call, ClassSource, Guide, Reply, Stop};
pub use machine::Machine;
pub use operation::{CallKind, Condition, MethodName, Operation};
pub use value::{Object, Slot, Value};
