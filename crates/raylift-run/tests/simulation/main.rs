//! The engine against an in-memory world that can fail, be killed or lose power at every effect.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod commands;
mod commit;
mod failures;
mod interrupts;
mod kills;
mod negative;
mod rollback;
mod sites;
mod snapshots;
mod world;
