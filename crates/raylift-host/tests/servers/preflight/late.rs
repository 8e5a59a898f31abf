//! Statements that a server ends for lack of time.

use raylift_model::codes;

use super::{answer, checks, sound};
use crate::server::Kind;
use crate::session::Session;
use crate::world::World;

fn code(world: &World, query: &str) -> &'static str {
    answer(world, query)
        .map_err(|error| error.code)
        .unwrap_err()
}

#[test]
fn postgresql_ends_a_statement_and_no_right_is_missing() {
    let world = sound(Kind::Postgresql);
    let user = world.server.name(&world.user);
    world.server.sql(
        "",
        &format!("alter role {user} set statement_timeout = '300ms';"),
    );
    let late = code(&world, "select pg_sleep(30)");
    assert_eq!(late, codes::DATABASE_TIMEOUT);
    // A statement that waits for a lock is late, and the check says so.
    world.server.sql(
        "",
        &format!("alter role {user} set statement_timeout = '2s';"),
    );
    let session = Session::open(
        &world,
        "begin; lock table Counter in access exclusive mode;",
    );
    let begun = std::time::Instant::now();
    let check = loop {
        let check = checks(&world).remove("counters").unwrap();
        if check.refused.is_some() || begun.elapsed().as_secs() > 30 {
            break check;
        }
    };
    session.end();
    assert!(check.timed_out, "{check:?}");
}

/// The limit stands in the statement, where the driver's own longer one does not hide it.
#[test]
fn mariadb_ends_a_statement_and_no_right_is_missing() {
    let world = sound(Kind::Mariadb);
    let limited = "set statement max_statement_time = 0.3 for \
        select count(*) from seq_1_to_100000000000 where seq % 7 = 8";
    assert_eq!(code(&world, limited), codes::DATABASE_TIMEOUT);
}
