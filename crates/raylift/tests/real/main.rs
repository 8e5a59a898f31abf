//! Ring 3: the real binary on sites made of real parts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod cache;
mod engines;
mod harness;
mod interrupts;
mod kills;
mod lines;
mod main_job;
mod on_server;
mod ownership;
mod refusals;
mod snapshots;
mod supervisor;
mod terminal;
mod troubles;
