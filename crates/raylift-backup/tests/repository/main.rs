//! The repository, against folders on this machine's own file system and against the Debian package's `restic`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod choice;
mod damage;
mod dumps;
mod forget;
mod full;
mod kill;
mod locks;
mod opened;
mod oracle;
mod pieces;
mod round_trip;
mod stop;
mod support;
mod try_out;
mod unreadable;
mod watched;
