//! Facts of the site and facts of the release make a plan.
//!
//! Pure: no I/O, no clock, no randomness; the same facts and wishes give the same bytes. Everything a run
//! needs to know is decided here, so that the run has no meaningful choice left.

mod actions;
mod checks;
pub mod configuration;
mod core;
mod database;
mod devices;
pub mod difference;
mod drift;
mod files;
pub mod graph;
mod health;
mod lint;
mod make;
mod modules;
mod origin;
mod preflight;
mod properties;
mod release_rows;
mod return_point;
mod space;
mod splices;
mod tables;
mod tomcat;
mod way_back;
mod wishes;

pub use drift::{findings as drift, unique_indexes};
pub use lint::{Flaw, lint};
pub use make::{PlanError, make, site_alone};
pub use origin::Origins;
pub use wishes::{AppServer, Side, Wishes};
