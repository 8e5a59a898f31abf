//! What the portal's user may.

use super::{access_as, checks, checks_as, said, sound};
use crate::server::Kind;
use crate::world::{PASSWORD, unique};

#[test]
fn postgresql_tells_a_user_who_owns_nothing() {
    let world = sound(Kind::Postgresql);
    let other = unique("reader");
    world.server.user(&other, PASSWORD, false);
    let name = world.server.name(&other);
    world.sql(&format!(
        "grant select on all tables in schema public to {name};"
    ));
    let found = checks_as(&world, &access_as(&world, &other));
    assert_eq!(said(&found, "privileges"), ["CREATE in schema public"]);
    let owners = said(&found, "owners");
    assert_eq!(owners.len(), 10, "{owners:?}");
    assert_eq!(owners[0], format!("assetentry: {}", world.user));

    // A member of the owner may what he may.
    let owner = world.server.name(&world.user);
    world.server.sql("", &format!("grant {owner} to {name};"));
    let found = checks_as(&world, &access_as(&world, &other));
    assert_eq!(said(&found, "privileges"), [""; 0]);
    assert_eq!(said(&found, "owners"), [""; 0]);

    // A search path that leads nowhere.
    let database = world.server.name(&world.database);
    world.server.sql(
        "",
        &format!("alter role {owner} in database {database} set search_path = gone;"),
    );
    let found = checks(&world);
    let nowhere = ["no schema of the search path is there"];
    assert_eq!(said(&found, "privileges"), nowhere);
}

#[test]
fn mariadb_tells_each_right_that_is_missing() {
    let world = sound(Kind::Mariadb);
    let database = world.server.name(&world.database);
    let other = unique("reader");
    world.server.user(&other, PASSWORD, false);
    let access = access_as(&world, &other);
    let grant = |what: &str| world.server.sql("", &format!("grant {what};"));
    grant(&format!(
        "select, insert, update, delete, create on {database}.* to {other}@'%'"
    ));
    let found = checks_as(&world, &access);
    assert_eq!(said(&found, "privileges"), ["ALTER", "DROP", "INDEX"]);

    // A pattern over databases counts, and a right on the whole server.
    grant(&format!("alter, drop on `preflight\\_%`.* to {other}@'%'"));
    let found = checks_as(&world, &access);
    assert_eq!(said(&found, "privileges"), ["INDEX"]);
    grant(&format!("index on *.* to {other}@'%'"));
    let found = checks_as(&world, &access);
    assert_eq!(said(&found, "privileges"), [""; 0]);
}

/// Rights that come from a role are not judged.
#[test]
fn mariadb_says_nothing_of_rights_by_a_role() {
    let world = sound(Kind::Mariadb);
    let database = world.server.name(&world.database);
    let (other, role) = (unique("member"), unique("crew"));
    world.server.user(&other, PASSWORD, false);
    world.server.sql(
        "",
        &format!(
            "create role {role}; grant all on {database}.* to {role}; grant {role} to {other}@'%'; \
            set default role {role} for {other}@'%';"
        ),
    );
    let found = checks_as(&world, &access_as(&world, &other));
    assert_eq!(said(&found, "privileges"), [""; 0]);
    assert_eq!(found["counters"].refused, None, "the role is at work");
}

/// Nor what comes from what everybody may, which the catalogue tells nobody.
#[test]
fn mariadb_says_nothing_of_rights_of_the_public() {
    let world = sound(Kind::Mariadb);
    let database = world.server.name(&world.database);
    let other = unique("anybody");
    world.server.user(&other, PASSWORD, false);
    world
        .server
        .sql("", &format!("grant all on {database}.* to public;"));
    let found = checks_as(&world, &access_as(&world, &other));
    assert_eq!(said(&found, "privileges"), [""; 0]);
}
