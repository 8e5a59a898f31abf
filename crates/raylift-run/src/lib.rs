//! Carries a plan out: journal, actions, resume, rollback, commit.
//!
//! The engine owns the effect trait [`host::Host`] and knows no implementation of it. It makes no choice: what
//! is done stands in the plan, and what has been done stands in the journal.

mod actions;
pub mod engine;
mod error;
pub mod gate;
pub mod host;
pub mod journal;
pub mod state;

pub use error::{ActionError, RunError};
