//! No space left.

use std::fs;
use std::path::Path;
use std::process::Command;

use raylift_backup::repository::{Forget, Free, ReadBack};

use crate::support::{Place, noise, picture};

/// A file system of a few MiB in memory, as long as this lives.
struct Small(tempfile::TempDir);

impl Small {
    fn mount(mebibytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "tmpfs"])
            .arg(folder.path())
            .output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(folder)),
            _ => {
                println!("skipped: a small file system can be mounted by root only");
                None
            }
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).status();
    }
}

#[test]
fn a_full_disk_is_told_and_harms_no_backup() {
    let Some(small) = Small::mount(24) else {
        return;
    };
    let mut place = Place::new();
    std::os::unix::fs::symlink(small.path().join("repository"), place.repository_folder()).unwrap();
    fs::create_dir(small.path().join("repository")).unwrap();
    let repository = place.create();
    fs::write(place.site().join("first"), noise(1, 5_000_000)).unwrap();
    place.backup(&repository);
    let before = picture(&place.site());

    let second = place.site().join("second");
    for number in 0..10 {
        fs::create_dir_all(&second).unwrap();
        fs::write(
            second.join(number.to_string()),
            noise(10 + number, 4_000_000),
        )
        .unwrap();
    }
    for _ in 0..2 {
        let error = repository
            .backup(&place.about(), place.documents(), &mut |_| {})
            .unwrap_err();
        assert!(error.is_disk_full(), "{error}");
        assert_eq!(repository.list().unwrap().len(), 1);
    }
    assert!(repository.check(ReadBack::Everything).unwrap().is_good());
    fs::remove_dir_all(&second).unwrap();
    let target = place.path("restored");
    repository
        .restore("latest", Some("documents"), &target, &mut |_| {})
        .unwrap();
    let restored = picture(&target);
    assert_eq!(restored.len(), before.len());
    assert!(restored[1] == before[1]);

    // Forgetting nothing frees what the backups that failed left.
    let forgotten = repository
        .forget(&Forget::Named(Vec::new()), &[], Free::Now)
        .unwrap();
    assert!(forgotten.bytes_after < 6_000_000, "{forgotten:?}");
    place.backup(&repository);
    place.restic_does(&["check", "--read-data"]);
    place.sound = false;
}
