//! Bundles: manifests, the values of their headers, and what a bundle says about its data.

mod clause;
mod executor;
mod facts;
mod identity;
mod jar;
mod manifest;
mod metatypes;
mod tables;

pub use clause::{Clause, clauses};
pub use facts::{BundleError, bundle_facts, read_bundle};
pub use identity::{PortalIdentity, portal_identity};
pub use jar::{Jar, JarError};
pub use manifest::{Header, Manifest};
