//! Proof, return point and the way back, on a real HSQLDB 2.3.3 and a folder of documents.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../common/mod.rs"]
mod common;
#[allow(dead_code)]
#[path = "../bridge/database.rs"]
mod database;
mod forged;
#[path = "../common/parts.rs"]
mod parts;
mod repository;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{Site, owner};
use database::{Database, digests};
use raylift_backup::{BackupStore, PlainStore};
use raylift_host::bridge::{Bridge, Mode};
use raylift_host::effects::RealHost;
use raylift_model::codes;
use raylift_model::kept::Kept;
use raylift_model::plan::ReturnMeans;
use raylift_run::host::{Host, HostError, ReturnPoint};
use raylift_survey::machine::DatabaseAccess;

struct World {
    site: Site,
    database: Database,
    host: RealHost,
}

impl World {
    fn new() -> Self {
        Self::on(Database::with_content(), None)
    }

    fn on(database: Database, driver: Option<PathBuf>) -> Self {
        let mut site = Site::new();
        let mut access = database.access();
        access.class_path = driver.map_or(access.class_path, |driver| vec![driver]);
        site.plan.site.owner = access.owner.clone();
        site.plan.site.store = Some(site.home().join("data/document_library"));
        site.write("data/document_library/20101/20125/101/1.0", "first", 0o640);
        site.write("data/document_library/20101/20125/101/1.1", "second", 0o640);
        let index = site.write("data/elasticsearch/nodes/0/_state", "index", 0o600);
        site.plan.site.search_indexes = vec![index.ancestors().nth(3).unwrap().to_owned()];
        let host = host(&site, access);
        Self {
            site,
            database,
            host,
        }
    }

    fn scratch(&self) -> PathBuf {
        self.site.plan.site.state.join("scratch/0001-7.2.1")
    }

    fn prove(&self) -> Result<Vec<String>, HostError> {
        self.host
            .prove_restore_point(&self.site.plan, &self.scratch(), &mut |_| {})
    }

    fn place(&self) -> PathBuf {
        self.site.plan.site.state.join("backups/0001-7.2.1")
    }

    fn try_take(&self) -> Result<ReturnPoint, HostError> {
        self.host.take_return_point(
            &self.site.plan,
            &self.place(),
            &ReturnMeans::Copies,
            &mut |_| {},
        )
    }

    fn take(&self) -> ReturnPoint {
        self.try_take().unwrap()
    }

    fn restore(&self) -> Result<Vec<String>, HostError> {
        self.host.restore_return_point(
            &self.site.plan,
            &self.place(),
            &ReturnMeans::Copies,
            &mut |_| {},
        )
    }

    /// What the site's users do after the return point.
    fn write_more(&self) {
        let mut portal = self.database.portal();
        for statement in [
            "update Release_ set schemaVersion = '5.1.0', buildNumber = 7201, verified = false where releaseId = 1",
            "insert into DLFileEntry values (203, 20101, 20125, 0, '103', '1.0')",
        ] {
            assert_eq!(portal.run(statement), "done");
        }
        portal.shut_down();
        self.site
            .write("data/document_library/20101/20125/103/1.0", "third", 0o640);
        self.site.write(
            "data/document_library/20101/20125/101/1.1",
            "changed",
            0o640,
        );
        fs::remove_file(self.document("101/1.0")).unwrap();
    }

    fn document(&self, path: &str) -> PathBuf {
        self.site
            .home()
            .join("data/document_library/20101/20125")
            .join(path)
    }

    fn assert_back(&self, point: &ReturnPoint) {
        assert_eq!(
            self.host.release_rows(&self.site.plan).unwrap(),
            point.release_rows
        );
        assert_eq!(self.host.tables(&self.site.plan).unwrap(), point.tables);
        assert_eq!(
            fs::read_to_string(self.document("101/1.0")).unwrap(),
            "first"
        );
        assert_eq!(
            fs::read_to_string(self.document("101/1.1")).unwrap(),
            "second"
        );
        assert!(!self.document("103").exists());
        for folder in [
            self.database.folder().to_owned(),
            self.site.home().join("data/document_library"),
        ] {
            assert!(!folder.join(".raylift-restore").exists());
        }
    }
}

fn host(site: &Site, access: DatabaseAccess) -> RealHost {
    RealHost::new(
        site.run_folder(),
        Box::new(move |_| Ok(access.clone())),
        Box::new(|_, _| Err(HostError::new(codes::ACTION_FAILED, "no binding here"))),
        Arc::new(AtomicBool::new(false)),
    )
}

fn rows(point: &ReturnPoint, table: &str) -> u64 {
    let found = point
        .tables
        .iter()
        .find(|facts| facts.name.eq_ignore_ascii_case(table));
    found.unwrap().rows
}

#[test]
fn a_return_point_is_taken_once_and_comes_back_whole() {
    let world = World::new();
    let untouched = digests(world.database.folder());
    let (plan, place) = (&world.site.plan, world.place());
    assert_eq!(world.host.return_point(plan, &place).unwrap(), None);
    let point = world.take();
    assert_eq!(digests(world.database.folder()), untouched);
    assert_eq!(point.documents, (2, 11));
    assert_eq!(rows(&point, "DLFileEntry"), 2);
    assert_eq!(point.release_rows.len(), 3);
    world.write_more();
    assert_eq!(world.take(), point, "a complete one is never taken again");
    assert_eq!(
        world.host.return_point(plan, &place).unwrap().as_ref(),
        Some(&point)
    );

    let lines = world.restore().unwrap();
    let kept = lines.iter().filter_map(|line| Kept::of(line));
    let kept: Vec<(String, bool)> = kept
        .map(|kept| (kept.what, Path::new(&kept.place).is_dir()))
        .collect();
    let newer = |what: &str| (format!("the newer {what}"), true);
    assert_eq!(
        kept,
        [newer("database"), newer("documents"), newer("search index")],
        "{lines:?}"
    );
    world.assert_back(&point);
    assert_eq!(digests(world.database.folder()), untouched, "byte for byte");
    let aside = world.site.run_folder().join("set-aside");
    let newer = aside.join("documents/20101/20125/103/1.0");
    assert_eq!(fs::read_to_string(newer).unwrap(), "third");
    assert!(aside.join("database/lportal.script").exists());
    assert!(
        aside
            .join("indexes/0-elasticsearch/nodes/0/_state")
            .exists()
    );
    assert!(!world.site.home().join("data/elasticsearch").exists());
}

/// The site may have been started on what came back: a second call must not take that away.
#[test]
fn what_is_back_is_never_brought_back_again() {
    let world = World::new();
    world.take();
    let said = world.restore().unwrap();
    world.write_more();
    let newer = world.host.release_rows(&world.site.plan).unwrap();
    assert_eq!(
        world.restore().unwrap(),
        said,
        "who was killed before it was in the journal says it again"
    );
    assert_eq!(world.host.release_rows(&world.site.plan).unwrap(), newer);
    assert_eq!(
        fs::read_to_string(world.document("103/1.0")).unwrap(),
        "third"
    );
}

/// The states in which a kill can leave a part: half copied, half set aside, half moved in.
#[test]
fn a_restore_that_was_killed_goes_on_where_it_stood() {
    for step in 0..3 {
        let world = World::new();
        let point = world.take();
        world.write_more();
        let folder = world.database.folder();
        let staged = folder.join(".raylift-restore");
        let aside = world.site.run_folder().join("set-aside/database");
        let markers = world.site.run_folder().join("restore");
        fs::create_dir_all(&markers).unwrap();
        if step == 0 {
            fs::create_dir(&staged).unwrap();
            fs::write(staged.join("lportal.script"), "half").unwrap();
        } else {
            let store = PlainStore::new(world.place());
            let manifest = store.complete().unwrap().unwrap();
            store
                .restore(&manifest.parts[0], &staged, &mut |_| {})
                .unwrap();
            fs::write(markers.join("database.staged"), "").unwrap();
            fs::create_dir_all(&aside).unwrap();
            fs::rename(folder.join("lportal.script"), aside.join("lportal.script")).unwrap();
        }
        if step == 2 {
            let properties = "lportal.properties";
            fs::rename(folder.join(properties), aside.join(properties)).unwrap();
            fs::write(markers.join("database.aside"), "").unwrap();
            fs::rename(staged.join(properties), folder.join(properties)).unwrap();
        }
        world.restore().unwrap();
        world.assert_back(&point);
        let newer = fs::read_to_string(aside.join("lportal.script")).unwrap();
        assert!(
            newer.contains("7201"),
            "what was there is kept, step {step}"
        );
    }
}

#[test]
fn a_damaged_return_point_is_told_before_anything_moves() {
    let world = World::new();
    world.take();
    world.write_more();
    let newer = digests(world.database.folder());
    let copy = world.place().join("database/lportal.script");
    let text = fs::read_to_string(&copy).unwrap();
    fs::write(&copy, text.to_uppercase()).unwrap();
    assert_eq!(world.restore().unwrap_err().code, codes::PROOF_FAILED);
    assert_eq!(
        fs::read_to_string(world.document("101/1.1")).unwrap(),
        "changed"
    );
    fs::remove_file(&copy).unwrap();
    let error = world
        .host
        .return_point(&world.site.plan, &world.place())
        .unwrap_err();
    assert!(error.message.contains("lportal.script"), "{error}");
    assert!(world.restore().is_err());
    let mut files = digests(world.database.folder());
    files.retain(|(name, _)| name != ".raylift-restore");
    assert_eq!(files, newer);
}

#[test]
fn the_cores_row_gets_back_what_the_new_release_wrote_over() {
    let world = World::new();
    let point = world.take();
    let mut portal = world.database.portal();
    let overwritten = "update Release_ set buildNumber = 7201, buildDate = now, verified = false where releaseId = 1";
    assert_eq!(portal.run(overwritten), "done");
    assert_eq!(
        portal.run("insert into DLFileEntry values (203, 20101, 20125, 0, '103', '1.0')"),
        "done"
    );
    portal.shut_down();
    for _ in 0..2 {
        world
            .host
            .put_back_core_row(&world.site.plan, &world.place())
            .unwrap();
    }
    assert_eq!(
        world.host.release_rows(&world.site.plan).unwrap(),
        point.release_rows
    );
    let mut bridge = Bridge::open(&world.database.access(), Mode::ReadOnly)
        .map_err(|error| error.message)
        .unwrap();
    let row = bridge
        .core_row()
        .map_err(|error| error.message)
        .unwrap()
        .unwrap();
    assert_eq!(
        row.build_date.as_deref(),
        Some("2019-05-31 22:30:00.123456")
    );
    assert_eq!(
        rows(
            &ReturnPoint {
                tables: world.host.tables(&world.site.plan).unwrap(),
                ..point
            },
            "DLFileEntry"
        ),
        3,
        "nothing else is lost"
    );
    assert!(!world.database.folder().join("lportal.lck").exists());
}

#[test]
fn a_site_that_is_being_written_to_is_proven_and_left_as_it_is() {
    let world = World::new();
    let mut portal = world.database.portal();
    let stop = Arc::new(AtomicBool::new(false));
    let users = {
        let stop = Arc::clone(&stop);
        let document = world.document("101/1.1");
        std::thread::spawn(move || {
            let mut written = 0;
            while !stop.load(Ordering::Relaxed) {
                written += 1;
                let id = 1000 + written;
                let row =
                    format!("insert into DLFileEntry values ({id}, 20101, 20125, 0, 'x', '1.0')");
                assert_eq!(portal.run(&row), "done");
                if written < 40 {
                    fs::write(&document, format!("version {written}")).unwrap();
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            portal.shut_down();
            written
        })
    };
    let scratch = world.site.plan.site.state.join("scratch/0001-7.2.1");
    let lines = world
        .host
        .prove_restore_point(&world.site.plan, &scratch, &mut |_| {});
    stop.store(true, Ordering::Relaxed);
    let written = users.join().unwrap();
    let lines = lines.unwrap();
    assert!(lines[0].starts_with("database: "), "{lines:?}");
    assert!(lines[1].starts_with("documents: 2 files"), "{lines:?}");
    assert!(!scratch.exists());
    let tables = world.host.tables(&world.site.plan).unwrap();
    let entries = tables
        .iter()
        .find(|table| table.name.eq_ignore_ascii_case("DLFileEntry"));
    assert_eq!(
        entries.unwrap().rows,
        2 + written,
        "nothing that was written meanwhile is lost"
    );
}

/// The helper runs as the site's user and must reach the copies; everything that comes back belongs to that user.
#[test]
fn a_site_of_another_user_keeps_its_owner() {
    let database = Database::with_content();
    let user = owner();
    database.give_to(user.uid, user.gid);
    let driver = database.readable_driver();
    fs::set_permissions(
        database.folder(),
        std::os::unix::fs::PermissionsExt::from_mode(0o750),
    )
    .unwrap();
    let world = World::on(database, Some(driver));
    let scratch = world.site.plan.site.state.join("scratch/0001-7.2.1");
    world
        .host
        .prove_restore_point(&world.site.plan, &scratch, &mut |_| {})
        .unwrap();
    let point = world.take();
    fs::write(world.document("101/1.1"), "changed").unwrap();
    world.restore().unwrap();
    world.assert_back(&point);
    world
        .host
        .put_back_core_row(&world.site.plan, &world.place())
        .unwrap();
    let store = world.site.home().join("data/document_library");
    for root in [world.database.folder(), store.as_path()] {
        for entry in walkdir::WalkDir::new(root) {
            let path = entry.unwrap().into_path();
            let stat = fs::symlink_metadata(&path).unwrap();
            assert_eq!(
                (stat.uid(), stat.gid()),
                (user.uid, user.gid),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn without_a_return_point_there_is_nothing_to_bring_back() {
    let world = World::new();
    assert_eq!(
        world.restore().unwrap_err().code,
        codes::NOTHING_TO_ROLL_BACK
    );
    let error = world
        .host
        .put_back_core_row(&world.site.plan, &world.place())
        .unwrap_err();
    assert_eq!(error.code, codes::NOTHING_TO_ROLL_BACK);
}
