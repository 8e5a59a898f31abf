//! The server is killed in the middle of something, started again, and the same thing is asked for once more; and
//! raylift is killed while a tool works.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use raylift_model::codes;
use raylift_model::plan::ReturnMeans;
use raylift_run::host::{Host, HostError};

use crate::secrets::noting_tools;
use crate::server::{Kind, Server, mortal};
use crate::world::{State, World, assert_same};

/// A table that takes a while.
pub fn with_large_table(server: &'static Server) -> World {
    let world = World::on(server);
    world.sql(match server.kind {
        Kind::Postgresql => "create table Large (id integer primary key, words text); insert into Large select n, sha512(n::text::bytea)::text from generate_series(1, 100000) n;",
        Kind::Mariadb => "create table Large (id integer primary key, words text); insert into Large select seq, sha2(seq, 512) from seq_1_to_100000;",
    });
    world
}

fn is_told(error: &HostError) {
    let shown = format!("{} {error} {:?}", error.code, error.evidence);
    assert_eq!(error.code, codes::DATABASE_UNREACHABLE, "{shown}");
    // `mariadb` shows the statement that it could not send.
    assert!(!shown.contains("','"), "rows of the site: {shown}");
}

/// Kills the server when raylift says that it is at the given work.
fn kill_at<'a>(server: &'a Server, work: &'a str) -> impl FnMut(String) + 'a {
    let mut killed = false;
    move |line| {
        if !killed && line.contains(work) {
            killed = true;
            server.kill();
        }
    }
}

/// What must hold wherever the server was killed on the way back: the return point is whole, and so is what the failed
/// update left, under one name or the other.
fn nothing_is_lost(world: &World, damaged: &State) {
    world.verify().unwrap();
    let made = world.made();
    if !made.contains(&world.ours("aside")) {
        assert_same(&world.state(), damaged);
    } else if world.server.kind == Kind::Postgresql {
        assert_eq!(world.aside().rows, damaged.rows);
    } else {
        // The tables lie in one database or the other.
        let (mut rows, live) = (world.aside().rows, world.state().rows);
        for (table, found) in &damaged.rows {
            let held = rows.remove(table).or_else(|| live.get(table).cloned());
            assert_eq!(held.as_ref(), Some(found), "{table}");
        }
    }
}

#[test]
fn postgresql_is_killed_in_a_proof_a_dump_and_a_restore() {
    let (server, _turn) = mortal(Kind::Postgresql);
    let world = with_large_table(server);
    let before = world.state();
    let (plan, place) = (&world.site.plan, world.place());

    for work in ["dumping the database: ", "restoring the database: "] {
        let mut killer = kill_at(server, work);
        let proof = world
            .host
            .prove_restore_point(plan, &world.scratch(), &mut killer);
        is_told(&proof.unwrap_err());
        server.start();
        assert_same(&world.state(), &before);
    }
    assert_eq!(world.made(), [world.ours("proof")]);
    world.host.discard_proof(plan, &world.scratch()).unwrap();
    assert_eq!(world.made(), [""; 0]);
    assert!(!world.scratch().exists());

    let mut killer = kill_at(server, "dumping the database: ");
    let taken = world
        .host
        .take_return_point(plan, &place, &ReturnMeans::Copies, &mut killer);
    is_told(&taken.unwrap_err());
    server.start();
    assert_same(&world.state(), &before);
    assert_eq!(world.host.return_point(plan, &place).unwrap(), None);
    world.take();

    world.damage();
    let damaged = world.state();
    for work in [
        "bringing the database back",
        "restoring the database: ",
        "the databases change places",
    ] {
        let mut killer = kill_at(server, work);
        let restored =
            world
                .host
                .restore_return_point(plan, &place, &ReturnMeans::Copies, &mut killer);
        is_told(&restored.unwrap_err());
        server.start();
        nothing_is_lost(&world, &damaged);
        assert_same(&world.state(), &damaged);
    }
    world.restore().unwrap();
    assert_same(&world.state(), &before);
    assert_eq!(world.aside().rows, damaged.rows);
    assert_eq!(world.made(), [world.ours("aside")]);
}

/// Its tools say nothing on the way, so that they kill the server themselves after so many bytes.
#[test]
fn mariadb_is_killed_in_a_proof_a_dump_and_a_restore() {
    let (server, _turn) = mortal(Kind::Mariadb);
    let mut world = with_large_table(server);
    let before = world.state();
    let script = format!(
        "set -o pipefail\n\
         at=$(cat $notes/$tool 2>/dev/null)\n\
         case \"$tool $*\" in\n\
         mariadb-dump*--routines*--result-file=*) if [ -n \"$at\" ]; then rm $notes/$tool\n\
           for word in \"$@\"; do case $word in --result-file=*) file=${{word#*=}};; esac; done\n\
           mkfifo $notes/pipe\n\
           {{ head -c $at; kill -9 $(cat {pid}); cat; }} <$notes/pipe >\"$file\" &\n\
           \"$real\" \"$@\" --result-file=$notes/pipe; status=$?\n\
           wait; rm $notes/pipe; exit $status; fi;;\n\
         mariadb-dump*--result-file=*) ;;\n\
         mariadb-dump*) if [ -n \"$at\" ]; then rm $notes/$tool\n\
           \"$real\" \"$@\" | {{ head -c $at; kill -9 $(cat {pid}); cat; }}; exit; fi;;\n\
         *--database=*) if [ -n \"$at\" ]; then rm $notes/$tool\n\
           {{ head -c $at; kill -9 $(cat {pid}); cat; }} | \"$real\" \"$@\"; exit; fi;;\n\
         esac",
        pid = server.pid_file().display()
    );
    let (folder, notes) = noting_tools(&world, &script);
    world.site.plan.site.database_tools.as_mut().unwrap().folder = folder;
    let kill_after = |tool: &str, bytes: &str| fs::write(notes.join(tool), bytes).unwrap();
    let again = || {
        server.wait_for_end();
        server.start();
    };

    for (tool, bytes) in [("mariadb-dump", "30000"), ("mariadb", "30000")] {
        kill_after(tool, bytes);
        is_told(&world.prove().unwrap_err());
        again();
        assert_same(&world.state(), &before);
    }
    assert_eq!(world.made(), [world.ours("proof")]);
    world
        .host
        .discard_proof(&world.site.plan, &world.scratch())
        .unwrap();
    assert_eq!(world.made(), [""; 0]);

    kill_after("mariadb-dump", "30000");
    is_told(&world.try_take().unwrap_err());
    again();
    assert_same(&world.state(), &before);
    world.take();

    world.damage();
    let damaged = world.state();
    // While views and triggers are noted, before the first row, in the middle.
    for (tool, bytes) in [
        ("mariadb-dump", "100"),
        ("mariadb", "0"),
        ("mariadb", "30000"),
        ("mariadb", "1000000"),
    ] {
        kill_after(tool, bytes);
        is_told(&world.restore().unwrap_err());
        again();
        nothing_is_lost(&world, &damaged);
    }
    world.restore().unwrap();
    assert_same(&world.state(), &before);
    assert_eq!(world.aside().rows, damaged.rows);
}

/// Set in the process that is raylift in the test below: the folder of its tools.
const TOOLS: &str = "RAYLIFT_TEST_TOOLS";

/// Set likewise: that the site's database is one of MariaDB's.
const MARIADB: &str = "RAYLIFT_TEST_MARIADB";

/// A tool that outlived a killed raylift would write into the folder of the next attempt's dump.
#[test]
fn a_tool_ends_when_raylift_is_killed() {
    ends_with_raylift("pg_dump", 1, None);
    // Tables and events.
    ends_with_raylift("mariadb-dump", 2, Some((MARIADB, "yes")));
}

fn ends_with_raylift(tool: &str, processes: usize, variable: Option<(&str, &str)>) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(
        folder.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o777),
    )
    .unwrap();
    let script = folder.path().join(tool);
    fs::write(
        &script,
        format!(
            "#!/bin/sh\ntouch {0}/$$.pid\nexec sleep 120\n",
            folder.path().display()
        ),
    )
    .unwrap();
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut raylift = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::raylift_that_is_killed", "--ignored"])
        .env(TOOLS, folder.path())
        .envs(variable)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = waited(|| {
        let entries = fs::read_dir(folder.path()).unwrap();
        let started: Vec<PathBuf> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension() == Some("pid".as_ref()))
            .map(|path| Path::new("/proc").join(path.file_stem().unwrap()))
            .collect();
        (started.len() == processes).then_some(started)
    });
    assert!(started.iter().all(|process| process.exists()));
    raylift.kill().unwrap();
    raylift.wait().unwrap();
    waited(|| (!started.iter().any(|process| process.exists())).then_some(()));
}

fn waited<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
#[ignore = "started and killed by the test above"]
fn raylift_that_is_killed() {
    let Some(folder) = std::env::var_os(TOOLS) else {
        return;
    };
    let kind = match std::env::var_os(MARIADB) {
        Some(_) => Kind::Mariadb,
        None => Kind::Postgresql,
    };
    let world = World::nowhere(kind, Path::new(&folder));
    world.try_take().unwrap_err();
}
