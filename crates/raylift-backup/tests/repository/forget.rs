//! Backups that are forgotten free what only they needed.

use std::fs;

use raylift_backup::repository::{Forget, Free, ReadBack, Repository, RepositoryError, Retention};

use crate::support::{Place, assert_same, noise, picture, size};

/// Three backups: each has a document of its own, all have one in common.
fn three() -> (Place, Repository) {
    let place = Place::new();
    let repository = place.create();
    fs::write(place.site().join("common"), noise(0, 3_000_000)).unwrap();
    for number in 1..=3 {
        fs::write(place.site().join("own"), noise(number, 2_000_000)).unwrap();
        place.backup(&repository);
    }
    (place, repository)
}

fn by_retention(place: &Place, last: u32) -> Forget {
    Forget::ByRetention {
        retention: Retention {
            last,
            ..Retention::default()
        },
        host: "host".to_owned(),
        site: place.site().to_str().unwrap().to_owned(),
    }
}

#[test]
fn space_is_freed_at_once_when_asked_for() {
    let (place, repository) = three();
    let before = size(&place.repository_folder());
    let list = repository.list().unwrap();
    let forgotten = repository
        .forget(&by_retention(&place, 1), &[], Free::Now)
        .unwrap();
    let ids: Vec<_> = forgotten.backups.iter().map(|one| &one.id).collect();
    assert_eq!(ids, [&list[0].id, &list[1].id]);
    let after = size(&place.repository_folder());
    assert!(before > 9_000_000 && after < 5_500_000, "{before} {after}");
    assert!(forgotten.bytes_after < forgotten.bytes_before);

    let target = place.path("restored");
    repository
        .restore("latest", Some("documents"), &target, &mut |_| {})
        .unwrap();
    assert_same(&target, &picture(&place.site()));
    assert!(repository.check(ReadBack::Everything).unwrap().is_good());
}

#[test]
fn in_two_steps_nothing_goes_that_a_reader_may_still_need() {
    let (place, repository) = three();
    let packs = place.packs();
    repository
        .forget(&by_retention(&place, 1), &[], Free::InTwoSteps)
        .unwrap();
    for pack in &packs {
        assert!(pack.exists(), "{pack:?}");
    }
    assert_eq!(repository.list().unwrap().len(), 1);
    let checked = repository.check(ReadBack::Everything).unwrap();
    assert!(checked.is_good(), "{checked:?}");
    place.restic_does(&["check", "--read-data"]);
    // A document that comes back is found among what is marked, or stored again.
    fs::write(place.site().join("own"), noise(1, 2_000_000)).unwrap();
    place.backup(&repository);
    let target = place.path("restored");
    repository
        .restore("latest", Some("documents"), &target, &mut |_| {})
        .unwrap();
    assert_same(&target, &picture(&place.site()));
    repository
        .forget(&Forget::Named(Vec::new()), &[], Free::Now)
        .unwrap();
    assert!(size(&place.repository_folder()) < 7_500_000);
}

#[test]
fn neither_the_newest_nor_what_a_run_needs_is_forgotten() {
    let (place, repository) = three();
    let list = repository.list().unwrap();
    let protected = [list[0].id.clone()];
    let forgotten = repository
        .forget(&by_retention(&place, 1), &protected, Free::Now)
        .unwrap();
    assert_eq!(forgotten.backups.len(), 1);
    let refusal = |id: &str| {
        let named = Forget::Named(vec![id[..10].to_owned()]);
        let refused = repository.forget(&named, &protected, Free::Now);
        refused.unwrap_err()
    };
    let error = refusal(&list[0].id);
    assert!(matches!(error, RepositoryError::Needed { .. }), "{error}");
    let error = refusal(&list[2].id);
    assert!(matches!(error, RepositoryError::Kept { .. }), "{error}");
    assert_eq!(repository.list().unwrap().len(), 2);
    let named = Forget::Named(vec![list[0].id.clone()]);
    repository.forget(&named, &[], Free::Now).unwrap();
    assert_eq!(repository.list().unwrap().len(), 1);
}

#[test]
fn backups_of_another_site_or_program_are_not_touched_by_a_retention() {
    let (place, repository) = three();
    let mut other = place.about();
    other.site = "/another/site".into();
    for _ in 0..2 {
        repository
            .backup(&other, place.documents(), &mut |_| {})
            .unwrap();
    }
    place.restic_does(&["backup", "--host", "host", place.site().to_str().unwrap()]);
    repository
        .forget(&by_retention(&place, 1), &[], Free::Now)
        .unwrap();
    assert_eq!(repository.list().unwrap().len(), 1 + 2 + 1);
}
