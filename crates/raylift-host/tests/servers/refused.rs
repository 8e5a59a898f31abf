//! Users who may not, passwords that are wrong, tools that are missing: told by a code, and nothing has changed.

use std::fs;

use raylift_model::codes;
use raylift_run::host::HostError;

use crate::server::{Kind, shared};
use crate::world::{PASSWORD, State, World, assert_same, unique};

fn shown(error: &HostError) -> String {
    format!("{} {error} {:?}", error.code, error.evidence)
}

/// Nothing has changed and nothing is left.
fn untouched(world: &World, before: &State) {
    *world.password.lock().unwrap() = PASSWORD.to_owned();
    assert_same(&world.state(), before);
    assert_eq!(world.made(), [""; 0]);
}

fn wrong_password(kind: Kind) {
    let world = World::new(kind);
    let before = world.state();
    "wrong".clone_into(&mut world.password.lock().unwrap());
    for error in [world.prove().unwrap_err(), world.try_take().unwrap_err()] {
        assert_eq!(error.code, codes::DATABASE_REFUSED, "{}", shown(&error));
        assert!(!shown(&error).contains("wrong\""), "{}", shown(&error));
    }
    untouched(&world, &before);
    // Changed between the return point and the way back.
    world.take();
    "changed".clone_into(&mut world.password.lock().unwrap());
    let error = world.restore().unwrap_err();
    assert_eq!(error.code, codes::DATABASE_REFUSED, "{}", shown(&error));
    untouched(&world, &before);
    world.damage();
    world.restore().unwrap();
    assert_same(&world.state(), &before);
}

#[test]
fn postgresql_refuses_a_password() {
    wrong_password(Kind::Postgresql);
}

#[test]
fn mariadb_refuses_a_password() {
    wrong_password(Kind::Mariadb);
}

fn may_not_create(kind: Kind) {
    let (database, user) = (unique("lportal"), unique("portal"));
    let world = World::named(shared(kind), &database, &user, PASSWORD, false);
    let before = world.state();
    let error = world.prove().unwrap_err();
    assert_eq!(error.code, codes::DATABASE_RIGHTS, "{}", shown(&error));
    untouched(&world, &before);
}

#[test]
fn postgresql_user_without_createdb() {
    may_not_create(Kind::Postgresql);
}

#[test]
fn mariadb_user_who_has_the_database_only() {
    may_not_create(Kind::Mariadb);
}

/// A user who may read only some of it.
fn may_not_read(kind: Kind) {
    let owned = World::new(kind);
    let user = unique("reader");
    owned.server.user(&user, PASSWORD, false);
    let (quoted, name) = (owned.server.text(&user), owned.server.name(&user));
    match kind {
        Kind::Postgresql => owned.sql(&format!(
            "grant select on all tables in schema public to {name}; revoke select on things from {name};"
        )),
        Kind::Mariadb => owned.sql(&format!(
            "grant select on {}.* to {quoted}@'%';",
            owned.server.name(&owned.database)
        )),
    };
    let before = owned.state();
    let world = World::of(owned.server, &owned.database, &user, PASSWORD);
    for error in [world.prove().unwrap_err(), world.try_take().unwrap_err()] {
        assert_eq!(error.code, codes::DATABASE_RIGHTS, "{}", shown(&error));
    }
    assert_same(&owned.state(), &before);
    assert_eq!(world.made(), [""; 0]);
    assert!(!world.place().join("manifest.json").exists());
}

#[test]
fn postgresql_user_who_may_not_read_everything() {
    may_not_read(Kind::Postgresql);
}

#[test]
fn mariadb_user_who_may_only_read() {
    may_not_read(Kind::Mariadb);
}

fn tools_are_missing(kind: Kind) {
    let mut world = World::new(kind);
    let before = world.state();
    let folder = world.site.folder.path().join("no-tools");
    fs::create_dir(&folder).unwrap();
    world
        .site
        .plan
        .site
        .database_tools
        .as_mut()
        .unwrap()
        .folder
        .clone_from(&folder);
    for error in [world.prove().unwrap_err(), world.try_take().unwrap_err()] {
        assert_eq!(error.code, codes::TOOL_MISSING, "{}", shown(&error));
        assert!(
            shown(&error).contains(&folder.display().to_string()),
            "{}",
            shown(&error)
        );
    }
    untouched(&world, &before);
}

#[test]
fn postgresql_tools_are_missing() {
    tools_are_missing(Kind::Postgresql);
}

#[test]
fn mariadb_tools_are_missing() {
    tools_are_missing(Kind::Mariadb);
}
