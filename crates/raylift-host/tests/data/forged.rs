//! Return points that somebody else than raylift wrote to. What they name is not believed.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use raylift_host::effects::RealHost;
use raylift_model::codes;
use raylift_run::host::{Host, HostError};
use rustix::fs::OFlags;
use serde_json::{Value, json};

use crate::World;
use crate::database::digests;

/// A way back with the list as `forge` leaves it; nothing may come of it.
fn refused(world: &World, forge: impl FnOnce(&mut Value)) -> HostError {
    world.take();
    world.write_more();
    let list = world.place().join("manifest.json");
    let mut forged = serde_json::from_slice(&fs::read(&list).unwrap()).unwrap();
    forge(&mut forged);
    fs::write(&list, forged.to_string()).unwrap();
    let database = digests(world.database.folder());
    let error = world.restore().unwrap_err();
    assert_eq!(error.code, codes::PROOF_FAILED, "{error}");
    assert_eq!(digests(world.database.folder()), database);
    assert_eq!(
        fs::read_to_string(world.document("101/1.1")).unwrap(),
        "changed"
    );
    assert!(!world.site.run_folder().join("set-aside").exists());
    error
}

fn verified(world: &World) -> Result<(), HostError> {
    let host: &RealHost = &world.host;
    host.verify_return_point(&world.site.plan, &world.place())
}

#[test]
fn documents_go_back_to_the_plans_store_and_nowhere_else() {
    let world = World::new();
    let elsewhere = world.site.home().join("elsewhere");
    let error = refused(&world, |list| {
        list["note"]["kept"]["root"] = json!(elsewhere)
    });
    assert!(error.message.contains("elsewhere"), "{error}");
    assert!(!elsewhere.exists());
    // A rollback asks for this before it undoes anything.
    assert_eq!(verified(&world).unwrap_err().code, codes::PROOF_FAILED);
}

#[test]
fn documents_come_from_the_plans_repository_and_no_other() {
    let world = World::new();
    let other = world.site.home().join("other");
    let error = refused(&world, |list| {
        let place = &mut list["note"]["kept"]["place"];
        // Such a repository opens; it is only not the plan's.
        std::os::unix::fs::symlink(place["repository"].as_str().unwrap(), &other).unwrap();
        place["repository"] = json!(other);
    });
    assert!(error.message.contains("repository"), "{error}");
    assert_eq!(verified(&world).unwrap_err().code, codes::PROOF_FAILED);
}

/// Whoever only asks for the return point, as `status` does, opens nothing that it names.
#[test]
fn nothing_of_another_repository_is_opened() {
    let world = World::new();
    let pipe = world.site.home().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let asked_for = AtomicBool::new(false);
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        // Opens only where somebody else waits to read, and lets them go on.
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                let mut writing = OpenOptions::new();
                writing
                    .write(true)
                    .custom_flags(OFlags::NONBLOCK.bits().cast_signed());
                asked_for.fetch_or(writing.open(&pipe).is_ok(), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(5));
            }
        });
        let asked = catch_unwind(AssertUnwindSafe(|| {
            refused(&world, |list| {
                list["note"]["kept"]["place"]["key_file"] = json!(pipe);
            });
            let asked = world.host.return_point(&world.site.plan, &world.place());
            [asked.map(drop), verified(&world)].map(|refused| refused.unwrap_err().code)
        }));
        ended.store(true, Ordering::Relaxed);
        assert_eq!(asked.unwrap(), [codes::PROOF_FAILED; 2]);
    });
    assert!(!asked_for.into_inner());
}

/// A database on a server is of the run whose return point it is, whatever its list says; no server is asked.
#[test]
fn the_database_comes_from_the_runs_own_copy_and_no_other() {
    let world = World::new();
    let error = refused(&world, |list| list["note"]["copy"] = json!("payroll"));
    assert!(error.message.contains("database payroll"), "{error}");
    assert_eq!(verified(&world).unwrap_err().code, codes::PROOF_FAILED);
}

#[test]
fn the_databases_files_go_back_to_the_sites_folder_and_nowhere_else() {
    let world = World::new();
    let elsewhere = world.site.home().join("elsewhere");
    let error = refused(&world, |list| list["parts"][0]["root"] = json!(elsewhere));
    assert!(error.message.contains("elsewhere"), "{error}");
    assert!(!elsewhere.exists());
}

#[test]
fn a_part_that_no_plan_has_is_refused() {
    let world = World::new();
    let error = refused(&world, |list| {
        let mut part = list["parts"][0].clone();
        part["name"] = json!("more");
        part["entries"] = json!([]);
        list["parts"].as_array_mut().unwrap().push(part);
    });
    assert!(error.message.contains("named more"), "{error}");
}

#[test]
fn a_path_that_leads_out_of_the_copies_is_refused() {
    for path in ["../../../planted", "/planted"] {
        let world = World::new();
        let error = refused(&world, |list| {
            list["parts"][0]["entries"][0]["path"] = json!(path);
        });
        assert!(error.message.contains("leads out"), "{error}");
    }
}

/// The folder of the store is resolved when it is taken and when it comes back.
#[test]
fn a_store_behind_a_link_comes_back() {
    for lost in [false, true] {
        let mut world = World::new();
        let store = world.site.plan.site.store.clone().unwrap();
        let link = world.site.home().join("documents-link");
        std::os::unix::fs::symlink(&store, &link).unwrap();
        world.site.plan.site.store = Some(link);
        let point = world.take();
        world.write_more();
        if lost {
            fs::remove_dir_all(&store).unwrap();
        }
        verified(&world).unwrap();
        world.restore().unwrap();
        world.assert_back(&point);
    }
}
