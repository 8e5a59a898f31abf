//! `.properties` files as `java.util.Properties` reads them, and edits that leave every other byte as it is.

mod check;
mod decode;
mod edit;
mod escape;
mod lines;
mod read;

pub use edit::{remove, remove_splices, rename, rename_splices, set, set_splices};
pub use read::{Encoding, Properties, Property, read};
