//! Databases that the owner's commands dump and bring back. Oracle, DB2 and SQL Server are not at hand: a PostgreSQL
//! that raylift takes for another kind stands in, with scripts for the commands. That tries raylift's side of it; what the
//! vendors' tools do it does not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use raylift_model::facts::DatabaseKind;
use raylift_model::plan::{DatabaseCommands, OwnCommand};

use crate::common::give_all;
use crate::server::{Kind, tools};
use crate::world::{PASSWORD, World};

/// A script beside the site that its user may run.
pub fn script(world: &World, name: &str, text: &str) -> OwnCommand {
    let folder = world.site.folder.path().join("commands");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    // Written under another name and by another process: a child that another test forks meanwhile would hold it open.
    let whole = format!("#!/bin/bash\nset -e\nhere={}\n{text}\n", folder.display());
    let written = std::process::Command::new("/bin/sh")
        .args([
            "-c",
            "printf '%s' \"$1\" >\"$2\"; chmod 755 \"$2\"",
            "sh",
            &whole,
        ])
        .arg(&path)
        .status();
    assert!(written.unwrap().success());
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    give_all(&folder);
    OwnCommand {
        words: vec![path.display().to_string(), "a word".to_owned()],
        seconds: 60,
    }
}

pub fn note(world: &World, name: &str) -> PathBuf {
    world.site.folder.path().join("commands").join(name)
}

/// Takes the server's place out of the URL, as a script for a vendor's tool has to.
pub fn reach() -> String {
    format!(
        "printf '%s\\n' \"$0\" \"$@\" >>$here/arguments; env >>$here/environment; id -u >$here/user\n\
         u=${{RAYLIFT_JDBC_URL#jdbc:postgresql://}}; export PGPASSWORD=$RAYLIFT_JDBC_PASSWORD\n\
         on=\"-h 127.0.0.1 -p $(echo $u | sed 's,.*:\\([0-9]*\\)/.*,\\1,') -U $RAYLIFT_JDBC_USER -d ${{u#*/}}\"\n\
         PATH={}:$PATH\n",
        tools(Kind::Postgresql).display()
    )
}

/// The dump beside, and the emptying of the live database before it comes back.
pub fn dump(to: &str) -> String {
    format!("pg_dump $on -Fc -f {to}")
}

pub fn restore(from: &str) -> String {
    format!(
        "psql -q $on -v ON_ERROR_STOP=1 -c 'select lo_unlink(oid) from pg_largeobject_metadata; drop schema public cascade; create schema public' >/dev/null\n\
         pg_restore $on --no-comments {from}"
    )
}

/// For raylift a database that it does not know.
fn world(dump: &str, restore: &str) -> World {
    let mut world = World::new(Kind::Postgresql);
    let commands = DatabaseCommands {
        dump: script(&world, "dump", &format!("{}{dump}", reach())),
        restore: script(&world, "restore", &format!("{}{restore}", reach())),
    };
    let site = &mut world.site.plan.site;
    site.database.kind = DatabaseKind::Other;
    site.database_tools = None;
    site.database_commands = Some(commands);
    world
}

fn working() -> World {
    world(&dump("$RAYLIFT_DUMP/dump"), &restore("$RAYLIFT_DUMP/dump"))
}

#[test]
fn another_database_goes_there_and_back_by_commands() {
    let world = working();
    let before = world.state();
    let point = world.take();
    assert_eq!(point.release_rows.len(), 2);
    assert_eq!(point.snapshot, None);
    world.verify().unwrap();
    world.damage();
    assert!(world.state() != before);
    let lines = world.restore().unwrap();
    assert!(lines[0].contains("over the live one"), "{lines:?}");
    assert_eq!(world.state().rows, before.rows);
    assert_eq!(world.made(), [""; 0], "nothing is kept beside");
    // The site may have been started on what came back.
    world.sql("update Release_ set buildNumber = 7333 where releaseId = 1;");
    let newer = world.state();
    world.restore().unwrap();
    assert_eq!(world.state().rows, newer.rows);
}

#[test]
fn the_password_is_in_the_environment_of_the_commands_only() {
    let world = working();
    world.take();
    world.restore().unwrap();
    let arguments = fs::read_to_string(note(&world, "arguments")).unwrap();
    assert!(
        arguments.contains("a word") && !arguments.contains(PASSWORD),
        "{arguments}"
    );
    let environment = fs::read_to_string(note(&world, "environment")).unwrap();
    let odd: Vec<&str> = environment
        .lines()
        .filter(|line| line.contains(PASSWORD))
        .filter(|line| !line.starts_with("RAYLIFT_JDBC_PASSWORD="))
        .collect();
    assert_eq!(odd, [""; 0]);
    let has = |line: &str| assert!(environment.lines().any(|other| other == line), "{line}");
    has(&format!(
        "RAYLIFT_DUMP={}",
        world.place().join("database").display()
    ));
    has("RAYLIFT_RUN=0001-7.2.1");
    has(&format!("RAYLIFT_HOME={}", world.site.home().display()));
    let user = fs::read_to_string(note(&world, "user")).unwrap();
    assert_eq!(
        user.trim(),
        crate::common::owner().uid.to_string(),
        "the site's user"
    );
    // Its own words are kept, for nobody else to read.
    let logs = world.site.run_folder().join("logs/dump-command");
    assert_eq!(fs::metadata(logs).unwrap().permissions().mode() & 0o077, 0);
}

#[test]
fn a_dump_that_fails_or_leaves_nothing_is_no_return_point() {
    let failing = world(
        "echo 'ORA-01017: no' \"$RAYLIFT_JDBC_PASSWORD\" >&2; exit 3",
        "true",
    );
    let error = failing.try_take().unwrap_err();
    assert_eq!(error.code, "RL0509");
    assert!(error.message.contains("status 3"), "{error}");
    assert_eq!(error.evidence[0], "ORA-01017: no ***");
    let empty = world("true", "true");
    let error = empty.try_take().unwrap_err();
    assert_eq!(error.code, "RL0509");
    assert!(error.message.contains("left nothing"), "{error}");
    let mut slow = world("sleep 60", "true");
    slow.site
        .plan
        .site
        .database_commands
        .as_mut()
        .unwrap()
        .dump
        .seconds = 1;
    let error = slow.try_take().unwrap_err();
    assert_eq!(error.code, "RL0509");
    assert!(error.message.contains("did not end within 1 s"), "{error}");
}

#[test]
fn a_restore_that_fails_is_told_and_tried_again() {
    let world = world(
        &dump("$RAYLIFT_DUMP/dump"),
        &format!(
            "[ -e $here/once ] || {{ touch $here/once; exit 9; }}\n{}",
            restore("$RAYLIFT_DUMP/dump")
        ),
    );
    let before = world.state();
    world.take();
    world.damage();
    let error = world.restore().unwrap_err();
    assert_eq!(error.code, "RL0510");
    world.restore().unwrap();
    assert_eq!(world.state().rows, before.rows);
}
