//! Two at once, and what is left of one that is gone.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, sleep};
use std::time::{Duration, Instant, SystemTime};

use raylift_backup::repository::{Forget, Free, ReadBack, RepositoryError};

use crate::support::{Place, furnish};

fn is_locked<T: std::fmt::Debug>(result: Result<T, RepositoryError>) -> bool {
    matches!(result, Err(RepositoryError::Locked { .. }))
}

#[test]
fn while_one_writes_nobody_else_does_anything() {
    let place = Place::new();
    furnish(&place.site());
    let repository = place.create();
    place.backup(&repository);
    let (begun, wait) = mpsc::channel();
    let (go_on, end) = mpsc::channel();
    let about = place.about();
    thread::scope(|scope| {
        let first = scope.spawn(|| {
            // Progress is told under the lock.
            let mut once = Some((begun, end));
            repository.backup(&about, place.documents(), &mut |_| {
                if let Some((begun, end)) = once.take() {
                    let _: Result<(), _> = begun.send(());
                    let _: Result<(), _> = end.recv();
                }
            })
        });
        wait.recv().unwrap();
        let other = place.open().unwrap();
        assert!(is_locked(other.backup(
            &place.about(),
            place.documents(),
            &mut |_| {}
        )));
        let named = Forget::Named(Vec::new());
        assert!(is_locked(other.forget(&named, &[], Free::Now)));
        assert!(is_locked(other.check(ReadBack::Nothing)));
        let error = other.list().unwrap_err();
        let process = format!("process {}", std::process::id());
        assert!(error.to_string().contains(&process), "{error}");
        go_on.send(()).unwrap();
        first.join().unwrap().unwrap();
        assert_eq!(other.list().unwrap().len(), 2);
    });
}

#[test]
fn a_lock_of_a_process_that_is_gone_is_none() {
    let place = Place::new();
    let repository = place.create();
    fs::write(
        place.repository_folder().join("raylift.lock"),
        "process 999999999\n",
    )
    .unwrap();
    // What a killed writer leaves.
    let half = place.repository_folder().join("data/00");
    fs::create_dir_all(&half).unwrap();
    let half = half.join(format!("{}-tmp-raylift", "0".repeat(64)));
    fs::write(&half, "half a pack").unwrap();
    place.backup(&repository);
    assert!(!half.exists());
}

#[test]
fn nothing_is_written_while_restic_works_and_its_old_locks_do_not_count() {
    let place = Place::new();
    furnish(&place.site());
    let repository = place.create();
    let locks = place.repository_folder().join("locks");
    let mut restic = Command::new("restic")
        .args(["--no-cache", "backup", "--stdin", "--repo"])
        .arg(place.repository_folder())
        .arg("--password-file")
        .arg(place.path("key"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("these tests need restic: apt-get install restic");
    let begun = Instant::now();
    while fs::read_dir(&locks).unwrap().count() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60));
        sleep(Duration::from_millis(20));
    }
    let take = || repository.backup(&place.about(), place.documents(), &mut |_| {});
    let error = take().unwrap_err();
    assert!(error.to_string().contains("restic"), "{error}");
    assert!(is_locked(take()));
    assert!(repository.list().unwrap().is_empty(), "reading is free");

    restic.kill().unwrap();
    restic.wait().unwrap();
    assert!(is_locked(take()), "nobody knows yet that it is gone");
    let lock = fs::read_dir(&locks).unwrap().next().unwrap().unwrap();
    let file = fs::File::open(lock.path()).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(31 * 60))
        .unwrap();
    take().unwrap();
    place.restic_does(&["unlock", "--remove-all"]);
}
