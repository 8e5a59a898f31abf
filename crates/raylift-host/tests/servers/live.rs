//! A site that is being used while its restore point is proven.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use raylift_model::codes;
use raylift_run::host::Host;

use crate::server::{Kind, shared};
use crate::session::Session;
use crate::world::{PASSWORD, World, assert_same, unique};

/// Rows that come meanwhile are no difference, and nothing of them is lost.
fn written_to(kind: Kind) {
    let world = World::new(kind);
    let stop = Arc::new(AtomicBool::new(false));
    let users = {
        let (stop, database, server) = (Arc::clone(&stop), world.database.clone(), shared(kind));
        std::thread::spawn(move || {
            let mut written = 0_u64;
            while !stop.load(Ordering::Relaxed) {
                written += 1;
                let id = 5000 + written;
                let statement =
                    format!("insert into Address (addressId, userId) values ({id}, 1);");
                server.sql(&database, &statement);
            }
            written
        })
    };
    let lines = world.prove();
    stop.store(true, Ordering::Relaxed);
    let written = users.join().unwrap();
    let lines = lines.unwrap();
    assert!(written > 0);
    assert!(
        lines[0].contains("of 1 that were written to meanwhile the number of rows"),
        "{lines:?}"
    );
    let count = "select count(*) from Address where addressId > 5000;";
    assert_eq!(world.sql(count).trim(), written.to_string());
    assert_eq!(world.made(), [""; 0]);
}

#[test]
fn postgresql_is_written_to() {
    written_to(Kind::Postgresql);
}

#[test]
fn mariadb_is_written_to() {
    written_to(Kind::Mariadb);
}

/// A table that goes away while the rows are read is no difference either.
fn table_goes(kind: Kind) {
    let world = World::new(kind);
    world.sql("create table Zz_gone (id integer);");
    let mut dropped = false;
    let lines = world
        .host
        .prove_restore_point(&world.site.plan, &world.scratch(), &mut |line| {
            if !dropped && line.starts_with("reading the rows") {
                dropped = true;
                world.sql("drop table Zz_gone;");
            }
        })
        .unwrap();
    assert!(dropped);
    assert!(lines[0].contains("every row of them"), "{lines:?}");
}

#[test]
fn postgresql_loses_a_table_meanwhile() {
    table_goes(Kind::Postgresql);
}

#[test]
fn mariadb_loses_a_table_meanwhile() {
    table_goes(Kind::Mariadb);
}

/// What an earlier rollback set aside under this run's names, whose folder is gone, is neither overwritten nor taken for
/// this run's own.
fn something_is_in_the_way(kind: Kind) {
    let world = World::new(kind);
    world.take();
    world.damage();
    let damaged = world.state();
    let aside = world.ours("aside");
    world.server.database(&aside, &world.user);
    for error in [world.prove().unwrap_err(), world.restore().unwrap_err()] {
        assert_eq!(error.code, codes::RESTORE_FAILED);
        assert!(error.message.contains(&aside), "{error}");
    }
    assert_same(&world.state(), &damaged);
    assert_eq!(world.made(), [aside]);
}

#[test]
fn postgresql_has_a_database_that_an_earlier_run_left() {
    something_is_in_the_way(Kind::Postgresql);
}

#[test]
fn mariadb_has_a_database_that_an_earlier_run_left() {
    something_is_in_the_way(Kind::Mariadb);
}

/// To an ordinary user PostgreSQL does not say what kind of session another role's is.
#[test]
fn a_session_of_another_role_is_named() {
    let world = World::new(Kind::Postgresql);
    assert_eq!(world.sessions(0), [""; 0]);
    let other = unique("colleague");
    world.server.user(&other, PASSWORD, false);
    let session = Session::open_as(&world, &other, "select 1;");
    let sessions = world.sessions(1);
    session.end();
    assert_eq!(sessions.len(), 1);
    assert!(
        sessions[0].contains(&format!("of user {other}")),
        "{sessions:?}"
    );
}
