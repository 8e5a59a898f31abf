//! What keeps the live database from being copied: told by a code, and nothing has changed.

use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use raylift_model::codes;

use super::{copying, modest, shown};
use crate::server::{Kind, Server, mortal, tools};
use crate::session::Session;
use crate::world::{PASSWORD, World, assert_same};

#[test]
fn somebody_else_is_connected() {
    let world = copying();
    let before = world.state();
    let session = Session::open(&world, "select 1;");
    assert_eq!(world.sessions(1).len(), 1);
    let error = world.try_take().unwrap_err();
    assert_eq!(error.code, codes::FOREIGN_SESSIONS, "{}", shown(&error));
    let named = format!("of user {} from 127.0.0.1", world.user);
    assert!(shown(&error).contains(&named), "{}", shown(&error));
    assert!(!world.place().join("manifest.json").exists());
    session.end();
    assert_eq!(world.made(), [""; 0]);
    assert_same(&world.state(), &before);
    world.take();
    world.verify().unwrap();
    world.forget().unwrap();
    assert_eq!(world.made(), [""; 0]);
}

#[test]
fn the_user_may_not_make_databases() {
    let world = modest();
    let before = world.state();
    for error in [world.prove().unwrap_err(), world.try_take().unwrap_err()] {
        assert_eq!(error.code, codes::DATABASE_RIGHTS, "{}", shown(&error));
    }
    assert_eq!(world.made(), [""; 0]);
    assert_same(&world.state(), &before);
}

/// Whoever copies a database that is no template must own it.
#[test]
fn the_user_does_not_own_the_database() {
    let owned = copying();
    let user = crate::world::unique("other");
    owned.server.user(&user, PASSWORD, true);
    let name = owned.server.name(&user);
    owned.sql(&format!(
        "grant select on all tables in schema public to {name};"
    ));
    let before = owned.state();
    let world = World::of(owned.server, &owned.database, &user, PASSWORD).copying();
    let error = world.try_take().unwrap_err();
    assert_eq!(error.code, codes::DATABASE_RIGHTS, "{}", shown(&error));
    assert_eq!(world.made(), [""; 0]);
    assert_same(&owned.state(), &before);
}

/// A site whose database has a collation with a version.
fn collated(server: &'static Server) -> World {
    let user = crate::world::unique("portal");
    let database = crate::world::unique("lportal");
    server.user(&user, PASSWORD, true);
    let (name, owner) = (server.name(&database), server.name(&user));
    server.sql(
        "",
        &format!(
            "create database {name} owner {owner} template template0 encoding 'UTF8' locale_provider icu icu_locale 'de' locale 'C.UTF-8';"
        ),
    );
    crate::content::fill(server, &database, &user);
    World::of(server, &database, &user, PASSWORD).copying()
}

fn made_elsewhere(server: &Server, database: &str) {
    let quoted = server.text(database);
    server.sql(
        "",
        &format!("update pg_database set datcollversion = '1.2.3' where datname = {quoted};"),
    );
}

/// After an update of the operating system PostgreSQL does not copy such a database, and only the live one shows it.
#[test]
fn the_collation_is_of_another_version() {
    let (server, _turn) = mortal(Kind::Postgresql);
    let world = collated(server);
    world.prove().unwrap();
    made_elsewhere(server, &world.database);
    let before = world.state();
    let error = world.prove().unwrap_err();
    assert_eq!(error.code, codes::DUMP_FAILED, "{}", shown(&error));
    assert!(error.message.contains("1.2.3"), "{}", shown(&error));
    let error = world.try_take().unwrap_err();
    assert!(
        shown(&error).contains("collation version mismatch"),
        "{}",
        shown(&error)
    );
    assert_eq!(world.made(), [""; 0]);
    assert_same(&world.state(), &before);
}

/// The update of the operating system comes while the new release is tried: said before anything is undone.
#[test]
fn the_collation_of_the_copy_is_of_another_version() {
    let (server, _turn) = mortal(Kind::Postgresql);
    let world = collated(server);
    let before = world.state();
    world.take();
    world.damage();
    made_elsewhere(server, &world.point());
    let error = world.verify().unwrap_err();
    assert_eq!(error.code, codes::PROOF_FAILED, "{}", shown(&error));
    let point = server.name(&world.point());
    let statement = format!("ALTER DATABASE {point} REFRESH COLLATION VERSION;");
    assert!(error.message.contains(&statement), "{error}");
    let role = server.name(&world.user);
    server.sql("", &format!("set role {role}; {statement}"));
    world.verify().unwrap();
    world.restore().unwrap();
    assert_same(&world.state(), &before);
}

/// The server counts others than clients, too, and no look at sessions shows them.
#[test]
fn others_than_clients_are_in_the_database() {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        let options = [
            "-c",
            "max_prepared_transactions=2",
            "-c",
            "wal_level=logical",
        ];
        Server::new(Kind::Postgresql, &options)
    });
    let world = super::copying_on(server);
    let before = world.state();
    let refused = |named: &str| {
        let error = world.prove().unwrap_err();
        assert_eq!(error.code, codes::DUMP_FAILED, "{}", shown(&error));
        assert!(shown(&error).contains(named), "{}", shown(&error));
        let error = world.try_take().unwrap_err();
        assert_eq!(error.code, codes::FOREIGN_SESSIONS, "{}", shown(&error));
        assert!(shown(&error).contains(named), "{}", shown(&error));
    };
    world.sql("begin; insert into Bytes values (88, null); prepare transaction 'left over';");
    refused("prepared transaction left over of user ");
    world.sql("rollback prepared 'left over';");

    let mut reader = Command::new(tools(Kind::Postgresql).join("pg_recvlogical"))
        .env("PGPASSWORD", "test-bed")
        .args(["-h", "127.0.0.1", "-p", &server.port.to_string()])
        .args(["-U", "postgres", "-d", &world.database])
        .args([
            "--slot=warehouse",
            "--create-slot",
            "--start",
            "-f",
            "/dev/null",
        ])
        .spawn()
        .unwrap();
    let active = |wanted: &str| {
        let begun = Instant::now();
        let query = "select count(active_pid) from pg_replication_slots;";
        while server.sql("", query).trim() != wanted {
            assert!(begun.elapsed() < Duration::from_secs(30));
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    active("1");
    refused("replication slot warehouse, read by process ");
    reader.kill().unwrap();
    reader.wait().unwrap();
    active("0");
    world.prove().unwrap();
    world.take();
    assert_same(&world.state(), &before);
}

/// The return point of a run whose folder is gone may be the only copy of something.
#[test]
fn a_database_of_the_copys_name_is_there_already() {
    let world = copying();
    let before = world.state();
    world.take();
    std::fs::remove_dir_all(world.place()).unwrap();
    world.damage();
    for error in [world.prove().unwrap_err(), world.try_take().unwrap_err()] {
        assert_eq!(error.code, codes::RESTORE_FAILED, "{}", shown(&error));
        assert!(error.message.contains(&world.point()), "{error}");
    }
    // What a rollback of the update that came no further does.
    let said = world.forget().unwrap();
    let removal = format!("DROP DATABASE {};", world.point());
    assert!(said.len() == 1 && said[0].contains(&removal), "{said:?}");
    assert_same(&world.state_of_point(), &before);
}
