//! Dumps, and content that cannot be read.

use std::path::Path;

use raylift_backup::repository::{Input, RepositoryError};
use raylift_backup::{BackupError, Part};

use crate::support::{Place, noise, size};

#[test]
fn a_dump_comes_back_and_its_unchanged_parts_are_stored_once() {
    let place = Place::new();
    let repository = place.create();
    let mut dump = noise(1, 20_000_000);
    let take = |dump: &[u8]| {
        place.dump("a.sql", b"schema");
        let inputs = vec![place.dump("b.sql", dump)];
        repository
            .backup(&place.about(), inputs, &mut |_| {})
            .unwrap()
    };
    take(&dump);
    let once = size(&place.repository_folder());
    dump.splice(10_000_000..10_000_000, *b"a row more in the middle");
    let second = take(&dump);
    let grown = size(&place.repository_folder()) - once;
    assert!(grown < 9_000_000, "a piece has at most 8 MiB: {grown}");

    let mut read = Vec::new();
    let bytes = repository
        .read("latest", Path::new("database/b.sql"), &mut read)
        .unwrap();
    assert_eq!(bytes, dump.len() as u64);
    assert!(read == dump);
    let (_, parts) = repository.show(&second.snapshot.id).unwrap();
    assert_eq!((parts[0].files, parts[0].bytes), (2, bytes + 6));
    assert!(matches!(
        repository.read("latest", Path::new("database/c.sql"), &mut Vec::new()),
        Err(RepositoryError::NoSuchPart { .. })
    ));
}

#[test]
fn a_file_that_cannot_be_read_is_no_backup() {
    let place = Place::new();
    let repository = place.create();
    // Reading a process's memory at address 0 is an input/output error, proc(5).
    let memory = Input::Files(Part {
        name: "memory".to_owned(),
        root: "/proc/self".into(),
        entries: Some(vec!["mem".into()]),
    });
    let error = repository
        .backup(&place.about(), vec![memory], &mut |_| {})
        .unwrap_err();
    let RepositoryError::File(BackupError::Read { path, .. }) = &error else {
        panic!("{error}");
    };
    assert!(path.ends_with("mem"), "{path:?}");
    assert!(repository.list().unwrap().is_empty());
}

#[test]
fn a_part_that_is_not_there_is_no_backup() {
    let place = Place::new();
    let repository = place.create();
    let absent = Input::Files(Part {
        name: "absent".to_owned(),
        root: place.path("absent"),
        entries: None,
    });
    let error = repository
        .backup(&place.about(), vec![absent], &mut |_| {})
        .unwrap_err();
    assert!(
        matches!(&error, RepositoryError::File(BackupError::Read { .. })),
        "{error}"
    );
    assert!(repository.list().unwrap().is_empty());
}
