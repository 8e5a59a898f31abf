//! `.properties` files as `java.util.Properties` reads them.

mod edit;
mod escape;
mod lines;
mod read;

pub use edit::set;
pub use read::{Encoding, Properties, Property, read};
