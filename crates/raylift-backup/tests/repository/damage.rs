//! A repository that is not what it was.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use raylift_backup::repository::{
    Folder, ReadBack, Repository, RepositoryError, make_key, read_key,
};

use crate::support::{Place, assert_same, noise, picture};

/// A site whose data fills one pack, in a repository.
fn place() -> (Place, Repository) {
    let place = Place::new();
    fs::write(place.site().join("document"), noise(3, 2_000_000)).unwrap();
    let repository = place.create();
    place.backup(&repository);
    (place, repository)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn a_missing_pack_is_named_with_what_is_lost_and_the_next_backup_heals_it() {
    let (mut place, repository) = place();
    let before = picture(&place.site());
    let pack = place.packs().remove(0);
    fs::remove_file(&pack).unwrap();
    place.sound = false;

    let checked = repository.check(ReadBack::Nothing).unwrap();
    assert_eq!(checked.errors.len(), 1, "{checked:?}");
    assert!(checked.errors[0].contains(&name(&pack)), "{checked:?}");
    assert_eq!(checked.damaged.len(), 1);
    assert_eq!(checked.damaged[0].lost, ["/documents/document"]);

    let target = place.path("restored");
    let error = repository
        .restore("latest", Some("documents"), &target, &mut |_| {})
        .unwrap_err();
    let RepositoryError::Damaged { what, .. } = &error else {
        panic!("{error}");
    };
    assert!(what.contains("/document"), "{what}");
    assert!(what.contains(&name(&pack)), "{what}");

    let taken = place.backup(&repository);
    assert_eq!((taken.repaired.lost, taken.repaired.found), (1, 0));
    place.sound = true;
    for (number, snapshot) in repository.list().unwrap().iter().enumerate() {
        let target = place.path(&format!("healed-{number}"));
        repository
            .restore(&snapshot.id, Some("documents"), &target, &mut |_| {})
            .unwrap();
        assert_same(&target, &before);
    }
    assert!(repository.check(ReadBack::Everything).unwrap().is_good());
}

#[test]
fn what_is_not_in_the_site_any_more_stays_lost_and_is_named() {
    let (mut place, repository) = place();
    fs::remove_file(&place.packs()[0]).unwrap();
    place.sound = false;
    fs::remove_file(place.site().join("document")).unwrap();
    fs::write(place.site().join("other"), "other").unwrap();
    place.backup(&repository);
    let checked = repository.check(ReadBack::Nothing).unwrap();
    assert!(!checked.is_good());
    assert_eq!(checked.damaged.len(), 1, "{checked:?}");
    let list = repository.list().unwrap();
    assert_eq!(checked.damaged[0].id, list[0].id);
    assert_eq!(checked.damaged[0].lost, ["/documents/document"]);
    repository
        .restore(&list[1].id, None, &place.path("restored"), &mut |_| {})
        .unwrap();
}

#[test]
fn a_pack_cut_short_is_as_good_as_gone() {
    for length in [0, 10, 1000, 1_000_000] {
        let (mut place, repository) = place();
        let pack = place.packs().remove(0);
        let file = fs::File::options().write(true).open(&pack).unwrap();
        file.set_len(length).unwrap();
        place.sound = false;
        for how in [ReadBack::Nothing, ReadBack::Everything] {
            let checked = repository.check(how).unwrap();
            assert!(checked.errors[0].contains(&name(&pack)), "{checked:?}");
            assert_eq!(checked.damaged[0].lost, ["/documents/document"]);
        }
        assert!(matches!(
            repository.restore("latest", None, &place.path("x"), &mut |_| {}),
            Err(RepositoryError::Damaged { .. })
        ));
        assert_eq!(place.backup(&repository).repaired.lost, 1);
        assert!(repository.check(ReadBack::Everything).unwrap().is_good());
    }
}

#[test]
fn a_changed_byte_is_found_by_reading_back() {
    let (mut place, repository) = place();
    let pack = place.packs().remove(0);
    let mut file = fs::File::options().write(true).open(&pack).unwrap();
    file.seek(SeekFrom::Start(500_000)).unwrap();
    file.write_all(b"changed").unwrap();
    place.sound = false;
    assert!(repository.check(ReadBack::Nothing).unwrap().is_good());
    for how in [ReadBack::Everything, ReadBack::Sample(100.0)] {
        let checked = repository.check(how).unwrap();
        assert!(
            checked
                .errors
                .iter()
                .any(|error| error.contains(&name(&pack)[..8])),
            "{checked:?}"
        );
        assert_eq!(checked.damaged[0].lost, ["/documents/document"]);
    }
    let error = repository
        .restore("latest", None, &place.path("restored"), &mut |_| {})
        .unwrap_err();
    assert!(
        matches!(&error, RepositoryError::Damaged { what, .. } if what.contains("/documents/document")),
        "{error}"
    );
}

#[test]
fn the_list_of_a_backup_that_is_damaged_is_named() {
    let (mut place, repository) = place();
    let list = repository.list().unwrap();
    let file = place
        .repository_folder()
        .join("snapshots")
        .join(&list[0].id);
    fs::write(&file, noise(1, 300)).unwrap();
    place.sound = false;
    let checked = repository.check(ReadBack::Nothing).unwrap();
    assert!(
        checked
            .errors
            .iter()
            .any(|error| error.contains(&list[0].id)),
        "{checked:?}"
    );
    assert!(repository.list().is_err());
}

#[test]
fn a_wrong_key_and_a_missing_repository_are_told_apart() {
    let (place, _) = place();
    let other = place.path("other-key");
    make_key(&other).unwrap();
    let open = |folder: &Path, key: &Path| {
        Repository::open(Box::new(Folder::new(folder)), read_key(key).unwrap()).unwrap_err()
    };
    let folder = place.repository_folder();
    let error = open(&folder, &other);
    assert!(matches!(error, RepositoryError::WrongKey { .. }), "{error}");
    for absent in [place.path("absent"), place.site()] {
        let error = open(&absent, &place.path("key"));
        assert!(matches!(error, RepositoryError::Missing { .. }), "{error}");
    }
    assert!(!place.path("absent").exists(), "looking makes nothing");
    let error = Repository::create(Box::new(Folder::new(&folder)), place.key()).unwrap_err();
    assert!(matches!(error, RepositoryError::Exists { .. }), "{error}");
}
