//! By what a file is known to be unchanged without reading it, as git's index does.
//!
//! A file could be changed twice within one tick of its file system's clock and look the same. So what was changed a
//! moment ago is not trusted ("racily clean", `Documentation/technical/racy-git.txt` of git); two seconds are the tick of
//! the coarsest file system, FAT.

use std::fs::Metadata;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use raylift_model::digest::Digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

/// How long a file must have been left alone.
const MOMENT: Duration = Duration::from_secs(2);

/// What `stat(2)` says of a file as long as nobody touches it. Times are nanoseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
    mode: u32,
    size: u64,
    modified: i128,
    changed: i128,
}

impl Identity {
    pub(crate) fn of(stat: &Metadata) -> Self {
        let nanoseconds =
            |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Self {
            device: stat.dev(),
            inode: stat.ino(),
            mode: stat.mode(),
            size: stat.size(),
            modified: nanoseconds(stat.mtime(), stat.mtime_nsec()),
            changed: nanoseconds(stat.ctime(), stat.ctime_nsec()),
        }
    }

    /// Whether it was left alone for a moment before `now`; a time in the future is no proof of that.
    fn is_settled(&self, now: SystemTime) -> bool {
        let Ok(since_1970) = now.duration_since(UNIX_EPOCH) else {
            return false;
        };
        let Ok(now) = i128::try_from(since_1970.saturating_sub(MOMENT).as_nanos()) else {
            return false;
        };
        self.modified <= now && self.changed <= now
    }
}

/// A file that had been left alone when it was looked at: from then on every change shows.
#[derive(Debug, Clone)]
pub(crate) struct Settled(Identity);

impl Settled {
    /// Looks at the file at a path, through links. `None` when it was changed a moment before `now`, a time not after this
    /// call.
    pub(crate) fn look(path: &Path, now: SystemTime) -> io::Result<Option<Self>> {
        let identity = Identity::of(&std::fs::metadata(path)?);
        Ok(identity.is_settled(now).then_some(Self(identity)))
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.0
    }

    /// Whether the file at the path is the same one, unchanged.
    pub(crate) fn is_still_at(&self, path: &Path) -> bool {
        std::fs::metadata(path).is_ok_and(|stat| Identity::of(&stat) == self.0)
    }
}

/// Stands for everything in a folder: paths and identities, links not followed. `None` when something in it was changed
/// a moment before `now`, a time not after this call.
pub(crate) fn fingerprint(folder: &Path, now: SystemTime) -> io::Result<Option<Digest>> {
    let mut hasher = Sha256::new();
    for found in WalkDir::new(folder).sort_by_file_name() {
        let found = found?;
        let identity = Identity::of(&found.metadata()?);
        if !identity.is_settled(now) {
            return Ok(None);
        }
        let below = found.path().strip_prefix(folder).unwrap_or(found.path());
        hasher.update(below.as_os_str().as_bytes());
        hasher.update([0]);
        hasher.update(identity.device.to_le_bytes());
        hasher.update(identity.inode.to_le_bytes());
        hasher.update(identity.mode.to_le_bytes());
        hasher.update(identity.size.to_le_bytes());
        hasher.update(identity.modified.to_le_bytes());
        hasher.update(identity.changed.to_le_bytes());
    }
    Ok(Some(Digest::finish(hasher)))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File, FileTimes};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Until the clock of the file system, which ticks some hundred times a second, has gone on.
    fn wait_for_a_tick(folder: &Path) {
        let probe = tempfile::NamedTempFile::new_in(folder.parent().unwrap()).unwrap();
        let changed = || Identity::of(&fs::metadata(probe.path()).unwrap()).changed;
        let first = changed();
        while changed() == first {
            fs::write(probe.path(), "").unwrap();
        }
    }

    fn later() -> SystemTime {
        SystemTime::now() + Duration::from_secs(10)
    }

    #[test]
    fn what_was_touched_a_moment_ago_is_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "abc").unwrap();
        assert!(Settled::look(&file, SystemTime::now()).unwrap().is_none());
        let identity = Identity::of(&fs::metadata(&file).unwrap());
        let changed = UNIX_EPOCH + Duration::from_nanos(identity.changed.try_into().unwrap());
        assert!(!identity.is_settled(changed));
        assert!(!identity.is_settled(changed + MOMENT - Duration::from_nanos(1)));
        assert!(identity.is_settled(changed + MOMENT));
        assert!(!identity.is_settled(UNIX_EPOCH));
        assert_eq!(fingerprint(folder.path(), SystemTime::now()).unwrap(), None);
    }

    #[test]
    fn an_old_time_set_by_hand_does_not_hide_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let long_ago = SystemTime::now() - Duration::from_secs(3600);
        let set = || {
            let times = FileTimes::new().set_modified(long_ago);
            File::options()
                .write(true)
                .open(&file)
                .and_then(|file| file.set_times(times))
                .unwrap();
        };
        fs::write(&file, "abc").unwrap();
        set();
        let before = Identity::of(&fs::metadata(&file).unwrap());
        assert!(!before.is_settled(SystemTime::now()), "its ctime is new");
        wait_for_a_tick(folder.path());
        fs::write(&file, "abd").unwrap();
        set();
        let after = Identity::of(&fs::metadata(&file).unwrap());
        assert_eq!(before.modified, after.modified);
        assert_ne!(before, after);
    }

    /// Whether something that is done to a folder shows in its fingerprint.
    fn shows(work: impl FnOnce(&Path)) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::create_dir(folder.join("inner")).unwrap();
        fs::write(folder.join("inner/file"), "abc").unwrap();
        std::os::unix::fs::symlink("file", folder.join("inner/link")).unwrap();
        let before = fingerprint(folder, later()).unwrap().unwrap();
        wait_for_a_tick(folder);
        work(folder);
        fingerprint(folder, later()).unwrap().unwrap() != before
    }

    #[test]
    fn every_change_in_a_folder_shows() {
        assert!(!shows(|folder| drop(fs::read(folder.join("inner/file")))));
        assert!(shows(
            |folder| fs::write(folder.join("inner/file"), "abd").unwrap()
        ));
        assert!(shows(|folder| fs::set_permissions(
            folder.join("inner/file"),
            fs::Permissions::from_mode(0o755)
        )
        .unwrap()));
        assert!(shows(|folder| fs::rename(
            folder.join("inner/file"),
            folder.join("inner/new")
        )
        .unwrap()));
        assert!(shows(
            |folder| fs::remove_file(folder.join("inner/file")).unwrap()
        ));
        assert!(shows(
            |folder| fs::create_dir(folder.join("inner/new")).unwrap()
        ));
        assert!(shows(|folder| {
            fs::remove_file(folder.join("inner/link")).unwrap();
            std::os::unix::fs::symlink("elif", folder.join("inner/link")).unwrap();
        }));
    }
}
