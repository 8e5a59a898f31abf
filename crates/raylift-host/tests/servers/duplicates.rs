//! Duplicates under an index on the beginning of a column, against what the server itself says of that index.

use raylift_host::machine::RealMachine;
use raylift_model::facts::{DatabaseKind, SqlIndex};
use raylift_survey::machine::Machine;
use raylift_survey::site::duplicates::look;

use crate::server::Kind;
use crate::world::World;

/// What the database is asked about an index on `groupId` and `name`, with columns as long as the SQL says.
fn asked(world: &World, kind: DatabaseKind, limit: Option<u32>) -> Option<Vec<String>> {
    let schema = RealMachine
        .database_schema(&world.access())
        .map_err(|error| error.message)
        .unwrap()
        .unwrap();
    let index = SqlIndex {
        name: "IX_COME".to_owned(),
        table: "Page".to_owned(),
        unique: true,
        columns: vec!["groupId".to_owned(), "name".to_owned()],
        lengths: [("name".to_owned(), 300)].into(),
    };
    let check = look(
        &RealMachine,
        kind,
        &world.access(),
        &schema,
        &[index],
        limit,
    )?;
    assert_eq!(check.refused, None);
    Some(check.rows.iter().map(|row| row.to_lowercase()).collect())
}

/// Names that differ behind their 255th character, which has two bytes; others that differ in it.
fn pages() -> String {
    let (long, short) = ("ä".repeat(255), "ö".repeat(254));
    format!(
        "create table Page (pageId bigint primary key, groupId bigint, name varchar(300));\n\
        insert into Page values (1, 7, '{long}x'), (2, 7, '{long}y'), (3, 8, '{long}z'), \
        (4, 7, '{short}x'), (5, 7, '{short}y'), (6, 7, null), (7, 7, null);\n"
    )
}

/// Whether the server makes such a unique index.
fn is_made(world: &World, columns: &str) -> bool {
    let made = format!("create unique index IX_COME on Page ({columns});");
    let made = world.server.try_sql(&world.database, &made);
    if made.is_ok() {
        let drop = match world.server.kind {
            Kind::Mariadb => "drop index IX_COME on Page;",
            Kind::Postgresql => "drop index IX_COME;",
        };
        world.server.sql(&world.database, drop);
    }
    made.is_ok()
}

const TOLD: &str = "ix_come on page (groupid, name(255)): 1 values in more than one row";

#[test]
fn mariadb_compares_the_beginning_that_its_index_has() {
    let (world, kind) = (World::new(Kind::Mariadb), DatabaseKind::Mariadb);
    world.sql(&pages());
    assert!(!is_made(&world, "groupId, name(255)"));
    assert_eq!(asked(&world, kind, Some(255)).unwrap(), [TOLD]);
    // The whole column, and as much of it as it has.
    assert!(is_made(&world, "groupId, name"));
    for limit in [None, Some(256), Some(300)] {
        assert_eq!(asked(&world, kind, limit).unwrap(), [""; 0], "{limit:?}");
    }
    // That no two whole names are the same says nothing of their beginnings.
    world.sql("create unique index IX_WHOLE on Page (groupId, name);");
    assert_eq!(asked(&world, kind, Some(255)).unwrap(), [TOLD]);
    assert_eq!(asked(&world, kind, None), None);
}

/// A site with a lower limit has the release's own index with that prefix.
#[test]
fn an_index_of_the_releases_name_is_there_already_on_mariadb() {
    let (world, kind) = (World::new(Kind::Mariadb), DatabaseKind::Mariadb);
    world.sql("create table Page (pageId bigint primary key, groupId bigint, name varchar(300));");
    let asks = |index: &str| {
        world.sql(&format!("create {index} on Page (groupId, name(70));"));
        let asked = asked(&world, kind, Some(70)).is_some();
        let name = index.rsplit(' ').next().unwrap();
        world.sql(&format!("drop index {name} on Page;"));
        asked
    };
    assert!(!asks("unique index IX_COME"));
    assert!(!asks("unique index ix_come"));
    // Not one that allows duplicates, and none of which nobody knows how much of the name it has.
    assert!(asks("index IX_COME"));
    assert!(asks("unique index IX_OTHER"));
}

#[test]
fn postgresql_compares_the_beginning_that_its_index_has() {
    let (world, kind) = (World::new(Kind::Postgresql), DatabaseKind::Postgresql);
    world.sql(&pages());
    assert!(!is_made(&world, "groupId, left(name, 255)"));
    assert_eq!(asked(&world, kind, Some(255)).unwrap(), [TOLD]);
    assert!(is_made(&world, "groupId, name"));
    assert_eq!(asked(&world, kind, None).unwrap(), [""; 0]);
}
