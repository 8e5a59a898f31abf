//! Nobody can connect to the copy; somebody who let himself in is connected when it is to come back.

use std::time::{Duration, Instant};

use raylift_model::codes;

use super::{copying, psql, shown, tell};
use crate::world::{PASSWORD, World, assert_same};

fn in_the_copy(world: &World, wanted: &str) {
    let begun = Instant::now();
    let name = world.server.text(&world.point());
    let query = format!("select count(*) from pg_stat_activity where datname = {name};");
    while world.server.sql("", &query).trim() != wanted {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A nightly dump of everything and an exporter pass it by, an administrator is refused.
#[test]
fn nobody_can_connect() {
    let world = copying();
    world.take();
    for (user, password) in [(world.user.as_str(), PASSWORD), ("postgres", "test-bed")] {
        let mut session = psql(&world, user, &world.point(), password);
        assert_eq!(session.wait().unwrap().code(), Some(2), "{user}");
    }
    world.verify().unwrap();
    assert!(world.is_closed());
}

#[test]
fn sessions_that_the_user_may_end_are_ended() {
    let world = copying();
    let before = world.state();
    world.take();
    world.damage();
    world.admit(true);
    let mut session = psql(&world, &world.user, &world.point(), PASSWORD);
    tell(&mut session, "select 1;\n");
    in_the_copy(&world, "1");
    world.restore().map_err(|error| shown(&error)).unwrap();
    assert_same(&world.state(), &before);
    drop(session.stdin.take());
    session.wait().unwrap();
}

/// An ordinary user may not end an administrator's.
#[test]
fn other_sessions_are_named() {
    let world = copying();
    let before = world.state();
    world.take();
    world.damage();
    let damaged = world.state();
    world.admit(true);
    let mut session = psql(&world, "postgres", &world.point(), "test-bed");
    tell(&mut session, "select 1;\n");
    in_the_copy(&world, "1");
    let error = world.restore().unwrap_err();
    assert_eq!(error.code, codes::FOREIGN_SESSIONS, "{}", shown(&error));
    assert!(
        shown(&error).contains("of user postgres"),
        "{}",
        shown(&error)
    );
    assert_same(&world.state(), &damaged);
    drop(session.stdin.take());
    session.wait().unwrap();
    in_the_copy(&world, "0");
    world.restore().map_err(|error| shown(&error)).unwrap();
    assert_same(&world.state(), &before);
}
