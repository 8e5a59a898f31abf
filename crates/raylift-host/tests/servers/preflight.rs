//! Every check of the database, through the bridge, on real servers: with nothing wrong, and with what it looks for.

mod clean;
mod late;
mod planted;
mod rights;
mod schemas;
mod whole_server;

use std::collections::BTreeMap;

use raylift_host::machine::RealMachine;
use raylift_model::facts::{DatabaseCheck, DatabaseKind};
use raylift_survey::machine::{DatabaseAccess, DatabaseError, Machine, QueryRows};
use raylift_survey::site::preflight::look;

use crate::server::{Kind, Server, shared};
use crate::world::{PASSWORD, World, unique};

/// A database in the manner of Liferay's with nothing wrong, as 7.2 has it: two companies, their guests, their
/// administrators. The system has the number 0.
const SOUND: &str = "create table Company (companyId bigint primary key, webId varchar(75), type_ varchar(75));\n\
    create table User_ (userId bigint primary key, companyId bigint, defaultUser boolean, screenName varchar(75));\n\
    create table Role_ (roleId bigint primary key, companyId bigint, name varchar(75), type_ integer);\n\
    create table Users_Roles (companyId bigint, roleId bigint, userId bigint, primary key (roleId, userId));\n\
    create table Group_ (groupId bigint primary key);\n\
    create table AssetEntry (entryId bigint primary key);\n\
    create table DLFileEntry (fileEntryId bigint primary key);\n\
    create table Layout (plid bigint primary key);\n\
    create table ResourcePermission (resourcePermissionId bigint primary key);\n\
    create table Counter (name varchar(150) primary key, currentId bigint);\n\
    insert into Company values (0, 'system', null), (20097, 'liferay.com', 'x'), (30001, 'other.com', 'x');\n\
    insert into User_ values (20100, 20097, true, 'guest'), (20130, 20097, false, 'test'), \
    (30002, 30001, true, 'guest'), (30003, 30001, false, 'joe');\n\
    insert into Role_ values (20104, 20097, 'Administrator', 1), (20105, 20097, 'Guest', 1), (30004, 30001, 'Administrator', 1);\n\
    insert into Users_Roles values (20097, 20104, 20130), (30001, 30004, 30003);\n\
    insert into Group_ values (20121);\n\
    insert into Layout values (12);\n\
    insert into ResourcePermission values (499);\n\
    insert into Counter values ('com.liferay.counter.kernel.model.Counter', 30100), \
    ('com.liferay.portal.kernel.model.Layout', 12), ('com.liferay.portal.kernel.model.ResourcePermission', 500);\n";

/// A site on such a database.
fn sound(kind: Kind) -> World {
    sound_on(shared(kind))
}

/// Its user may nothing on the server beside his own database.
fn sound_on(server: &'static Server) -> World {
    let (database, user) = (unique("preflight"), unique("modest"));
    server.user(&user, PASSWORD, false);
    server.database(&database, &user);
    let world = World::of(server, &database, &user, PASSWORD);
    world.sql(SOUND);
    world
}

fn kind_of(world: &World) -> DatabaseKind {
    match world.server.kind {
        Kind::Postgresql => DatabaseKind::Postgresql,
        Kind::Mariadb => DatabaseKind::Mariadb,
    }
}

/// All checks by name.
fn checks(world: &World) -> BTreeMap<String, DatabaseCheck> {
    checks_as(world, &world.access())
}

fn checks_as(world: &World, access: &DatabaseAccess) -> BTreeMap<String, DatabaseCheck> {
    look(&RealMachine, kind_of(world), access)
        .checks
        .into_iter()
        .map(|check| (check.name.word().to_owned(), check))
        .collect()
}

/// What one check said; it was not refused.
fn said(checks: &BTreeMap<String, DatabaseCheck>, name: &str) -> Vec<String> {
    let check = &checks[name];
    assert_eq!(check.refused, None, "{name}");
    assert_eq!(check.found as usize, check.rows.len(), "{name}");
    check.rows.clone()
}

/// Access as another user.
fn access_as(world: &World, user: &str) -> DatabaseAccess {
    DatabaseAccess {
        username: user.to_owned(),
        ..world.access()
    }
}

/// MariaDB shows sessions of others, and transactions at all, to users with this right only.
fn allow_sessions(world: &World) {
    if world.server.kind == Kind::Mariadb {
        let user = world.server.text(&world.user);
        let grant = format!("grant process on *.* to {user}@'%';");
        world.server.sql("", &grant);
    }
}

/// One statement through the bridge.
fn answer(world: &World, query: &str) -> Result<QueryRows, DatabaseError> {
    RealMachine
        .query_database(&world.access(), &[query])
        .map_err(|error| error.message)
        .unwrap()
        .remove(0)
}

fn ask(world: &World, query: &str) -> QueryRows {
    answer(world, query).map_err(|error| error.message).unwrap()
}
