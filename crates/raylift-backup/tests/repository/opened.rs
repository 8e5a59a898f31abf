//! A repository that stays open between two uses.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use raylift_backup::repository::{FileType, Folder, Repository, StorageError};
use raylift_model::secret::Secret;

use crate::support::{Place, furnish};
use crate::watched::{Watch, Watched};

/// Counts how often the files that the key opens are read.
#[derive(Debug)]
struct KeysRead(Arc<AtomicUsize>);

impl Watch for KeysRead {
    fn begin(&self, kind: FileType, _: &str) -> Result<(), StorageError> {
        if kind == FileType::Key {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
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
        let watch = KeysRead(Arc::clone(&keys_read));
        Repository::open(Box::new(Watched(folder, watch)), key)
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
