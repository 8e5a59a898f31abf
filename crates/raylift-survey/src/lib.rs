//! Looks at a release or a site and writes facts. Changes nothing, decides nothing.
//!
//! The survey reads through two traits of its own, [`machine::Machine`] for a site and
//! [`source::ReleaseSource`] for a release; `raylift-host` implements both.

mod archive;
mod budget;
mod content;
mod core_registry;
mod identity;
pub mod machine;
mod parts;
mod properties;
mod property_parts;
pub mod release;
pub mod site;
pub mod source;
mod title;

pub use title::title;
