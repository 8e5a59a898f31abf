//! The core's upgrade steps, read from the class files of `portal-impl.jar`.

mod behaviour;
mod expansion;
mod kernel;
mod key;
mod log_text;
mod module_rows;
mod reader;
mod startup;
mod step;

pub use reader::read;
