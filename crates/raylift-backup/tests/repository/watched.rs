//! A repository's folder whose reads a test sees, refuses or changes.

use std::fmt::Debug;

use bytes::Bytes;
use raylift_backup::repository::{
    Access, FileType, Folder, Id, Lock, RepositoryError, Storage, StorageError,
};

/// What a test does with reads.
pub(crate) trait Watch: Debug + Send + Sync + 'static {
    /// Before a file of that name, or a part of it, is read.
    fn begin(&self, kind: FileType, name: &str) -> Result<(), StorageError>;

    /// What is handed on of a part that was read.
    fn part(&self, read: Vec<u8>) -> Vec<u8> {
        read
    }
}

#[derive(Debug)]
pub(crate) struct Watched<W>(pub(crate) Folder, pub(crate) W);

impl<W: Watch> Storage for Watched<W> {
    fn location(&self) -> String {
        self.0.location()
    }

    fn name(&self, kind: FileType, id: &Id) -> String {
        self.0.name(kind, id)
    }

    fn prepare(&self) -> Result<(), StorageError> {
        self.0.prepare()
    }

    fn list(&self, kind: FileType) -> Result<Vec<(Id, u32)>, StorageError> {
        self.0.list(kind)
    }

    fn read(&self, kind: FileType, id: &Id) -> Result<Vec<u8>, StorageError> {
        self.1.begin(kind, &self.name(kind, id))?;
        self.0.read(kind, id)
    }

    fn read_range(
        &self,
        kind: FileType,
        id: &Id,
        offset: u32,
        length: u32,
    ) -> Result<Vec<u8>, StorageError> {
        self.1.begin(kind, &self.name(kind, id))?;
        let read = self.0.read_range(kind, id, offset, length)?;
        Ok(self.1.part(read))
    }

    fn write(&self, kind: FileType, id: &Id, content: &[Bytes]) -> Result<(), StorageError> {
        self.0.write(kind, id, content)
    }

    fn remove(&self, kind: FileType, id: &Id) -> Result<(), StorageError> {
        self.0.remove(kind, id)
    }

    fn lock(&self, access: Access) -> Result<Box<dyn Lock>, RepositoryError> {
        self.0.lock(access)
    }
}
