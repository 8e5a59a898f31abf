//! restic reads what raylift wrote, and raylift what restic wrote.

use std::fs;
use std::path::Path;

use raylift_backup::repository::ReadBack;

use crate::support::{Place, assert_same, furnish, noise, picture, restic};

/// restic keeps link targets that are no text since 0.16 only.
fn furnish_for_restic(site: &Path) {
    furnish(site);
    fs::remove_file(site.join("dead")).unwrap();
    std::os::unix::fs::symlink("gone", site.join("dead")).unwrap();
}

#[test]
fn restic_restores_what_raylift_took() {
    let place = Place::new();
    furnish_for_restic(&place.site());
    let before = picture(&place.site());
    let repository = place.create();
    let mut inputs = place.documents();
    let dump = noise(7, 5_000_000);
    inputs.push(place.dump("dump.sql", &dump));
    repository
        .backup(&place.about(), inputs, &mut |_| {})
        .unwrap();

    let target = place.path("by-restic");
    place.restic_does(&["restore", "latest", "--target", target.to_str().unwrap()]);
    assert_same(&target.join("documents"), &before);
    assert!(fs::read(target.join("database/dump.sql")).unwrap() == dump);

    let text = place.restic_does(&["snapshots", "--json"]);
    let list: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["hostname"], "host");
    assert_eq!(list[0]["paths"][0], place.site().to_str().unwrap());
    assert_eq!(list[0]["tags"][0], "raylift");
}

#[test]
fn raylift_restores_what_restic_took_and_adds_to_it() {
    for version in ["1", "2"] {
        let place = Place::new();
        furnish_for_restic(&place.site());
        let before = picture(&place.site());
        place.restic_does(&["init", "--repository-version", version]);
        place.restic_does(&["backup", "--host", "host", place.site().to_str().unwrap()]);

        let repository = place.open().unwrap();
        let list = repository.list().unwrap();
        assert_eq!(list.len(), 1);
        assert!(!list[0].by_raylift);
        assert_eq!(list[0].site, place.site().to_str().unwrap());
        let target = place.path("restored");
        repository
            .restore(&list[0].id, None, &target, &mut |_| {})
            .unwrap();
        let below = place.site().strip_prefix("/").unwrap().to_owned();
        assert_same(&target.join(below), &before);

        place.backup(&repository);
        assert_eq!(repository.list().unwrap().len(), 2);
        let checked = repository.check(ReadBack::Everything).unwrap();
        assert!(checked.is_good(), "{checked:?}");
    }
}

#[test]
fn restic_finds_the_damage_that_raylift_finds() {
    let mut place = Place::new();
    furnish(&place.site());
    let repository = place.create();
    place.backup(&repository);
    assert!(repository.check(ReadBack::Everything).unwrap().is_good());
    assert!(place.restic(&["check"]).status.success());
    place.sound = false;
    fs::remove_file(&place.packs()[0]).unwrap();
    assert!(!repository.check(ReadBack::Nothing).unwrap().is_good());
    let output = restic(&place.repository_folder(), &place.path("key"), &["check"]);
    assert!(!output.status.success());
}
