//! raylift or the server is killed in the middle, and the same thing is asked for once more.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use raylift_model::codes;
use raylift_model::plan::ReturnMeans;
use raylift_run::host::Host;

use super::{copying, copying_on, shown};
use crate::server::{Kind, mortal, tools};
use crate::session::Session;
use crate::world::{PASSWORD, State, World, assert_same};

const COPYING: &str = "copying the database on its server";

/// Takes or restores, and kills the server when raylift says that it is at its copy.
fn killed(world: &World, act: impl FnOnce(&mut dyn FnMut(String)) -> &'static str) {
    let mut dead = false;
    let code = act(&mut |line| {
        if !dead && line == COPYING {
            dead = true;
            world.server.kill();
        }
    });
    assert_eq!(code, codes::DATABASE_UNREACHABLE);
    assert!(dead);
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
    assert_same(&world.state_of(&world.point()), &before);
}

/// What a killed attempt left under the copy's name is not taken for it.
#[test]
fn a_half_made_copy_is_made_anew() {
    let world = copying();
    let before = world.state();
    world.take();
    std::fs::remove_file(world.place().join("manifest.json")).unwrap();
    let role = world.server.name(&world.user);
    world.server.sql(
        &world.point(),
        &format!("set role {role};\ndrop table Bytes;"),
    );
    world.take();
    assert_same(&world.state_of(&world.point()), &before);
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

    // Nobody comes past this lock, so that the copy hangs in its middle.
    let mut lock = psql(&world, "postgres", "postgres", "test-bed");
    tell(&mut lock, "begin; lock table pg_database in share mode;\n");
    waits(
        &world,
        "relation = 'pg_database'::regclass and mode = 'ShareLock'",
    );
    let mut client = psql(&world, &world.user, &world.database, PASSWORD);
    let (point, live) = (server.name(&world.point()), server.name(&world.database));
    tell(
        &mut client,
        &format!("\\c postgres\nCREATE DATABASE {point} TEMPLATE {live} STRATEGY FILE_COPY;\n"),
    );
    waits(&world, "relation = 'pg_database'::regclass and not granted");
    client.kill().unwrap();
    client.wait().unwrap();

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

fn psql(world: &World, user: &str, database: &str, password: &str) -> Child {
    Command::new(tools(Kind::Postgresql).join("psql"))
        .env("PGPASSWORD", password)
        .env("PGDATABASE", database)
        .args(["-h", "127.0.0.1", "-p", &world.server.port.to_string()])
        .args(["-X", "-q", "-U", user, "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn tell(client: &mut Child, statements: &str) {
    use std::io::Write;
    let input = client.stdin.as_mut().unwrap();
    input.write_all(statements.as_bytes()).unwrap();
    input.flush().unwrap();
}

/// Until a lock of this kind is there.
fn waits(world: &World, which: &str) {
    let begun = Instant::now();
    let query = format!("select count(*) from pg_locks where {which};");
    while world.server.sql("", &query).trim() == "0" {
        assert!(begun.elapsed() < Duration::from_secs(30), "{which}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
