//! A repository whose storage fails to read what is there.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use raylift_backup::repository::{
    FileType, Folder, ReadBack, Repository, RepositoryError, StorageError,
};

use crate::support::{Place, noise};
use crate::watched::{Watch, Watched};

const WELL: u8 = 0;
/// Packs cannot be read.
const FAILS: u8 = 1;
/// Parts of packs are not those that were asked for, as when an index gives wrong places.
const MISSES: u8 = 2;
/// Lists of backups cannot be read.
const NO_LISTS: u8 = 3;

#[derive(Debug)]
struct Bad(Arc<AtomicU8>);

impl Watch for Bad {
    fn begin(&self, kind: FileType, name: &str) -> Result<(), StorageError> {
        let fails = match self.0.load(Ordering::SeqCst) {
            FAILS => FileType::Pack,
            NO_LISTS => FileType::Snapshot,
            _ => return Ok(()),
        };
        if kind != fails {
            return Ok(());
        }
        Err(StorageError {
            what: "read",
            path: name.to_owned(),
            source: io::Error::other("the disk says no"),
        })
    }

    fn part(&self, mut read: Vec<u8>) -> Vec<u8> {
        if self.0.load(Ordering::SeqCst) == MISSES && read.len() > 100_000 {
            read.rotate_left(1);
        }
        read
    }
}

#[test]
fn what_cannot_be_read_is_not_called_damaged() {
    let mut place = Place::new();
    fs::write(place.site().join("document"), noise(3, 2_000_000)).unwrap();
    place.backup(&place.create());
    let how = Arc::new(AtomicU8::new(WELL));
    let folder = Folder::new(place.repository_folder());
    let storage = Watched(folder, Bad(Arc::clone(&how)));
    let repository = Repository::open(Box::new(storage), place.key()).unwrap();

    for fails in [FAILS, NO_LISTS] {
        how.store(fails, Ordering::SeqCst);
        let error = repository.check(ReadBack::Everything).unwrap_err();
        assert!(matches!(error, RepositoryError::Storage(_)), "{error}");
    }

    // A pack that holds what was written is never to be moved away.
    how.store(MISSES, Ordering::SeqCst);
    let checked = repository.check(ReadBack::Everything).unwrap();
    assert_eq!(checked.damaged.len(), 1, "{checked:?}");
    assert!(checked.spoilt.is_empty(), "{checked:?}");

    how.store(WELL, Ordering::SeqCst);
    assert!(repository.check(ReadBack::Everything).unwrap().is_good());

    // Nor does a file that is gone hide that others cannot be read.
    fs::write(place.site().join("other"), noise(4, 2_000_000)).unwrap();
    place.backup(&repository);
    let pack = place.packs().remove(0);
    fs::remove_file(pack).unwrap();
    place.sound = false;
    how.store(FAILS, Ordering::SeqCst);
    let error = repository.check(ReadBack::Everything).unwrap_err();
    assert!(matches!(error, RepositoryError::Storage(_)), "{error}");
}
