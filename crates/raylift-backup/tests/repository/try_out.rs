//! A backup is tried out: what is new always, of the rest as much as is asked for.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use raylift_backup::repository::{Repository, RepositoryError, Trial, Tried};

use crate::support::{Place, furnish};

/// As the files of [`furnish`] and their sizes are, whatever they are.
fn totals(place: &Place) -> (u64, u64) {
    let files = walkdir::WalkDir::new(place.site())
        .into_iter()
        .map(|entry| entry.unwrap().metadata().unwrap())
        .filter(|stat| !stat.is_dir());
    files.fold((0, 0), |(files, bytes), stat| {
        (
            files + 1,
            bytes + if stat.is_file() { stat.len() } else { 0 },
        )
    })
}

fn try_out(
    place: &Place,
    repository: &Repository,
    (id, tried, sample): (&str, Option<&str>, u64),
) -> Result<Tried, RepositoryError> {
    let scratch = place.path("scratch");
    let result = repository.try_out(
        Trial {
            id,
            part: "documents",
            live: &place.site(),
            tried,
            sample,
            scratch: &scratch,
        },
        &mut |_| {},
    );
    assert!(!scratch.exists());
    result
}

#[test]
fn the_first_time_everything_is_tried_and_later_what_is_new() {
    let place = Place::new();
    furnish(&place.site());
    let repository = place.create();
    let first = place.backup(&repository).snapshot.id;
    let (files, bytes) = totals(&place);
    let all = try_out(&place, &repository, (&first, None, 0)).unwrap();
    assert_eq!((all.files, all.bytes), (files, bytes));
    assert_eq!((all.compared, all.bytes_compared), (files, bytes));
    assert_eq!((all.vanished, all.differing.len()), (0, 0));

    let second = place.backup(&repository).snapshot.id;
    let none = try_out(&place, &repository, (&second, Some(&first), 0)).unwrap();
    assert_eq!((none.files, none.compared), (files, 0));
    let sampled = try_out(&place, &repository, (&second, Some(&first), u64::MAX)).unwrap();
    assert_eq!(sampled.compared, files);

    fs::write(place.site().join("20099/20123/one"), "another").unwrap();
    fs::create_dir(place.site().join("new")).unwrap();
    fs::write(place.site().join("new/one"), "new").unwrap();
    let third = place.backup(&repository).snapshot.id;
    let two = try_out(&place, &repository, (&third, Some(&second), 0)).unwrap();
    assert_eq!((two.compared, two.bytes_compared), (2, 10));
    let unknown = "0".repeat(64);
    let all = try_out(&place, &repository, (&third, Some(&unknown), 0)).unwrap();
    assert_eq!(all.compared, files + 1);
}

#[test]
fn what_the_site_changed_since_differs_and_what_it_removed_is_told_apart() {
    let place = Place::new();
    furnish(&place.site());
    let repository = place.create();
    let id = place.backup(&repository).snapshot.id;
    fs::write(place.site().join("20099/20123/one"), "another").unwrap();
    fs::set_permissions(
        place.site().join("20099/two"),
        Permissions::from_mode(0o600),
    )
    .unwrap();
    let gone = walkdir::WalkDir::new(place.site())
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .find(|path| path.is_file() && !path.starts_with(place.site().join("20099")))
        .unwrap();
    fs::remove_file(gone).unwrap();
    let tried = try_out(&place, &repository, (&id, None, 0)).unwrap();
    assert_eq!(tried.vanished, 1);
    for name in ["20099/20123/one", "20099/two"] {
        assert!(tried.differing.iter().any(|path| path == name), "{tried:?}");
    }
}

#[test]
fn a_lost_pack_is_found_by_both_ways_of_reading() {
    let mut place = Place::new();
    furnish(&place.site());
    let repository = place.create();
    let id = place.backup(&repository).snapshot.id;
    let read = repository
        .read_through(&id, "documents", &mut |_| {})
        .unwrap();
    assert_eq!((read.files, read.bytes), totals(&place));
    place.sound = false;
    let pack = place.packs().remove(0);
    let mut bytes = fs::read(&pack).unwrap();
    bytes[40] ^= 1;
    fs::set_permissions(&pack, Permissions::from_mode(0o600)).unwrap();
    fs::write(&pack, bytes).unwrap();
    let damaged = |error| matches!(error, RepositoryError::Damaged { .. });
    assert!(damaged(
        repository
            .read_through(&id, "documents", &mut |_| {})
            .unwrap_err()
    ));
    assert!(damaged(
        try_out(&place, &repository, (&id, None, 0)).unwrap_err()
    ));
}

#[test]
fn a_superfluous_backup_goes_and_the_others_stay() {
    let place = Place::new();
    furnish(&place.site());
    let repository = place.create();
    let first = place.backup(&repository).snapshot.id;
    let kept = place.backup(&repository).snapshot.id;
    let last = place.backup(&repository);
    repository.supersede(&[first, "0".repeat(64)]).unwrap();
    let ids: Vec<String> = repository
        .list()
        .unwrap()
        .into_iter()
        .map(|backup| backup.id)
        .collect();
    assert_eq!(ids, [kept, last.snapshot.id.clone()]);
    let back = try_out(&place, &repository, (&last.snapshot.id, None, 0)).unwrap();
    assert_eq!(back.compared, last.snapshot.files.unwrap());
}
