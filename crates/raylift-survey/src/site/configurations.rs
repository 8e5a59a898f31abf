//! The site's OSGi configurations: files, rows of `Configuration_`, and how they fit together.

mod content;
mod files;
mod name;
mod orphans;
mod rows;

pub(crate) use files::look;
pub(crate) use orphans::orphans;
pub(crate) use rows::{read, text_of};
