//! What only MariaDB has.

use std::fs;
use std::sync::OnceLock;

use raylift_model::codes;

use crate::secrets::noting_tools;
use crate::server::{Kind, Server, shared};
use crate::world::{PASSWORD, World, assert_same, unique};

/// A server that takes SQL otherwise, keeps names of tables in lower case, and takes small packets only.
fn strange() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        Server::new(
            Kind::Mariadb,
            &[
                "--sql-mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,PAD_CHAR_TO_FULL_LENGTH",
                "--lower-case-table-names=1",
                "--max-allowed-packet=1M",
            ],
        )
    })
}

/// What the attempt that was killed had noted.
fn mark(world: &World, steps: &[&str]) {
    let restore = world.site.run_folder().join("restore");
    fs::create_dir_all(&restore).unwrap();
    for step in steps {
        fs::write(restore.join(step), "").unwrap();
    }
}

/// Killed after some tables were moved.
#[test]
fn a_restore_goes_on_after_some_tables_were_moved() {
    let world = World::new(Kind::Mariadb);
    let before = world.state();
    world.take();
    world.damage();
    let damaged = world.state();
    let (live, aside) = (&world.database, world.ours("aside"));
    world.sql(&format!(
        "create database {aside} character set utf8mb4 collate utf8mb4_german2_ci; \
         rename table {live}.User_ to {aside}.User_, {live}.Release_ to {aside}.Release_;"
    ));
    mark(&world, &["database.staged"]);
    world.restore().unwrap();
    assert_same(&world.state(), &before);
    assert_eq!(world.aside().rows, damaged.rows);
}

/// Killed while the dump was loaded.
#[test]
fn a_restore_goes_on_after_a_part_was_loaded() {
    let world = World::new(Kind::Mariadb);
    let before = world.state();
    world.take();
    let (live, aside) = (&world.database, world.ours("aside"));
    world.sql(&format!(
        "drop trigger note_it; create database {aside}; rename table {live}.Release_ to {aside}.Release_; \
         drop table Things; create table Things (half integer); delete from User_ where userId = 8;"
    ));
    mark(&world, &["database.staged", "database.emptied"]);
    world.restore().unwrap();
    assert_same(&world.state(), &before);
    assert_eq!(world.aside().rows.len(), 1, "what was set aside is kept");
}

/// An upgrade that stopped half-way may leave a view of a table that is no more; `mariadb-dump` ends with an error then.
#[test]
fn a_broken_view_of_the_failed_update_is_not_in_the_way() {
    let world = World::new(Kind::Mariadb);
    let before = world.state();
    world.take();
    world.damage();
    world.sql("create view Broken as select * from Newer; drop table Newer;");
    world.restore().unwrap();
    assert_same(&world.state(), &before);
    let kept = world.site.run_folder().join("restore/database-objects.sql");
    assert!(fs::read_to_string(kept).unwrap().contains("Greetings"));
}

#[test]
fn modes_lower_case_names_and_odd_tables_are_taken_as_they_are() {
    let server = strange();
    let (database, user) = (unique("LPortal"), unique("portal"));
    let world = World::named(server, &database, &user, PASSWORD, true);
    world.sql("create procedure quotes() select \"kind\", 'a\\' from \"User_\";");
    let before = world.state();
    let lines = world.prove().unwrap();
    assert!(lines[0].contains("every row of them"), "{lines:?}");
    world.take();
    world.damage();
    let damaged = world.state();
    world.restore().unwrap();
    assert_same(&world.state(), &before);
    assert_eq!(world.aside().rows, damaged.rows);
}

/// A value that the server could take, and in hexadecimal digits is twice as long.
#[test]
fn a_value_too_large_for_the_servers_packets_fails_the_proof_and_says_why() {
    let world = World::on(strange());
    world.sql("insert into Things values (9, repeat('x', 700000));");
    let before = world.state();
    for error in [world.prove().unwrap_err(), world.try_take().unwrap_err()] {
        let shown = format!("{} {error} {:?}", error.code, error.evidence);
        assert_eq!(error.code, codes::DUMP_FAILED, "{shown}");
        assert!(shown.contains("max_allowed_packet"), "{shown}");
    }
    assert_same(&world.state(), &before);
    assert_eq!(world.made(), [""; 0]);
}

/// The rights that RL0512 names are enough; a view that belongs to somebody else needs more, and the proof tells.
#[test]
fn the_documented_rights_are_enough() {
    let (database, user) = (unique("lportal"), unique("portal"));
    let world = World::named(shared(Kind::Mariadb), &database, &user, PASSWORD, false);
    let quoted = world.server.text(&user);
    world.sql(&format!(
        "grant all on `raylift\\_%`.* to {quoted}@'%'; drop event nightly; drop function twice;"
    ));
    let before = world.state();
    world.prove().unwrap();
    world.take();
    world.sql("alter table User_ add column newer integer; drop table Things;");
    world.restore().unwrap();
    assert_same(&world.state(), &before);

    let aside = world.ours("aside");
    world.sql(&format!(
        "drop database {aside}; create definer=root@localhost view Foreign_ as select 1;"
    ));
    let error = world.prove().unwrap_err();
    let shown = format!("{} {error} {:?}", error.code, error.evidence);
    assert_eq!(error.code, codes::DATABASE_RIGHTS, "{shown}");
}

/// A copy that is there to be compared must not do what the site does by the clock.
#[test]
fn events_do_not_happen_in_the_proof() {
    let world = World::new(Kind::Mariadb);
    world.sql(
        "create table Happened (place varchar(100)); \
         create event often on schedule every 1 second do insert into Happened values (database());",
    );
    let lines = world.prove().unwrap();
    assert!(lines[0].contains("compared"), "{lines:?}");
    world.take();
    world.sql("drop event often;");
    world.restore().unwrap();
    let events = "select count(*) from information_schema.events where event_schema = database() and event_name = 'often' and status = 'ENABLED';";
    assert_eq!(world.sql(events).trim(), "1");
    let dump = world.place().join("database");
    let tables = fs::read_to_string(dump.join("database.sql")).unwrap();
    assert!(
        !tables.contains("`often`"),
        "what the proof loads has no events"
    );
}

/// A client that raylift started before it was killed goes on with what it has read; a second load beside it would fail.
#[test]
fn a_load_that_an_earlier_attempt_left_is_waited_for() {
    let mut world = World::new(Kind::Mariadb);
    let before = world.state();
    world.take();
    world.damage();
    let script = "case \"$tool $*\" in\n\
        mariadb\\ *--database=*) if [ -e $notes/slow ]; then rm $notes/slow\n\
          cat > $notes/all\n\
          { head -c 3000 $notes/all; sleep 3; tail -c +3001 $notes/all; } | \"$real\" \"$@\" >/dev/null 2>$notes/said &\n\
          sleep 1; exit 9; fi;;\n\
        esac";
    let (folder, notes) = noting_tools(&world, script);
    world.site.plan.site.database_tools.as_mut().unwrap().folder = folder;
    fs::write(notes.join("slow"), "").unwrap();
    let error = world.restore().unwrap_err();
    assert_eq!(error.code, codes::RESTORE_FAILED);
    world.restore().unwrap();
    assert_eq!(fs::read_to_string(notes.join("said")).unwrap(), "");
    assert_same(&world.state(), &before);
}
