//! Versions: Liferay's schema versions, OSGi versions and release versions.

mod osgi;
mod release;
mod schema;

pub use osgi::{OsgiVersion, OsgiVersionError};
pub use release::{ReleaseVersion, ReleaseVersionError};
pub use schema::{SchemaChange, SchemaVersion};
