//! Plans made from written-down facts.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod blockers;
mod carried;
mod collations;
mod configuration;
mod configuration_said_once;
mod database_servers;
mod drift;
mod edits;
mod executor;
mod facts;
mod files;
mod kinds;
mod options;
mod origins;
mod preflight;
mod properties;
mod return_points;
mod rows;
mod schema;
mod server;
mod space;
mod steps;
mod themes;
