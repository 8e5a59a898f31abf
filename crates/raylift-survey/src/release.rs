//! Looks at a release: one pass over its archive or folder.

mod layout;
mod pass;
mod survey;

pub(crate) use layout::{core_jars, version_in_name};
pub use survey::{folder_digest, survey};
