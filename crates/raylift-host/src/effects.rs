//! The effects of a run on this machine: one file for each concern, put together in [`RealHost`].
//!
//! A run may be killed at any moment. So each effect leaves, at every step, something on the disk that tells the next
//! call how far it came: what stands at the names of an exchange, a file that is written last, a process with its
//! start time.

mod answers;
pub(crate) mod at_rest;
pub mod client;
mod compared;
mod copied;
pub(crate) mod documents;
mod edit;
pub(crate) mod engine;
pub(crate) mod error;
pub mod exchange;
pub mod fence;
mod folders;
pub mod gogo;
pub mod health;
mod healthy;
pub(crate) mod hsqldb;
mod logs;
pub(crate) mod own_command;
mod places;
mod processes;
mod proof;
mod real;
mod records;
mod remembered;
pub mod remove;
mod restore;
pub(crate) mod return_point;
pub mod server;
pub(crate) mod snapshot;
pub mod stage;
mod start;
mod telnet;
mod versions;
mod whole;

pub use error::repository_code;
pub use proof::drill;
pub use real::{AccessProvider, BindingProvider, RealHost};
pub use remembered::{ProcBytes, remembered};
