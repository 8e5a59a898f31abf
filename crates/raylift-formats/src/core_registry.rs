//! The core's upgrade steps, read from the class files of `portal-impl.jar`.

mod expansion;
mod key;
mod reader;
mod startup;
mod step;

pub use reader::read;
