//! Documents of proof and return point in the backup repository.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use raylift_backup::repository::Place;
use raylift_host::backup::needed_backups;
use raylift_host::effects::remove::remove_tree;
use raylift_model::codes;
use raylift_model::proof::ProofRecord;
use raylift_run::host::Host;

use crate::World;

impl World {
    fn repository(&self) -> Place {
        let planned = self.site.plan.site.backups.clone().unwrap();
        Place {
            repository: planned.repository,
            key_file: planned.key_file,
        }
    }

    fn record(&self) -> ProofRecord {
        let file = self.site.plan.site.state.join(ProofRecord::FILE);
        serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
    }

    fn backups(&self) -> Vec<(String, Vec<String>)> {
        let backups = self.repository().open().unwrap().list().unwrap();
        let tags = |tags: Vec<String>| tags.into_iter().filter(|tag| tag != "raylift").collect();
        backups
            .into_iter()
            .map(|backup| (backup.id, tags(backup.tags)))
            .collect()
    }

    fn packs(&self) -> Vec<PathBuf> {
        walkdir::WalkDir::new(self.repository().repository.join("data"))
            .into_iter()
            .map(|entry| entry.unwrap().into_path())
            .filter(|path| path.is_file())
            .collect()
    }
}

#[test]
fn a_proof_leaves_one_backup_and_a_return_point_another() {
    let world = World::new();
    let lines = world.prove().unwrap();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("Copy it to another machine")),
        "{lines:?}"
    );
    let first = world.record();
    assert_eq!((first.documents, first.document_bytes), (2, 11));
    assert_eq!(
        (first.documents_compared, first.document_bytes_compared),
        (2, 11)
    );
    assert!(first.document_return_milliseconds > 0);
    let snapshot = first.snapshot.unwrap();
    assert_eq!(
        world.backups(),
        [(snapshot.clone(), vec!["proof".to_owned()])]
    );
    assert!(!world.scratch().exists());

    // The next one takes its place.
    let lines = world.prove().unwrap();
    assert!(!lines.iter().any(|line| line.contains("key")), "{lines:?}");
    let second = world.record().snapshot.unwrap();
    assert_ne!(second, snapshot);
    assert_eq!(
        world.backups(),
        [(second.clone(), vec!["proof".to_owned()])]
    );

    assert_eq!(
        needed_backups(&world.site.plan.site.state.join("backups")),
        [""; 0]
    );
    let point = world.take();
    assert_eq!(point.documents, (2, 11));
    let backups = world.backups();
    assert_eq!(backups.len(), 2);
    assert_eq!(backups[1].1, ["return-point"]);
    assert_eq!(
        needed_backups(&world.site.plan.site.state.join("backups")),
        [backups[1].0.clone()]
    );
    assert!(!world.place().join("documents").exists());
    world
        .host
        .verify_return_point(&world.site.plan, &world.place())
        .unwrap();
}

/// Above the limit what is new is tried, and about as much of the rest.
#[test]
fn of_many_documents_the_new_ones_and_a_sample_are_tried() {
    let mut world = World::new();
    for number in 0..200 {
        let name = format!("data/document_library/20101/20125/{number}/2.0");
        world.site.write(&name, &format!("{number:0>100}"), 0o640);
    }
    world.site.plan.site.backups.as_mut().unwrap().sample_above = 2000;
    world.prove().unwrap();
    assert_eq!(world.record().documents_compared, 202, "everything is new");
    world
        .site
        .write("data/document_library/20101/20125/new/1.0", "new", 0o640);
    let lines = world.prove().unwrap();
    let record = world.record();
    // 20 of 202 by chance: the standard deviation is 4.
    assert!((2..60).contains(&record.documents_compared), "{record:?}");
    assert!(
        lines
            .iter()
            .any(|line| line.contains("203 files") && line.contains("a sample")),
        "{lines:?}"
    );
    assert_eq!(record.documents, 203);
}

#[test]
fn a_lost_pack_is_told_before_anything_moves() {
    let world = World::new();
    world.prove().unwrap();
    world.take();
    world.write_more();
    for pack in world.packs() {
        let mut bytes = fs::read(&pack).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        bytes[20] ^= 1;
        fs::set_permissions(&pack, Permissions::from_mode(0o600)).unwrap();
        fs::write(&pack, bytes).unwrap();
    }
    let refused = world
        .host
        .verify_return_point(&world.site.plan, &world.place());
    assert_eq!(refused.unwrap_err().code, codes::REPOSITORY_DAMAGED);
    assert_eq!(world.restore().unwrap_err().code, codes::REPOSITORY_DAMAGED);
    assert_eq!(
        fs::read_to_string(world.document("101/1.1")).unwrap(),
        "changed"
    );
    assert!(!world.site.run_folder().join("set-aside").exists());
}

#[test]
fn a_backup_that_somebody_forgot_is_no_return_point() {
    let world = World::new();
    world.take();
    let place = world.repository().repository;
    remove_tree(&world.site.plan.site.state, &place).unwrap();
    let found = world.host.return_point(&world.site.plan, &world.place());
    assert_eq!(found.unwrap_err().code, codes::REPOSITORY_MISSING);
    world.repository().open_or_make().unwrap();
    let found = world.host.return_point(&world.site.plan, &world.place());
    assert_eq!(found.unwrap_err().code, codes::PROOF_FAILED);
}

#[test]
fn a_repository_that_cannot_be_used_is_no_place_for_documents() {
    let mut world = World::new();
    world.prove().unwrap();
    let key = world.repository().key_file;
    fs::rename(&key, key.with_extension("away")).unwrap();
    assert_eq!(world.prove().unwrap_err().code, codes::REPOSITORY_KEY);
    assert_eq!(world.try_take().unwrap_err().code, codes::REPOSITORY_KEY);
    fs::rename(key.with_extension("away"), &key).unwrap();

    let store = world.site.plan.site.store.clone().unwrap();
    world.site.plan.site.backups.as_mut().unwrap().repository = store.join("backups");
    assert_eq!(world.prove().unwrap_err().code, codes::BACKUP_FAILED);
    assert!(!store.join("backups").exists());
}

/// A killed attempt leaves a backup that nothing needs; the next one is taken anew.
#[test]
fn a_return_point_that_was_not_sealed_is_taken_again() {
    let world = World::new();
    world.prove().unwrap();
    world.take();
    fs::remove_file(world.place().join("manifest.json")).unwrap();
    world
        .site
        .write("data/document_library/20101/20125/9/1.0", "later", 0o640);
    let point = world.take();
    assert_eq!(point.documents, (3, 16));
    world.write_more();
    world.restore().unwrap();
    assert_eq!(
        fs::read_to_string(world.document("9/1.0")).unwrap(),
        "later"
    );
    world.assert_back(&point);
}
