//! `raylift drill` and `raylift backup` interrupted while a vendor's tool is at work.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use raylift_lab::Engine;

use crate::engines::left_on_the_server;
use crate::harness::{Ended, PATIENCE, TestSite, processes};

const TOOLS: &str = "/usr/lib/postgresql/15/bin";

/// Tools of which one never ends, once it does more than say its version or list what is in a dump; then it writes its number to `mark`.
fn tools(folder: &Path, which: &str, mark: &Path) {
    fs::remove_dir_all(folder).ok();
    fs::create_dir(folder).unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    for tool in ["psql", "pg_dump", "pg_restore"] {
        let (place, real) = (folder.join(tool), Path::new(TOOLS).join(tool));
        if tool != which {
            symlink(real, place).unwrap();
            continue;
        }
        let text = format!(
            "case \"$*\" in *--list*|*--version*) exec {} \"$@\";; esac\n{}",
            real.display(),
            hanging(mark)
        );
        script(&place, &text);
    }
}

/// Says that it is at work, and never ends.
fn hanging(mark: &Path) -> String {
    let mark = mark.display();
    format!("echo $$ >{mark}.new; mv {mark}.new {mark}\nexec sleep 1000")
}

fn script(place: &Path, text: &str) {
    fs::write(place, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(place, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Starts raylift, interrupts it when the mark is there, and looks that what made the mark has ended.
fn interrupted(site: &TestSite, verb: &str, mark: &Path) -> Ended {
    fs::remove_file(mark).ok();
    let raylift = site
        .command(&[verb])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !mark.exists() {
        assert!(begun.elapsed() < PATIENCE, "{verb} is at work");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let tool: u32 = fs::read_to_string(mark).unwrap().trim().parse().unwrap();
    assert!(processes::lives(tool));
    let kill = ["-INT", &raylift.id().to_string()];
    assert!(Command::new("kill").args(kill).status().unwrap().success());
    let ended = Ended::of(raylift.wait_with_output().unwrap());
    assert!(!processes::lives(tool), "{}", ended.all());
    ended
}

#[test]
fn an_interrupted_drill_or_backup_leaves_nothing() {
    let site = TestSite::on(Engine::Postgresql, &[]);
    let titles = site.titles();
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let (bin, mark) = (folder.path().join("bin"), folder.path().join("mark"));
    site.settings(&format!("[database]\ntools = \"{}\"\n", bin.display()));
    for (verb, tool) in [
        ("drill", "pg_dump"),
        // Its database is there then.
        ("drill", "pg_restore"),
        ("backup", "pg_dump"),
    ] {
        tools(&bin, tool, &mark);
        let ended = interrupted(&site, verb, &mark).assert(6);
        for words in [
            "RL0906",
            "nothing is left of it",
            &format!("raylift {verb} begins anew"),
        ] {
            assert!(ended.stderr.contains(words), "{words}: {}", ended.all());
        }
        let state = site.home().join(".raylift");
        for left in ["scratch/drill", "backup-scratch", "backup.key"] {
            assert!(!state.join(left).exists(), "{verb} with {tool}: {left}");
        }
        assert_eq!(left_on_the_server(&site), Vec::<String>::new());
    }

    // The owner's commands in place of the tools.
    let command = folder.path().join("command");
    let dump = |text: &str| {
        script(&command, text);
        let command = command.display();
        site.settings(&format!(
            "[database]\ndump_command = [\"{command}\"]\nrestore_command = [\"{command}\"]\n"
        ));
    };
    let printed = site.home().join(".raylift/runs/backup-scratch");
    dump("echo whole >\"$RAYLIFT_DUMP/dump\"");
    site.raylift(&["backup"]).assert(0);
    assert!(!printed.exists());
    dump("echo no space; exit 1");
    let failed = site.raylift(&["backup"]).assert(3);
    assert!(failed.stderr.contains("no space"), "{}", failed.all());
    assert!(failed.stderr.contains(printed.to_str().unwrap()));
    assert!(printed.exists(), "the message names it");
    dump(&hanging(&mark));
    interrupted(&site, "backup", &mark).assert(6);
    assert!(!printed.exists());
    assert!(!site.home().join(".raylift/backup-scratch").exists());
    site.assert_old(&titles);
}
