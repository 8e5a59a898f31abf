//! A site that is being used while its restore point is proven.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use raylift_run::host::Host;

use crate::server::{Kind, shared};
use crate::world::World;

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
