//! Looks at a site: home, application server, process, database, document store.
//!
//! What is not understood is a finding and the rest stands; only a folder that is no Liferay home is an error.

mod access;
mod census;
mod companies;
mod configurations;
mod container;
mod database;
mod database_server;
mod deployments;
mod disks;
mod doubts;
pub mod duplicates;
mod effective;
mod entries;
mod error;
mod files;
mod home;
mod includes;
mod java;
mod java_properties;
mod jndi;
mod listening;
mod managed;
mod mounts;
mod named_files;
mod options;
mod pid_file;
pub mod preflight;
mod probes;
mod process;
mod processes;
mod properties;
mod request;
mod rest;
mod runtime;
mod server;
mod sources;
mod start_script;
mod store;
mod store_checks;
mod store_path;
mod survey;
mod tomcat;
mod user_home;
mod variables;
mod walk;

pub use access::database_access;
pub use effective::{PlaceKind, Setting, SettingPlace, SiteProperties, properties};
pub use error::SiteError;
pub use process::remember;
pub use request::{RememberedProcess, SurveyRequest};
pub use rest::{FolderSum, rest};
pub use store_path::Rule as StoreRule;
pub use survey::{require_home, survey};
