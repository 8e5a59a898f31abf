//! Plans made from written-down facts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod blockers;
mod executor;
mod facts;
mod files;
mod rows;
mod schema;
mod steps;
