//! Proof, return point and the way back on real servers, PostgreSQL and MariaDB, and what goes wrong with them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub
)]

mod commanded;
#[path = "../common/mod.rs"]
mod common;
mod content;
mod damaged;
mod duplicates;
mod killed;
mod letters;
mod live;
mod mariadb;
mod names;
mod on_server;
#[path = "../common/parts.rs"]
mod parts;
mod postgresql;
mod preflight;
mod refused;
mod round_trip;
mod secrets;
mod server;
mod session;
mod snapshots;
mod stopped;
mod world;
