//! Documents of proof and return point in the backup repository.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use raylift_backup::repository::{Access, Folder, Lock, Place, Storage};
use raylift_host::backup::needed_backups;
use raylift_host::effects::RealHost;
use raylift_host::effects::remove::remove_tree;
use raylift_model::codes;
use raylift_model::plan::{Action, Phase, PlannedAction, ReturnMeans};
use raylift_model::proof::ProofRecord;
use raylift_run::host::{Host, HostError};

use crate::World;

impl World {
    fn that_takes_copies() -> Self {
        let mut world = Self::new();
        world.site.plan.actions.push(PlannedAction {
            action: Action::TakeReturnPoint {
                place: world.place(),
                means: ReturnMeans::Copies,
            },
            phase: Phase::Quiesced,
        });
        world
    }

    fn repository(&self) -> Place {
        let planned = self.site.plan.site.backups.clone();
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
    let second = world.record();
    let second = second.snapshot.unwrap();
    assert_ne!(second, snapshot);
    assert_eq!(
        world.backups(),
        [(second.clone(), vec!["proof".to_owned()])]
    );

    assert_eq!(
        needed_backups(&world.site.plan.site.state.join("backups")).unwrap(),
        [""; 0]
    );
    let point = world.take();
    assert_eq!(point.documents, (2, 11));
    let backups = world.backups();
    assert_eq!(backups.len(), 2);
    assert_eq!(backups[1].1, ["return-point"]);
    assert_eq!(
        needed_backups(&world.site.plan.site.state.join("backups")).unwrap(),
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
    world.site.plan.site.backups.sample_above = 2000;
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
    assert_eq!(found.unwrap_err().code, codes::REPOSITORY_GONE);
    world.repository().make().unwrap();
    let found = world.host.return_point(&world.site.plan, &world.place());
    assert_eq!(found.unwrap_err().code, codes::PROOF_FAILED);
}

/// Whoever has the repository is waited for while the site serves.
#[test]
fn the_run_waits_for_the_repository_before_the_stop() {
    let world = World::that_takes_copies();
    let mut said = Vec::new();
    let plan = &world.site.plan;
    let wait = |lock: &mut Option<Box<dyn Lock>>, said: &mut Vec<String>| {
        let mut told = |line: String| {
            lock.take();
            said.push(line);
        };
        world.host.await_backups(plan, &mut told)
    };
    // Before the first proof there is none.
    wait(&mut None, &mut said).unwrap();
    world.prove().unwrap();
    wait(&mut None, &mut said).unwrap();
    assert!(said.is_empty(), "{said:?}");
    // As one that frees space has it.
    let folder = Folder::new(world.repository().repository);
    let mut lock = Some(folder.lock(Access::Write).unwrap());
    wait(&mut lock, &mut said).unwrap();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("process"), "{said:?}");
    world.take();
}

/// The run stops before the next action then.
#[test]
fn who_asks_to_stop_is_heard_while_the_repository_is_waited_for() {
    let world = World::that_takes_copies();
    world.prove().unwrap();
    let asked = Arc::new(AtomicBool::new(false));
    let host = RealHost::new(
        world.site.run_folder(),
        Box::new(|_| Err(HostError::new(codes::ACTION_FAILED, "no database here"))),
        Box::new(|_, _| Err(HostError::new(codes::ACTION_FAILED, "no binding here"))),
        Arc::clone(&asked),
    );
    let folder = Folder::new(world.repository().repository);
    let mut lock = Some(folder.lock(Access::Write).unwrap());
    let mut said = 0;
    let mut told = |_: String| {
        said += 1;
        asked.store(true, Ordering::Relaxed);
        if said > 1 {
            lock.take();
        }
    };
    host.await_backups(&world.site.plan, &mut told).unwrap();
    assert_eq!(said, 1, "it waited on");
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

    let place = world.repository().repository;
    fs::rename(&place, place.with_extension("away")).unwrap();
    assert_eq!(world.prove().unwrap_err().code, codes::REPOSITORY_GONE);
    assert_eq!(world.try_take().unwrap_err().code, codes::REPOSITORY_GONE);
    assert!(!place.exists(), "no second one hides it");
    fs::rename(place.with_extension("away"), &place).unwrap();

    let store = world.site.plan.site.store.clone().unwrap();
    world.site.plan.site.backups.repository = store.join("backups");
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

/// A store that is not mounted is an empty folder: nothing of it must take the place of what was proven.
#[test]
fn an_empty_store_proves_nothing_where_the_database_lists_documents() {
    let world = World::new();
    world.prove().unwrap();
    let proven = world.backups();
    let store = world.site.plan.site.store.clone().unwrap();
    let elsewhere = world.site.home().join("data/elsewhere");
    fs::rename(&store, &elsewhere).unwrap();
    for there in [false, true] {
        if there {
            fs::create_dir(&store).unwrap();
        }
        let error = world.prove().unwrap_err();
        assert_eq!(error.code, codes::PROOF_FAILED);
        assert!(error.message.contains("is it mounted?"), "{error}");
        assert_eq!(world.backups(), proven);
    }
}

/// What a rollback set aside in a store on another device is no part of the store.
#[test]
fn what_was_set_aside_in_the_store_is_no_document() {
    let world = World::new();
    let aside = ".raylift-set-aside-0000-7.2.0/20101/1.0";
    world
        .site
        .write(format!("data/document_library/{aside}"), "older", 0o640);
    let point = world.take();
    assert_eq!(point.documents, (2, 11));
    assert_eq!(
        world.host.documents(&world.site.plan).unwrap(),
        Some(point.documents)
    );
    world.restore().unwrap();
    let kept = world.site.home().join("data/document_library").join(aside);
    assert_eq!(fs::read_to_string(kept).unwrap(), "older");
}

/// Until something was moved a copy that somebody removed is made anew; later that is told, and nothing is claimed.
#[test]
fn a_staged_copy_that_somebody_removed_is_not_taken_for_nothing() {
    for moved in [false, true] {
        let world = World::new();
        let point = world.take();
        world.write_more();
        let markers = world.site.run_folder().join("restore");
        fs::create_dir_all(&markers).unwrap();
        fs::write(markers.join("documents.staged"), "").unwrap();
        if moved {
            fs::write(markers.join("documents.aside"), "").unwrap();
            let error = world.restore().unwrap_err();
            assert_eq!(error.code, codes::RESTORE_FAILED);
            assert!(error.message.contains("somebody removed"), "{error}");
        } else {
            world.restore().unwrap();
            world.assert_back(&point);
        }
    }
}

#[test]
fn a_table_that_was_dropped_since_the_plan_stops_the_proof_and_the_return_point() {
    let mut world = World::new();
    world.site.plan.site.tables = world.host.tables(&world.site.plan).unwrap();
    world.prove().unwrap();
    let mut portal = world.database.portal();
    assert_eq!(portal.run("drop table DLFileEntry"), "done");
    portal.shut_down();
    for error in [world.prove().unwrap_err(), world.try_take().unwrap_err()] {
        assert_eq!(error.code, codes::PLAN_STALE);
        assert_eq!(error.evidence, ["DLFILEENTRY, with 2 rows then"]);
    }
    assert!(!world.place().join("manifest.json").exists());
}
