//! Liferay's and OSGi's formats: bytes in, values and diagnostics out.
//!
//! No module does I/O, keeps state or panics on any input. Readers of text return a [`Parsed`] value with
//! diagnostics and never fail as a whole; readers of containers return an error when nothing can be read.

pub mod bundle;
pub mod class;
pub mod components;
pub mod config;
pub mod core_registry;
pub mod diagnostic;
pub mod edit;
pub mod environment;
pub mod hsqldb_lock;
pub mod jdbc_url;
mod line_end;
pub mod lpkg;
pub mod merge;
pub mod metatype;
pub mod osgi_filter;
pub mod portal_properties;
pub mod proc;
pub mod properties;
pub mod property_tables;
pub mod registrator;
pub mod release_info;
pub mod schema_sql;
pub mod secrecy;
pub mod secret_names;
pub mod splice;
pub mod tokens;
pub mod tomcat_xml;
pub mod version_range;
pub mod xml;

pub use diagnostic::{Diagnostic, Level, Parsed};
