//! The report of whole runs: as a value, as a page, as a table, and of every prefix of a journal.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself"
)]

mod journal;
mod page;
mod plan;
mod prefixes;
mod runs;
mod values;
