//! How files and dumps are cut into pieces that are stored once.

use std::fs::{self, OpenOptions};
use std::io::{Cursor, Write};

use raylift_backup::repository::Input;

use crate::support::{Place, assert_same, furnish, noise, picture, size};

const MIB: usize = 1024 * 1024;

/// Files and a dump in one backup: both come back, restic reads them, and the second time nothing is stored.
#[test]
fn files_and_dumps_lie_in_one_backup() {
    let place = Place::new();
    furnish(&place.site());
    let expected = picture(&place.site());
    let dump = noise(5, 5 * MIB);
    let repository = place.create();
    let inputs = || {
        let mut inputs = place.documents();
        // One part before the documents by its name, one after them.
        for part in ["database", "other"] {
            inputs.push(Input::Stream {
                part: part.to_owned(),
                file: "dump.sql".to_owned(),
                reader: Box::new(Cursor::new(dump.clone())),
            });
        }
        inputs
    };
    let take = || {
        repository
            .backup(&place.about(), inputs(), &mut |_| {})
            .unwrap()
    };
    let first = take();
    let files = expected
        .iter()
        .filter(|(path, ..)| !place.site().join(path).is_dir());
    assert_eq!(first.snapshot.files, Some(files.count() as u64 + 2));
    let once = size(&place.repository_folder());
    let second = take();
    let grown = size(&place.repository_folder()) - once;
    assert!(grown < 20_000, "lists of what is there: {grown}");
    assert_eq!((second.new, second.changed), (0, 2), "the dumps");

    let back = place.path("back");
    repository
        .restore(&second.snapshot.id, None, &back, &mut |_| {})
        .unwrap();
    assert_same(&back.join("documents"), &expected);
    for part in ["database", "other"] {
        assert!(fs::read(back.join(part).join("dump.sql")).unwrap() == dump);
    }
}

/// Large files of a site grow at their end or change in place.
#[test]
fn a_large_file_that_grows_or_changes_in_place_is_not_stored_anew() {
    let place = Place::new();
    let repository = place.create();
    let path = place.site().join("large");
    fs::write(&path, noise(3, 16 * MIB)).unwrap();
    place.backup(&repository);
    let once = size(&place.repository_folder());

    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(&noise(4, 100_000)).unwrap();
    let mut content = fs::read(&path).unwrap();
    content[9 * MIB] ^= 1;
    fs::write(&path, &content).unwrap();
    place.backup(&repository);
    let grown = size(&place.repository_folder()) - once;
    assert!(grown < 2 * MIB as u64 + 100_000, "two pieces: {grown}");
}

/// How raylift cuts is its own affair: who else writes to the repository cuts as before.
#[test]
fn the_settings_of_a_repository_stay() {
    let place = Place::new();
    furnish(&place.site());
    let repository = place.create();
    let settings = || fs::read(place.repository_folder().join("config")).unwrap();
    let before = settings();
    place.backup(&repository);
    assert_eq!(settings(), before);
}
