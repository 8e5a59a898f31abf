//! Where a repository's files lie.

use std::fmt::Debug;

use bytes::Bytes;
pub use rustic_core::{FileType, Id};

use super::error::{RepositoryError, StorageError};

/// Why the repository is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To read; others may read, too.
    Read,
    /// To write; nobody else may use it.
    Write,
}

/// Holds a lock; dropping it gives it up.
pub trait Lock: Debug + Send {}

/// Where a repository's files lie: a folder now, an object store once somebody writes one. The rest of the crate knows
/// no more of a place than this.
///
/// A file has a kind and an id, is written once and never changed. There is one file of kind
/// [`FileType::Config`]; its id does not matter.
pub trait Storage: Debug + Send + Sync + 'static {
    /// The place, for people.
    fn location(&self) -> String;

    /// The name of a file below the place, for people.
    fn name(&self, kind: FileType, id: &Id) -> String;

    /// Makes the place ready for a new repository.
    ///
    /// # Errors
    /// When it cannot be made.
    fn prepare(&self) -> Result<(), StorageError>;

    /// The files of a kind with their sizes in bytes, in no order. Nothing when the place is not there.
    ///
    /// # Errors
    /// When the place cannot be read.
    fn list(&self, kind: FileType) -> Result<Vec<(Id, u32)>, StorageError>;

    /// A whole file.
    ///
    /// # Errors
    /// When it is missing or cannot be read.
    fn read(&self, kind: FileType, id: &Id) -> Result<Vec<u8>, StorageError>;

    /// `length` bytes of a file from `offset`.
    ///
    /// # Errors
    /// When the file is missing or too short, or cannot be read.
    fn read_range(
        &self,
        kind: FileType,
        id: &Id,
        offset: u32,
        length: u32,
    ) -> Result<Vec<u8>, StorageError>;

    /// Writes a file. Afterwards it is on disk as a whole; when that fails or the machine stops, it is not there at all.
    ///
    /// # Errors
    /// When it cannot be written.
    fn write(&self, kind: FileType, id: &Id, content: &[Bytes]) -> Result<(), StorageError>;

    /// Removes a file; nothing when there is none.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn remove(&self, kind: FileType, id: &Id) -> Result<(), StorageError>;

    /// Locks the repository for this process. A lock ends with the process that holds it.
    ///
    /// # Errors
    /// With [`RepositoryError::Locked`] when somebody else's lock stands against it.
    fn lock(&self, access: Access) -> Result<Box<dyn Lock>, RepositoryError>;
}
