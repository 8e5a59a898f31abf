//! What lies in one database.

use super::{ask, checks, said, sound};
use crate::server::{Kind, Server, shared};
use crate::session::Session;
use crate::world::{PASSWORD, World, unique};

/// What both engines write alike, and what the checks say to it.
const BOTH: &str = "create table Own (ownId bigint primary key, userId bigint, foreign key (userId) references User_ (userId));\n\
    create view Guests as select userId from User_;\n\
    delete from Users_Roles where userId = 30003;\n\
    update User_ set defaultUser = false where userId = 20100;\n\
    insert into Group_ values (30101);\n\
    insert into Layout values (13);\n\
    update Counter set currentId = 498 where name = 'com.liferay.portal.kernel.model.ResourcePermission';\n";

/// An administrator of another company is none of this one, and a role's own company counts.
const STRANGER: &str = "insert into Users_Roles values (30001, 30004, 20130);\n";

const COUNTERS: [&str; 3] = [
    "Group_.groupId has 30101, the counter com.liferay.counter.kernel.model.Counter stands at 30100",
    "Layout.plid has 13, the counter com.liferay.portal.kernel.model.Layout stands at 12",
    "ResourcePermission.resourcePermissionId has 499, the counter com.liferay.portal.kernel.model.ResourcePermission stands at 498",
];

#[test]
fn postgresql_tells_what_lies_in_its_database() {
    let world = sound(Kind::Postgresql);
    world.sql(&format!(
        "{BOTH}{STRANGER}\
        alter table User_ add shouted varchar(75) generated always as (upper(screenName)) stored;\n\
        create function nothing() returns trigger language plpgsql as 'begin return new; end';\n\
        create trigger Note before insert on Group_ for each row execute function nothing();\n\
        create table \"User_\" (id bigint);\n\
        create schema reporting;\n\
        create view reporting.users as select userId from public.User_;\n\
        create materialized view reporting.kept as select companyId from public.Company;\n\
        create view reporting.over as select userId from public.Guests;\n\
        create table reporting.own (id bigint);\n\
        create view reporting.strange as select id from reporting.own;"
    ));
    let limit = format!("alter database {} connection limit 5;", world.database);
    world.server.sql("", &limit);
    let found = checks(&world);
    let key = ["own.own_userid_fkey -> user_"];
    assert_eq!(said(&found, "foreign-keys"), key);
    assert_eq!(said(&found, "triggers"), ["group_.note"]);
    assert_eq!(said(&found, "generated-columns"), ["user_.shouted"]);
    assert_eq!(
        said(&found, "views"),
        [
            "guests",
            "reporting.kept",
            "reporting.over",
            "reporting.users"
        ]
    );
    assert_eq!(said(&found, "administrators"), ["other.com"]);
    assert_eq!(said(&found, "guest-users"), ["liferay.com"]);
    assert_eq!(said(&found, "counters"), COUNTERS);
    assert_eq!(said(&found, "table-names"), ["User_, user_"]);
    let open = ["1 of 5 connections of the database are open"];
    assert_eq!(said(&found, "connections"), open);
    for name in ["character-set", "owners", "privileges", "read-only"] {
        assert_eq!(said(&found, name), [""; 0], "{name}");
    }
}

#[test]
fn mariadb_tells_what_lies_in_its_database() {
    let world = sound(Kind::Mariadb);
    let user = world.server.text(&world.user);
    world.sql(&format!(
        "{BOTH}{STRANGER}\
        alter table User_ add shouted varchar(75) generated always as (upper(screenName)) stored;\n\
        create trigger Note before insert on Group_ for each row set new.groupId = new.groupId;\n\
        create table user_ (id bigint);\n\
        create table Swedish (id bigint, name varchar(75), note varchar(75)) collate utf8mb4_swedish_ci;\n\
        create table Mixed (id bigint, name varchar(75) collate utf8mb4_bin, note varchar(75));\n\
        create table Three (id bigint, name varchar(75) character set utf8mb3 collate utf8mb3_bin);\n\
        create table Tight (id bigint) row_format=compact;\n\
        create table Isam (id bigint) engine=MyISAM;\n\
        create table `Big ``one` (id bigint, `the 'value` longblob, short longtext, other longblob);\n\
        insert into `Big ``one` values (1, repeat('x', 9000000), 'x', repeat('x', 8500000)), \
        (2, null, 'x', 'x');\n\
        create table DLContent (contentId bigint, data_ longblob, size_ bigint);\n\
        insert into DLContent values (1, repeat('x', 8400000), 8400001);\n\
        create table Text (id bigint, content longtext);\n\
        insert into Text values (1, repeat('x', 9000000));\n\
        analyze table `Big ``one`, Text, DLContent;\n\
        grant usage on *.* to {user}@'%' with max_user_connections 5;"
    ));
    let found = checks(&world);
    let key = ["Own.Own_ibfk_1 -> User_"];
    assert_eq!(said(&found, "foreign-keys"), key);
    assert_eq!(said(&found, "triggers"), ["Group_.Note"]);
    assert_eq!(said(&found, "generated-columns"), ["User_.shouted"]);
    assert_eq!(said(&found, "views"), ["Guests"]);
    assert_eq!(said(&found, "administrators"), ["other.com"]);
    assert_eq!(said(&found, "guest-users"), ["liferay.com"]);
    assert_eq!(said(&found, "counters"), COUNTERS);
    assert_eq!(said(&found, "table-names"), ["User_, user_"]);
    let own = "the database has utf8mb4_german2_ci";
    assert_eq!(
        said(&found, "collations"),
        [
            format!("Mixed: utf8mb4_bin, utf8mb4_german2_ci, {own}"),
            format!("Swedish: utf8mb4_swedish_ci, {own}"),
            format!("Three: utf8mb3_bin, {own}"),
        ]
    );
    let swedish = [format!("Swedish: utf8mb4_swedish_ci, {own}")];
    assert_eq!(said(&found, "table-collations"), swedish);
    assert_eq!(said(&found, "three-bytes"), ["Three: utf8mb3"]);
    let formats = ["Isam: MyISAM, Fixed", "Tight: InnoDB, Compact"];
    assert_eq!(said(&found, "row-format"), formats);
    assert_eq!(
        said(&found, "packets"),
        [
            "Big `one.other: 8500000 bytes, max_allowed_packet is 16777216; \
            Big `one.the 'value: 9000000 bytes, max_allowed_packet is 16777216",
            "DLContent.data_: 8400001 bytes, max_allowed_packet is 16777216",
        ]
    );
    let open = ["1 of 5 connections of the user are open"];
    assert_eq!(said(&found, "user-connections"), open);
    for name in ["character-set", "connections", "index-limits", "privileges"] {
        assert_eq!(said(&found, name), [""; 0], "{name}");
    }
}

/// Others are named as far as the user is shown what they read.
#[test]
fn mariadb_tells_views_of_other_databases_that_read_the_sites() {
    let world = sound(Kind::Mariadb);
    let (own, other) = (&world.database, unique("reporting"));
    world.sql("create view Guests as select userId from User_;");
    world.server.sql(
        "",
        &format!(
            "create database {other}; use {other};\n\
            create table own (id bigint, companyId bigint);\n\
            create view users as select userId from {own}.User_;\n\
            create view beyond as select userId from {own}.Guests;\n\
            create view joined as select o.id from own o join {own}.Company c on c.companyId = o.companyId;\n\
            create view strange as select {own}.id, '{own}.User_' as said from own {own};"
        ),
    );
    let user = world.server.text(&world.user);
    let told = || said(&checks(&world), "views");
    assert_eq!(told(), ["Guests"]);
    let grant = |right: &str| {
        let grant = format!("grant {right} on {other}.* to {user}@'%';");
        world.server.sql("", &grant);
    };
    grant("select");
    assert_eq!(told(), ["Guests"]);
    grant("show view");
    let reading = ["beyond", "joined", "users"].map(|view| format!("{other}.{view}"));
    let all: Vec<String> = std::iter::once("Guests".to_owned())
        .chain(reading)
        .collect();
    assert_eq!(told(), all);
    world.server.sql("", &format!("drop database {other};"));
}

/// A site on an empty database that a statement makes; `NAME` stands for its name, `USER` for its owner's.
fn on_database(server: &'static Server, statement: &str) -> World {
    let (database, user) = (unique("preflight_odd"), unique("modest"));
    server.user(&user, PASSWORD, false);
    let statement = statement.replace("NAME", &database).replace("USER", &user);
    server.sql("", &statement);
    World::of(server, &database, &user, PASSWORD)
}

#[test]
fn a_character_set_that_liferay_does_not_support() {
    let world = on_database(
        shared(Kind::Postgresql),
        "create database NAME owner USER template template0 encoding 'LATIN1' locale 'C';",
    );
    let found = checks(&world);
    assert_eq!(said(&found, "character-set"), ["database: LATIN1"]);

    let world = on_database(
        shared(Kind::Mariadb),
        "create database NAME character set latin1; grant all on NAME.* to USER@'%';",
    );
    let found = checks(&world);
    assert_eq!(said(&found, "character-set"), ["database: latin1"]);
    assert_eq!(said(&found, "three-bytes"), [""; 0]);

    let world = on_database(
        shared(Kind::Mariadb),
        "create database NAME character set utf8mb3; grant all on NAME.* to USER@'%';",
    );
    let found = checks(&world);
    assert_eq!(said(&found, "character-set"), [""; 0]);
    let three = ["database: utf8mb3_general_ci"];
    assert_eq!(said(&found, "three-bytes"), three);
}

/// What asks for tables that are not there is refused, and the other checks say what they know.
#[test]
fn a_database_without_liferays_tables_refuses_some_checks() {
    for (kind, statement) in [
        (Kind::Postgresql, "create database NAME owner USER;"),
        (
            Kind::Mariadb,
            "create database NAME; grant all on NAME.* to USER@'%';",
        ),
    ] {
        let world = on_database(shared(kind), statement);
        let found = checks(&world);
        let refused: Vec<&str> = found
            .values()
            .filter(|check| check.refused.is_some())
            .map(|check| check.name.word())
            .collect();
        let without = ["administrators", "counters", "guest-users"];
        // MariaDB shows no transaction to a user without PROCESS.
        let process = matches!(kind, Kind::Mariadb).then_some("transactions");
        let wanted: Vec<&str> = without.into_iter().chain(process).collect();
        assert_eq!(refused, wanted);
        assert!(
            found["counters"]
                .refused
                .as_ref()
                .unwrap()
                .contains("ounter")
        );
    }
}

/// How many transactions are found at once and after five minutes, while one is open.
pub fn open_transaction(world: &World) -> (usize, usize) {
    let query = checks(world)["transactions"].query.clone();
    let at_once = query
        .replace("interval '5 minutes'", "interval '0 seconds'")
        .replace("INTERVAL 5 MINUTE", "INTERVAL 0 SECOND");
    assert_ne!(at_once, query);
    let session = Session::open(world, "begin; update Group_ set groupId = groupId;");
    let begun = std::time::Instant::now();
    let mut found = 0;
    while found == 0 && begun.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(100));
        found = ask(world, &at_once).len();
    }
    let counts = (found, ask(world, &query).len());
    session.end();
    counts
}

/// The check itself, with no time to wait for.
#[test]
fn a_transaction_that_stays_open() {
    for kind in [Kind::Postgresql, Kind::Mariadb] {
        let world = sound(kind);
        super::allow_sessions(&world);
        assert_eq!(open_transaction(&world), (1, 0), "{kind:?}");
    }
}

/// PostgreSQL shows an ordinary user that there are sessions of others, and not what they do.
#[test]
fn sessions_of_other_users_are_counted_and_told_to_be_hidden() {
    let world = sound(Kind::Postgresql);
    let other = unique("colleague");
    world.server.user(&other, PASSWORD, false);
    let limit = format!("alter database {} connection limit 5;", world.database);
    world.server.sql("", &limit);
    assert_eq!(said(&checks(&world), "hidden-sessions"), [""; 0]);
    let session = Session::open_as(&world, &other, "begin; select 1;");
    let begun = std::time::Instant::now();
    let found = loop {
        let found = checks(&world);
        if !said(&found, "hidden-sessions").is_empty() || begun.elapsed().as_secs() > 20 {
            break found;
        }
    };
    let grant = format!("grant pg_read_all_stats to {};", world.user);
    world.server.sql("", &grant);
    let trusted = checks(&world);
    session.end();
    let hidden = [format!("sessions of {other} that are hidden: 1")];
    assert_eq!(said(&found, "hidden-sessions"), hidden);
    let open = ["2 of 5 connections of the database are open"];
    for found in [&found, &trusted] {
        assert_eq!(said(found, "connections"), open);
    }
    assert_eq!(said(&trusted, "hidden-sessions"), [""; 0]);
}
