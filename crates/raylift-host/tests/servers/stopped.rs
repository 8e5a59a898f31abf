//! Somebody asks for the end of a drill while a tool works: nothing of it stays on the server or on the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use raylift_backup::Stop;
use raylift_host::bridge::{Bridge, Mode};
use raylift_host::effects::drill;
use raylift_model::codes;

use crate::killed::with_large_table;
use crate::server::Kind;
use crate::session::Session;
use crate::world::{World, assert_same};

/// A tool ends within ten seconds.
const SOON: Duration = Duration::from_secs(30);

/// From the moment at which the database is there that is loaded into.
const LOADING: &str = "loading";

fn leaves_nothing(kind: Kind) {
    let world = with_large_table(World::new(kind).server);
    let before = world.state();
    for work in [
        "reading the rows: ",
        "dumping the database: ",
        LOADING,
        "comparing the restored database",
    ] {
        let asked = Arc::new(AtomicBool::new(false));
        let mut since = None;
        let (server, proof) = (world.server, world.ours("proof"));
        let flag = Arc::clone(&asked);
        // A small dump is loaded without a word.
        let watch = (work == LOADING).then(|| {
            std::thread::spawn(move || {
                let begun = Instant::now();
                while begun.elapsed() < SOON && !server.databases().contains(&proof) {
                    std::thread::sleep(Duration::from_millis(10));
                }
                flag.store(true, Ordering::Relaxed);
            })
        });
        let drilled = drill(
            &world.site.plan.site,
            &world.access(),
            &world.scratch(),
            &Stop::when(Arc::clone(&asked)),
            &mut |line| {
                if line.contains(work) && since.is_none() {
                    since = Some(Instant::now());
                    asked.store(true, Ordering::Relaxed);
                }
            },
        );
        if let Some(watch) = watch {
            watch.join().unwrap();
            since = Some(Instant::now());
        }
        let error = drilled.unwrap_err();
        assert_eq!(error.code, codes::INTERRUPTED, "{work}: {error}");
        assert!(error.evidence.is_empty(), "{work}: {:?}", error.evidence);
        assert!(since.is_some_and(|since| since.elapsed() < SOON), "{work}");
        assert_eq!(world.made(), [""; 0], "{work}");
        assert!(!world.scratch().exists(), "{work}");
    }
    assert_same(&world.state(), &before);
}

#[test]
fn a_drill_that_is_stopped_leaves_nothing_on_postgresql() {
    leaves_nothing(Kind::Postgresql);
}

#[test]
fn a_drill_that_is_stopped_leaves_nothing_on_mariadb() {
    leaves_nothing(Kind::Mariadb);
}

/// Counting waits for whoever has locked a table, as it would take its time with a large one.
#[test]
fn counting_rows_ends_when_that_is_asked_for() {
    let world = World::new(Kind::Postgresql);
    let lock = Session::open(
        &world,
        "BEGIN; LOCK TABLE Release_ IN ACCESS EXCLUSIVE MODE;",
    );
    let locked = "select count(*) from pg_locks where mode = 'AccessExclusiveLock' and granted and relation = 'release_'::regclass";
    let begun = Instant::now();
    while world.sql(locked).trim() != "1" {
        assert!(begun.elapsed() < SOON);
        std::thread::sleep(Duration::from_millis(50));
    }
    let asked = Arc::new(AtomicBool::new(false));
    let mut bridge = Bridge::open(&world.access(), Mode::ReadOnly)
        .unwrap()
        .stopping(&Stop::when(Arc::clone(&asked)));
    let begun = Instant::now();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        asked.store(true, Ordering::Relaxed);
    });
    let error = bridge.tables().unwrap_err();
    assert_eq!(error.code, codes::INTERRUPTED, "{}", error.message);
    let took = begun.elapsed();
    assert!(
        (Duration::from_millis(400)..SOON).contains(&took),
        "{took:?}"
    );
    lock.end();
}
