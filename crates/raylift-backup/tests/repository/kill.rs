//! A backup that is killed in the middle.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use raylift_backup::Part;
use raylift_backup::repository::{About, Folder, Input, ReadBack, Repository, read_key};

use crate::support::{Place, assert_same, noise, picture, size};

/// Set in the process that is to be killed: the folder of the place.
const PLACE: &str = "RAYLIFT_TEST_BACKUP_TO_KILL";

/// Not a test of its own: the process that is killed.
#[test]
fn process_to_be_killed() {
    let Some(place) = std::env::var_os(PLACE).map(PathBuf::from) else {
        return;
    };
    let folder = Folder::new(place.join("repository"));
    let key = read_key(&place.join("key")).unwrap();
    let repository = Repository::open(Box::new(folder), key).unwrap();
    let about = About {
        host: "host".to_owned(),
        site: place.join("site"),
        tags: Vec::new(),
        note: serde_json::Value::Null,
    };
    let documents = Input::Files(Part {
        name: "documents".to_owned(),
        root: place.join("site"),
        entries: None,
    });
    repository
        .backup(&about, vec![documents], &mut |_| {})
        .unwrap();
}

/// Starts a backup and kills it once `packs` more packs than now are written.
fn kill_after(place: &Place, packs: usize) {
    let before = place.packs().len();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["kill::process_to_be_killed", "--exact"])
        .env(PLACE, place.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while place.packs().len() < before + packs {
        assert!(begun.elapsed() < Duration::from_secs(120));
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_a_killed_backup_had_written_is_used_by_the_next() {
    let place = Place::new();
    for number in 0..60 {
        let content = noise(number, 4_000_000);
        fs::write(place.site().join(format!("{number:02}")), content).unwrap();
    }
    let repository = place.create();
    kill_after(&place, 2);
    assert!(repository.list().unwrap().is_empty());
    place.restic_does(&["check", "--read-data"]);
    kill_after(&place, 2);

    let taken = place.backup(&repository);
    assert!(taken.repaired.found >= 2, "{taken:?}");
    let resumed = size(&place.repository_folder());

    let clean = Place::new();
    fs::remove_dir(clean.site()).unwrap();
    std::os::unix::fs::symlink(place.site(), clean.site()).unwrap();
    clean.backup(&clean.create());
    let once = size(&clean.repository_folder());
    assert!(
        resumed * 10 <= once * 11,
        "{resumed} bytes after two kills, {once} without"
    );

    let target = place.path("restored");
    repository
        .restore("latest", Some("documents"), &target, &mut |_| {})
        .unwrap();
    assert_same(&target, &picture(&place.site()));
    let checked = repository.check(ReadBack::Everything).unwrap();
    assert!(checked.is_good() && checked.notes.is_empty(), "{checked:?}");
}
