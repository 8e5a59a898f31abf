//! A repository that stays open between two uses.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use raylift_backup::repository::{
    Access, FileType, Folder, Id, Lock, Repository, RepositoryError, Storage, StorageError,
};
use raylift_model::secret::Secret;

use crate::support::{Place, furnish};

/// A folder that counts how often the files that the key opens are read.
#[derive(Debug)]
struct Counting {
    folder: Folder,
    keys_read: Arc<AtomicUsize>,
}

impl Storage for Counting {
    fn location(&self) -> String {
        self.folder.location()
    }
    fn name(&self, kind: FileType, id: &Id) -> String {
        self.folder.name(kind, id)
    }
    fn prepare(&self) -> Result<(), StorageError> {
        self.folder.prepare()
    }
    fn list(&self, kind: FileType) -> Result<Vec<(Id, u32)>, StorageError> {
        self.folder.list(kind)
    }
    fn read(&self, kind: FileType, id: &Id) -> Result<Vec<u8>, StorageError> {
        if kind == FileType::Key {
            self.keys_read.fetch_add(1, Ordering::SeqCst);
        }
        self.folder.read(kind, id)
    }
    fn read_range(
        &self,
        kind: FileType,
        id: &Id,
        offset: u32,
        length: u32,
    ) -> Result<Vec<u8>, StorageError> {
        self.folder.read_range(kind, id, offset, length)
    }
    fn write(&self, kind: FileType, id: &Id, content: &[Bytes]) -> Result<(), StorageError> {
        self.folder.write(kind, id, content)
    }
    fn remove(&self, kind: FileType, id: &Id) -> Result<(), StorageError> {
        self.folder.remove(kind, id)
    }
    fn lock(&self, access: Access) -> Result<Box<dyn Lock>, RepositoryError> {
        self.folder.lock(access)
    }
}

/// An outage would wait for each derivation. Each opening reads the key files; the engine reads them once more to derive.
#[test]
fn what_the_key_opens_is_derived_once() {
    let place = Place::new();
    furnish(&place.site());
    place.create();
    let keys_read = Arc::new(AtomicUsize::new(0));
    let open = |key| {
        let folder = Folder::new(place.repository_folder());
        let keys_read = Arc::clone(&keys_read);
        Repository::open(Box::new(Counting { folder, keys_read }), key)
    };
    // Opened, and opened anew by each of two uses.
    for uses in 1..=2 {
        let repository = open(place.key()).unwrap();
        place.backup(&repository);
        repository.list().unwrap();
        assert_eq!(keys_read.load(Ordering::SeqCst), 3 * uses);
    }
    assert!(open(Secret::new("another key")).is_err());
    assert_eq!(keys_read.load(Ordering::SeqCst), 6 + 2, "it is tried");
}

/// Another process could not open it.
#[test]
fn a_key_file_that_was_damaged_meanwhile_opens_nothing() {
    let mut place = Place::new();
    furnish(&place.site());
    let repository = place.create();
    place.sound = false;
    let folder = place.repository_folder().join("keys");
    let file = fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let content = fs::read(&file).unwrap();
    fs::write(&file, &content[..content.len() / 2]).unwrap();
    assert!(repository.list().is_err());
    fs::write(&file, content).unwrap();
    repository.list().unwrap();
    place.sound = true;
}

#[test]
fn one_that_was_made_anew_is_opened_with_its_own_key() {
    let place = Place::new();
    furnish(&place.site());
    let repository = place.create();
    place.backup(&repository);
    assert_eq!(repository.list().unwrap().len(), 1);
    fs::rename(place.repository_folder(), place.path("away")).unwrap();
    place.create();
    assert_eq!(repository.list().unwrap().len(), 0);
    place.backup(&repository);
    assert_eq!(place.open().unwrap().list().unwrap().len(), 1);
}
