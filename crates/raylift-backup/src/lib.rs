//! Where restore points are kept.
//!
//! A [`BackupStore`] takes whole folders or chosen entries of a folder, proves by digests that it holds them, and
//! brings them back into a fresh folder. [`PlainStore`] keeps them as plain copies. A [`Repository`](repository::Repository)
//! keeps many backups of many sites in restic's format. The crate knows folders and files, nothing about what is in them.

pub mod attributes;
mod copy;
mod error;
mod manifest;
mod names;
mod plain;
pub mod repository;
mod stop;
mod store;
mod walk;

pub use copy::{Copied, copy_file, digest_file};
pub use error::BackupError;
pub use manifest::{Entry, EntryKind, FORMAT, Manifest, PartManifest};
pub use names::{escape, unescape};
pub use plain::PlainStore;
pub use stop::Stop;
pub use store::{BackupStore, Part, Progress, is_own};
