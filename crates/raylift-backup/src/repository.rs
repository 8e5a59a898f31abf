//! A repository of backups in restic's format, and where it lies.
//!
//! The engine is `rustic_core`; no type of it leaves this module except the two that name a file ([`FileType`], [`Id`]).
//! Where files lie is behind [`Storage`].

mod bring_back;
mod check;
mod error;
mod folder;
mod forget;
mod guard;
mod key;
mod key_lock;
mod master;
mod node;
mod open;
mod place;
mod snapshot;
mod source;
mod storage;
mod take;
mod try_out;

pub use bring_back::BroughtBack;
pub use check::{Checked, DamagedBackup, ReadBack};
pub use error::{RepositoryError, StorageError};
pub use folder::Folder;
pub use forget::{Forget, Forgotten, Free, Retention};
pub use key::{has_key, make_key, read_key};
pub use open::{Repaired, Repository};
pub use place::{Opened, Place, host};
pub use snapshot::{
    Kind, Listed, PROOF, PartSummary, RETURN_POINT, Snapshot, TAG, WITHOUT_DATABASE,
};
pub use source::Input;
pub use storage::{Access, FileType, Id, Lock, Storage};
pub use take::{About, Taken};
pub use try_out::{Trial, Tried};
