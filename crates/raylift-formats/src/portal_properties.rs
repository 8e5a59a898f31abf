//! `.properties` files as the portal reads its own: with Commons Configuration 1.x, not with `java.util.Properties`.
//!
//! `ClassLoaderAggregateProperties` (read in the portal-impl of 7.2.0, 7.2.1, 7.3 and 7.4) loads each file as a
//! `PropertiesConfiguration` in UTF-8. What differs from Java: a key that stands there twice is a list, a comma in a
//! value makes a list, blanks at the end of a value go, empty and comment lines inside of a continued value are skipped,
//! a line without a separator is no property, a value that is still to be continued at the end of the file is lost,
//! `include` loads another file in its place, and `${name}` is replaced when a value is asked for.

mod interpolate;
mod read;
mod text;

pub use interpolate::{InterpolationError, interpolate};
pub use read::{Item, read};
pub use text::list;
