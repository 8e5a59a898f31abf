//! Tables whose names differ in capital letters only.

use raylift_host::machine::RealMachine;
use raylift_model::facts::{DatabaseKind, SqlIndex};
use raylift_survey::machine::Machine;
use raylift_survey::site::duplicates;

use crate::server::Kind;
use crate::world::{World, assert_same};

/// Beside Liferay's `Release_` and `User_`, as they are there after a move between servers: with other rows, columns and
/// indexes. PostgreSQL takes a name without quotes for one in small letters, MariaDB as it is.
fn planted(world: &World) -> [String; 2] {
    let names = ["RELEASE_", "USER_"].map(|name| world.server.name(name));
    let [release, user] = &names;
    world.sql(&format!(
        "create table {release} (releaseId bigint primary key, servletContextName varchar(75), schemaVersion varchar(75), \
        buildNumber integer, verified boolean, state_ integer);\n\
        insert into {release} values (1, 'portal', '0.0.9', 1, true, 7);\n\
        create table {user} (id bigint primary key, kind integer);\n\
        create index IX_Old on {user} (kind);\n\
        insert into {user} values (1, 1), (2, 2);\n"
    ));
    names
}

fn told_apart(kind: Kind, database: DatabaseKind, user: &str) {
    let world = World::new(kind);
    let look = || {
        let answer = RealMachine.ask_database(&world.access(), 0);
        answer.map_err(|error| error.message).unwrap()
    };
    let shapes = || {
        let schema = RealMachine.database_schema(&world.access());
        schema.map_err(|error| error.message).unwrap().unwrap()
    };
    let (before, shape) = (look(), shapes()[user].clone());
    let names = planted(&world);
    let after = look();
    assert_eq!(after.release_rows, before.release_rows);
    let rows = |name: &str| {
        let table = after.tables.iter().find(|table| table.name == name);
        table.map(|table| table.rows)
    };
    assert_eq!((rows(user), rows("USER_")), (Some(8), Some(2)));
    let schema = shapes();
    assert_eq!(schema[user], shape);
    let columns: Vec<&str> = schema["USER_"]
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(columns, ["id", "kind"]);
    let indexes = schema["USER_"].indexes.keys();
    assert!(
        indexes
            .clone()
            .any(|name| name.eq_ignore_ascii_case("IX_Old"))
    );

    // Two people are of kind 0, two of 2 and two of 3; in the other table no kind is there twice.
    let index = SqlIndex {
        name: "IX_COME".to_owned(),
        table: "User_".to_owned(),
        unique: true,
        columns: vec!["kind".to_owned()],
        lengths: Default::default(),
    };
    let check = duplicates::look(
        &RealMachine,
        database,
        &world.access(),
        &schema,
        &[index],
        None,
    );
    let told = format!("IX_COME on {user} (kind): 3 values in more than one row");
    assert_eq!(check.unwrap().rows, [told]);

    // And all of it comes back.
    let state = world.state();
    assert_eq!(state.rows["USER_"].0, 2);
    let lines = world.prove().unwrap();
    assert!(lines[0].contains("every row of them"), "{lines:?}");
    world.take();
    world.damage();
    world.sql(&format!(
        "drop table {}; delete from {};",
        names[0], names[1]
    ));
    world.restore().unwrap();
    assert_same(&world.state(), &state);
}

#[test]
fn postgresql_tells_tables_apart_that_differ_in_case() {
    told_apart(Kind::Postgresql, DatabaseKind::Postgresql, "user_");
}

#[test]
fn mariadb_tells_tables_apart_that_differ_in_case() {
    told_apart(Kind::Mariadb, DatabaseKind::Mariadb, "User_");
}
