//! Content that comes through a pipe, and content that cannot be read.

use std::io::{self, Read};
use std::path::Path;

use raylift_backup::repository::{Input, RepositoryError};
use raylift_backup::{BackupError, Part};

use crate::support::{Place, furnish, noise, size};

fn stream(file: &str, reader: impl Read + Send + 'static) -> Input {
    Input::Stream {
        part: "database".to_owned(),
        file: file.to_owned(),
        reader: Box::new(reader),
    }
}

/// Gives a part of a dump and then fails, as a reader does whose tool was killed.
struct Broken(io::Cursor<Vec<u8>>);

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("pg_dump ended with status 1")),
            read => Ok(read),
        }
    }
}

#[test]
fn a_dump_comes_back_and_its_unchanged_parts_are_stored_once() {
    let place = Place::new();
    let repository = place.create();
    let mut dump = noise(1, 20_000_000);
    let take = |dump: &[u8]| {
        let inputs = vec![
            stream("b.sql", io::Cursor::new(dump.to_vec())),
            stream("a.sql", io::Cursor::new(b"schema".to_vec())),
        ];
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
fn a_dump_that_fails_is_no_backup() {
    let place = Place::new();
    furnish(&place.site());
    let repository = place.create();
    let mut inputs = place.documents();
    let broken = Broken(io::Cursor::new(noise(1, 3_000_000)));
    inputs.push(stream("dump.sql", broken));
    let error = repository
        .backup(&place.about(), inputs, &mut |_| {})
        .unwrap_err();
    let RepositoryError::Stream { part, file, source } = error else {
        panic!("{error}");
    };
    assert_eq!((part.as_str(), file.as_str()), ("database", "dump.sql"));
    assert_eq!(source.to_string(), "pg_dump ended with status 1");
    assert!(repository.list().unwrap().is_empty());
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
