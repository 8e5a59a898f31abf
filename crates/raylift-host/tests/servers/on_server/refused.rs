//! What keeps the live database from being copied: told by a code, and nothing has changed.

use raylift_model::codes;

use super::{copying, modest, shown};
use crate::server::{Kind, mortal};
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

/// After an update of the operating system PostgreSQL does not copy such a database, and only the live one shows it.
#[test]
fn the_collation_is_of_another_version() {
    let (server, _turn) = mortal(Kind::Postgresql);
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
    let world = World::of(server, &database, &user, PASSWORD).copying();
    world.prove().unwrap();
    let quoted = server.text(&database);
    server.sql(
        "",
        &format!("update pg_database set datcollversion = '1.2.3' where datname = {quoted};"),
    );
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
    world.forget().unwrap();
    assert_same(&world.state_of(&world.point()), &before);
}
