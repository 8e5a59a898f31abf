//! raylift or the server is killed in the middle, and the same thing is asked for once more.

use std::process::Child;
use std::time::{Duration, Instant};

use raylift_model::codes;
use raylift_model::plan::ReturnMeans;
use raylift_run::host::Host;

use super::{copying, copying_on, psql, shown, tell};
use crate::server::{Kind, Server, mortal};
use crate::session::Session;
use crate::world::{PASSWORD, State, World, assert_same};

const COPYING: &str = "copying the database on its server";

/// Takes or restores, and kills the server in the middle of its copy: a lock that nobody comes past keeps it there.
fn killed(world: &World, act: impl FnOnce(&mut dyn FnMut(String)) -> &'static str) {
    let mut dead = None;
    let server = world.server;
    let code = act(&mut |line| {
        if dead.is_none() && line == COPYING {
            let mut lock = locked(world);
            dead = Some(std::thread::spawn(move || {
                waits(server, HANGS);
                server.kill();
                lock.wait().unwrap();
            }));
        }
    });
    assert_eq!(code, codes::DATABASE_UNREACHABLE);
    dead.unwrap().join().unwrap();
    world.server.start();
}

fn unchanged(world: &World, wanted: &State) {
    assert_same(&world.state(), wanted);
}

#[test]
fn the_server_is_killed_at_the_copy_there_and_back() {
    let (server, _turn) = mortal(Kind::Postgresql);
    let world = copying_on(server);
    let before = world.state();
    let (plan, place, means) = (&world.site.plan, world.place(), ReturnMeans::Copies);
    killed(&world, |progress| {
        let taken = world.host.take_return_point(plan, &place, &means, progress);
        taken.unwrap_err().code
    });
    unchanged(&world, &before);
    world.take();
    world.damage();
    let damaged = world.state();
    killed(&world, |progress| {
        let brought = world
            .host
            .restore_return_point(plan, &place, &means, progress);
        brought.unwrap_err().code
    });
    unchanged(&world, &damaged);
    world.verify().unwrap();
    world.restore().unwrap();
    unchanged(&world, &before);
    assert_eq!(world.aside().rows, damaged.rows);
    assert_same(&world.state_of_point(), &before);
}

/// What a killed attempt left under the copy's name is not taken for it.
#[test]
fn a_half_made_copy_is_made_anew() {
    let world = copying();
    let before = world.state();
    world.take();
    std::fs::remove_file(world.place().join("manifest.json")).unwrap();
    let role = world.server.name(&world.user);
    world.admit(true);
    world.server.sql(
        &world.point(),
        &format!("set role {role};\ndrop table Bytes;"),
    );
    world.take();
    assert_same(&world.state_of_point(), &before);
    assert_same(&world.state(), &before);
}

/// The client of an attempt is gone, and the server still copies for it: nothing may come of that afterwards.
#[test]
fn a_server_that_still_copies_is_ended() {
    let (server, _turn) = mortal(Kind::Postgresql);
    let world = copying_on(server);
    let before = world.state();
    // As after the note that a copy is begun, which a refused attempt leaves, too.
    let other = Session::open(&world, "select 1;");
    assert_eq!(world.sessions(1).len(), 1);
    world.try_take().unwrap_err();
    other.end();

    let mut lock = locked(&world);
    left_copying(&world, &world.database, &world.point());

    world.forget().unwrap();
    drop(lock.stdin.take());
    lock.wait().unwrap();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(world.made(), [""; 0]);
    let point = world.take();
    assert_eq!(point.release_rows.len(), 2, "{point:?}");
    assert_same(&world.state(), &before);
    world.forget().map_err(|error| shown(&error)).unwrap();
}

/// The same on the way back, where the copy is what nobody can connect to.
#[test]
fn a_server_that_still_copies_back_is_ended() {
    let (server, _turn) = mortal(Kind::Postgresql);
    let world = copying_on(server);
    let before = world.state();
    world.take();
    world.damage();
    let mut lock = locked(&world);
    left_copying(&world, &world.point(), &world.ours("back"));
    let begun = Instant::now();
    let (plan, place) = (&world.site.plan, world.place());
    let brought =
        world
            .host
            .restore_return_point(plan, &place, &ReturnMeans::Copies, &mut |line| {
                if line == "bringing the database back" {
                    drop(lock.stdin.take());
                }
            });
    brought.map_err(|error| shown(&error)).unwrap();
    assert!(
        begun.elapsed() < LOCKED / 2,
        "the lock's own end was waited for"
    );
    lock.wait().unwrap();
    assert_same(&world.state(), &before);
}

/// A client that breaks leaves its statement at work, and the site could not be started beside that.
#[test]
fn a_client_that_breaks_leaves_nothing_at_work() {
    let (server, _turn) = mortal(Kind::Postgresql);
    let world = copying_on(server);
    let before = world.state();
    let mut lock = locked(&world);
    let error = std::thread::scope(|scope| {
        let taking = scope.spawn(|| world.try_take().unwrap_err());
        waits(server, HANGS);
        kill_client_of(&world);
        taking.join().unwrap()
    });
    assert_eq!(error.code, codes::DUMP_FAILED, "{}", shown(&error));
    let active = "select count(*) from pg_stat_activity where query like 'CREATE DATABASE %' and state = 'active';";
    assert_eq!(server.sql("", active).trim(), "0");
    drop(lock.stdin.take());
    lock.wait().unwrap();
    assert_same(&world.state(), &before);
    world.forget().unwrap();
    assert_eq!(world.made(), [""; 0]);
}

/// The tool of raylift's that is connected as the site's user.
fn kill_client_of(world: &World) {
    use rustix::process::{Pid, Signal, kill_process};
    let mut killed = 0;
    for entry in std::fs::read_dir("/proc").unwrap() {
        let entry = entry.unwrap();
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let line = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        if line.contains("/psql\0") && line.contains(&format!("user='{}'", world.user)) {
            kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
            killed += 1;
        }
    }
    assert_eq!(killed, 1);
}

/// How long the server lets the lock be held at most.
const LOCKED: Duration = Duration::from_secs(60);
/// A statement that makes a database waits for the lock.
const HANGS: &str = "relation = 'pg_database'::regclass and not granted";

/// Nobody comes past this lock, so that a copy hangs in its middle.
fn locked(world: &World) -> Child {
    let mut lock = psql(world, "postgres", "postgres", "test-bed");
    let limit = LOCKED.as_secs();
    tell(
        &mut lock,
        &format!(
            "set idle_in_transaction_session_timeout = '{limit}s'; begin; lock table pg_database in share mode;\n"
        ),
    );
    waits(
        world.server,
        "relation = 'pg_database'::regclass and mode = 'ShareLock' and granted",
    );
    lock
}

/// What a killed raylift leaves: the server copies for a client that is gone.
fn left_copying(world: &World, from: &str, to: &str) {
    let mut client = psql(world, &world.user, "postgres", PASSWORD);
    let (from, to) = (world.server.name(from), world.server.name(to));
    tell(
        &mut client,
        &format!("CREATE DATABASE {to} TEMPLATE {from} STRATEGY FILE_COPY;\n"),
    );
    waits(world.server, HANGS);
    client.kill().unwrap();
    client.wait().unwrap();
}

/// Until a lock of this kind is there.
fn waits(server: &Server, which: &str) {
    let begun = Instant::now();
    let query = format!("select count(*) from pg_locks where {which};");
    while server.sql("", &query).trim() == "0" {
        assert!(begun.elapsed() < Duration::from_secs(30), "{which}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A role's limits are meant for the portal's statements.
#[test]
fn a_limit_for_statements_does_not_end_a_copy() {
    let (server, _turn) = mortal(Kind::Postgresql);
    let world = copying_on(server);
    let role = server.name(&world.user);
    for limit in ["lock_timeout", "statement_timeout"] {
        server.sql("", &format!("alter role {role} set {limit} = '500ms';"));
    }
    let mut lock = locked(&world);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            waits(server, HANGS);
            std::thread::sleep(Duration::from_secs(2));
            drop(lock.stdin.take());
        });
        world.take();
    });
    lock.wait().unwrap();
    world.forget().unwrap();
}
