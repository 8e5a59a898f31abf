//! The fence script, run by the real `/bin/sh`, as the site's user: an ordinary one when the tests run as root.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use raylift_host::effects::exchange::Exchanger;
use raylift_host::effects::fence::{Fence, state};
use raylift_host::users;
use raylift_model::codes;
use raylift_model::facts::Ownership;
use raylift_run::host::FenceState;
use tempfile::TempDir;

const REAL: &str = "#!/bin/sh\necho \"real $0 $* home=$CATALINA_HOME base=$CATALINA_BASE\"\n";
const EXIT_TEMPORARY_FAILURE: i32 = 75;

const BOTH: [Exchanger; 2] = [
    Exchanger { in_one_step: true },
    Exchanger { in_one_step: false },
];

/// One site at a time: a child that another test forks while a script is being written holds it open for writing,
/// and the kernel then refuses to run it (`ETXTBSY`).
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

struct Site {
    _turn: MutexGuard<'static, ()>,
    _folder: TempDir,
    fence: Fence,
}

impl Site {
    fn new() -> Self {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        let root = users::current_uid() == 0;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let owner = Ownership {
            uid: if root { 65534 } else { users::current_uid() },
            gid: if root {
                65534
            } else {
                rustix::process::getegid().as_raw()
            },
            user: None,
        };
        let home = folder.path().join("it's home");
        let run_folder = home.join(".raylift/runs/0001-7.2.1");
        let fence = Fence {
            script: home.join("tomcat-9.0.19/bin/catalina.sh"),
            stash: run_folder.join("fence/catalina.sh"),
            tomcat: home.join("tomcat-9.0.19"),
            state: home.join(".raylift"),
            run_folder,
            home,
            owner,
        };
        fs::create_dir_all(fence.tomcat.join("bin")).unwrap();
        fs::create_dir_all(&fence.run_folder).unwrap();
        fs::set_permissions(&fence.run_folder, fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(&fence.script, REAL).unwrap();
        fs::set_permissions(&fence.script, fs::Permissions::from_mode(0o754)).unwrap();
        for path in [
            fence.home.clone(),
            fence.tomcat.clone(),
            fence.tomcat.join("bin"),
            fence.script.clone(),
        ] {
            chown(&path, Some(fence.owner.uid), Some(fence.owner.gid)).unwrap();
        }
        Self {
            _turn: turn,
            _folder: folder,
            fence,
        }
    }

    fn start(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.fence.script);
        command
            .args(arguments)
            .env_remove("CATALINA_HOME")
            .env_remove("CATALINA_BASE");
        users::output(&mut command, &self.fence.owner).unwrap()
    }

    fn state(&self) -> FenceState {
        state(&self.fence.script, &self.fence.stash).unwrap()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_start_is_refused_and_told_how_to_go_on() {
    for exchanger in BOTH {
        let site = Site::new();
        assert_eq!(site.state(), FenceState::Down);
        site.fence.raise(exchanger).unwrap();
        site.fence.raise(exchanger).unwrap();
        assert_eq!(site.state(), FenceState::Up);
        for arguments in [&["start"][..], &["run"], &["jpda", "start"], &[]] {
            let output = site.start(arguments);
            assert_eq!(output.status.code(), Some(EXIT_TEMPORARY_FAILURE));
            assert_eq!(said(&output), "");
            let error = String::from_utf8(output.stderr).unwrap();
            let home = site.fence.home.display();
            for expected in [
                "run 0001-7.2.1".to_owned(),
                format!("raylift resume --site '{home}'"),
                format!("raylift rollback --site '{home}'"),
            ] {
                assert!(error.contains(&expected), "{error}");
            }
        }
        let attempts = fs::read_to_string(site.fence.attempts()).unwrap();
        let lines: Vec<Vec<&str>> = attempts
            .lines()
            .map(|line| line.splitn(3, ' ').collect())
            .collect();
        assert_eq!(lines.len(), 4, "{attempts}");
        assert!(lines[0][0].parse::<jiff::Timestamp>().is_ok(), "{attempts}");
        assert_eq!(lines[0][1], std::process::id().to_string());
        assert_eq!(lines[2][2], "jpda start");
    }
}

#[test]
fn stopping_and_asking_go_through() {
    let site = Site::new();
    site.fence.raise(Exchanger::default()).unwrap();
    for arguments in [&["stop", "20", "-force"][..], &["version"], &["configtest"]] {
        let output = site.start(arguments);
        assert!(output.status.success());
        let tomcat = site.fence.tomcat.display();
        assert_eq!(
            said(&output),
            format!(
                "real {} {} home={tomcat} base={tomcat}\n",
                site.fence.stash.display(),
                arguments.join(" ")
            )
        );
    }
}

#[test]
fn one_pass_lets_exactly_one_of_many_through() {
    let site = Site::new();
    site.fence.raise(Exchanger::default()).unwrap();
    site.fence.write_pass().unwrap();
    let outputs: Vec<Output> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..12)
            .map(|_| scope.spawn(|| site.start(&["start"])))
            .collect();
        starts
            .into_iter()
            .map(|start| start.join().unwrap())
            .collect()
    });
    let through = outputs.iter().filter(|output| output.status.success());
    assert_eq!(through.count(), 1);
    let refused = outputs
        .iter()
        .filter(|output| output.status.code() == Some(EXIT_TEMPORARY_FAILURE));
    assert_eq!(refused.count(), 11);
    assert!(!site.fence.pass_is_there().unwrap());
}

#[test]
fn a_pass_that_is_taken_back_lets_nobody_through() {
    let site = Site::new();
    site.fence.raise(Exchanger::default()).unwrap();
    site.fence.write_pass().unwrap();
    assert!(site.fence.pass_is_there().unwrap());
    site.fence.withdraw_pass().unwrap();
    site.fence.withdraw_pass().unwrap();
    assert_eq!(
        site.start(&["start"]).status.code(),
        Some(EXIT_TEMPORARY_FAILURE)
    );
}

#[test]
fn a_pass_is_worth_nothing_when_its_writer_is_dead() {
    let site = Site::new();
    site.fence.raise(Exchanger::default()).unwrap();
    site.fence.write_pass().unwrap();
    let token = site.fence.stash.parent().unwrap().join("pass/token");
    let ours = fs::read_to_string(&token).unwrap();
    let (pid, started) = ours.trim().split_once(' ').unwrap();
    assert_eq!(pid, std::process::id().to_string());

    let mut dead = Command::new("true").spawn().unwrap();
    dead.wait().unwrap();
    let later: u64 = started.parse::<u64>().unwrap() + 1;
    for text in [
        format!("{} {started}\n", dead.id()),
        format!("{pid} {later}\n"),
        String::new(),
    ] {
        fs::write(&token, text).unwrap();
        chown(&token, Some(site.fence.owner.uid), None).unwrap();
        assert_eq!(
            site.start(&["start"]).status.code(),
            Some(EXIT_TEMPORARY_FAILURE)
        );
        assert!(!site.fence.pass_is_there().unwrap(), "it is used up");
    }

    fs::write(&token, ours).unwrap();
    chown(&token, Some(site.fence.owner.uid), None).unwrap();
    assert!(site.start(&["start"]).status.success());
}

#[test]
fn lowering_brings_the_very_same_script_back() {
    for exchanger in BOTH {
        let site = Site::new();
        let before = fs::metadata(&site.fence.script).unwrap();
        site.fence.raise(exchanger).unwrap();
        let fence = fs::metadata(&site.fence.script).unwrap();
        assert_eq!((fence.uid(), fence.gid()), (before.uid(), before.gid()));
        assert_eq!(fence.mode(), before.mode());
        site.fence.lower(exchanger).unwrap();
        site.fence.lower(exchanger).unwrap();
        let after = fs::metadata(&site.fence.script).unwrap();
        assert_eq!(after.ino(), before.ino());
        assert_eq!(after.mode(), before.mode());
        assert_eq!(fs::read_to_string(&site.fence.script).unwrap(), REAL);
        assert_eq!(site.state(), FenceState::Down);
        assert!(!site.fence.stash.exists());
        assert!(said(&site.start(&["start"])).starts_with("real "));
    }
}

/// What a crash can leave of a fence that is raised without an exchange.
#[test]
fn a_half_raised_fence_is_down_and_can_be_raised_again() {
    let site = Site::new();
    fs::create_dir_all(site.fence.stash.parent().unwrap()).unwrap();
    fs::hard_link(&site.fence.script, &site.fence.stash).unwrap();
    assert_eq!(site.state(), FenceState::Down);
    site.fence.lower(Exchanger::default()).unwrap();
    assert!(!site.fence.stash.exists());
    fs::hard_link(&site.fence.script, &site.fence.stash).unwrap();
    site.fence.raise(Exchanger { in_one_step: false }).unwrap();
    assert_eq!(site.state(), FenceState::Up);
    assert_eq!(fs::read_to_string(&site.fence.stash).unwrap(), REAL);
}

#[test]
fn somebody_elses_script_is_a_disturbance_and_stays() {
    let site = Site::new();
    site.fence.raise(Exchanger::default()).unwrap();
    fs::remove_file(&site.fence.script).unwrap();
    fs::write(&site.fence.script, "#!/bin/sh\n# a new Tomcat\n").unwrap();
    assert_eq!(site.state(), FenceState::Disturbed);
    for error in [
        site.fence.raise(Exchanger::default()).unwrap_err(),
        site.fence.lower(Exchanger::default()).unwrap_err(),
    ] {
        assert_eq!(error.code, codes::FENCE_DISTURBED);
    }
    assert_eq!(fs::read_to_string(&site.fence.stash).unwrap(), REAL);
    fs::remove_file(&site.fence.script).unwrap();
    assert_eq!(site.state(), FenceState::Disturbed);
}

#[test]
fn a_linked_start_script_is_not_fenced() {
    let site = Site::new();
    let elsewhere: PathBuf = site.fence.tomcat.join("bin/real.sh");
    fs::rename(&site.fence.script, &elsewhere).unwrap();
    std::os::unix::fs::symlink("real.sh", &site.fence.script).unwrap();
    let error = site.fence.raise(Exchanger::default()).unwrap_err();
    assert!(error.message.contains("symbolic link"), "{error}");
    assert_eq!(
        fs::read_link(&site.fence.script).unwrap(),
        Path::new("real.sh")
    );
}
