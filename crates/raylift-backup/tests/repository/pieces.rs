//! How files and dumps are cut into pieces that are stored once.

use std::fs::{self, OpenOptions};
use std::io::Write;

use crate::support::{Place, assert_same, furnish, noise, picture, size};

const MIB: usize = 1024 * 1024;

/// Files and a dump in one backup: both come back, restic reads them, and nothing is stored twice.
#[test]
fn files_and_a_dump_lie_in_one_backup() {
    let place = Place::new();
    furnish(&place.site());
    let expected = picture(&place.site());
    let mut dump = noise(5, 20 * MIB);
    let repository = place.create();
    let take = |dump: &[u8]| {
        let mut inputs = place.documents();
        inputs.push(place.dump("dump.sql", dump));
        repository
            .backup(&place.about(), inputs, &mut |_| {})
            .unwrap()
    };
    let first = take(&dump);
    let files = expected
        .iter()
        .filter(|(path, ..)| !place.site().join(path).is_dir())
        .count() as u64;
    assert_eq!(
        (first.new, first.snapshot.files),
        (files + 1, Some(files + 1))
    );
    let added = first.snapshot.added.unwrap();
    assert!(added > 20 * MIB as u64, "{added}");
    let once = size(&place.repository_folder());

    let second = take(&dump);
    let grown = size(&place.repository_folder()) - once;
    assert!(grown < 20_000, "lists of what is there: {grown}");
    assert_eq!(
        (second.new, second.changed, second.unchanged),
        (0, 1, files)
    );

    // The repository knows the dump by its content, wherever that lies now.
    dump.splice(100..100, *b"a row more near the beginning");
    let third = take(&dump);
    let grown = size(&place.repository_folder()) - once;
    assert!(grown < 9 * MIB as u64, "a piece has at most 8 MiB: {grown}");

    let back = place.path("back");
    repository
        .restore(&third.snapshot.id, None, &back, &mut |_| {})
        .unwrap();
    assert_same(&back.join("documents"), &expected);
    assert!(fs::read(back.join("database/dump.sql")).unwrap() == dump);
    let text = place.restic_does(&["snapshots", "--json"]);
    let list: serde_json::Value = serde_json::from_str(&text).unwrap();
    let ids: Vec<&serde_json::Value> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["id"])
        .collect();
    assert_eq!(ids.len(), 3, "what was kept back is not there: {text}");
    assert_eq!(&list[2]["parent"], ids[1]);
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
