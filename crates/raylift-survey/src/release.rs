//! Looks at a release: one pass over its archive or folder, or none when its facts were kept.

mod facts_store;
mod layout;
mod one_file;
mod pass;
mod survey;

pub use facts_store::FactsStore;
pub(crate) use layout::{core_jars, version_in_name};
pub use one_file::read_file;
pub use survey::{folder_digest, survey, survey_with};
