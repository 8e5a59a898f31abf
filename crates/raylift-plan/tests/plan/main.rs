//! Plans made from written-down facts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod blockers;
mod facts;
mod files;
mod steps;
