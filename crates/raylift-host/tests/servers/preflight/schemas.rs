//! Tables of the portal's schema and of no other.

use raylift_host::machine::RealMachine;
use raylift_survey::machine::Machine;

use super::sound;
use crate::server::Kind;

/// `_` in a schema's name stands for nothing but itself, and a partitioned table is a table.
#[test]
fn a_schema_is_no_pattern() {
    let world = sound(Kind::Postgresql);
    let user = world.server.name(&world.user);
    world.sql(&format!(
        "create schema my_portal;\n\
        create schema myxportal;\n\
        create table my_portal.Entry (id bigint, name varchar(75));\n\
        create table my_portal.Parts (id bigint) partition by range (id);\n\
        create table my_portal.Part_1 partition of my_portal.Parts for values from (1) to (9);\n\
        create table myxportal.Entry (id bigint, strange bigint);\n\
        create table myxportal.Strange (id bigint);\n\
        alter role {user} in database {} set search_path = my_portal;",
        world.server.name(&world.database)
    ));
    let schema = RealMachine
        .database_schema(&world.access())
        .map_err(|error| error.message)
        .unwrap()
        .unwrap();
    let names: Vec<&str> = schema.keys().map(String::as_str).collect();
    assert_eq!(names, ["entry", "part_1", "parts"]);
    let columns: Vec<&str> = schema["entry"]
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(columns, ["id", "name"]);
}
