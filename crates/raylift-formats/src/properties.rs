//! `.properties` files as `java.util.Properties` reads them, and edits that leave every other byte as it is.
//!
//! How the portal reads its own differs: [`crate::portal_properties`].

mod check;
mod decode;
mod edit;
mod escape;
mod lines;
mod read;

pub use check::notice;
pub(crate) use decode::decode_all;
pub use edit::{remove, remove_splices, rename, rename_splices, set, set_splices};
pub use read::{Encoding, Properties, Property, read};
