//! A private copy of an embedded HSQLDB, for reading.
//!
//! HSQLDB's `readonly=true` is not harmless for a database that a server has open: where the server has written nothing
//! since its start (`modified=no`), version 2.3.3 deletes the server's log file, and what is written from then on is lost
//! if the server is killed. So HSQLDB never sees the site's own files unless raylift is to write.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use raylift_model::facts::Ownership;
use tempfile::{Builder, TempDir};

use crate::users;

/// Endings of the files a database may have, the log last: a log that is newer than the script is replayed onto it, a
/// script that is newer than the log is not possible. Those with `.new` matter after a crash within a checkpoint.
const ENDINGS: [&str; 8] = [
    "properties",
    "script",
    "script.new",
    "data",
    "data.new",
    "backup",
    "lobs",
    "log",
];

/// How long a checkpoint of the server is waited for. A crash within one leaves the same traces for ever.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);

/// The copy. Dropping it removes it.
pub(super) struct Snapshot {
    folder: TempDir,
    name: PathBuf,
}

impl Snapshot {
    /// Copies the files of the database at `path` (without ending) as they stand between two checkpoints. A missing file
    /// is left out.
    pub(super) fn take(path: &Path, owner: &Ownership) -> io::Result<Self> {
        let name = path
            .file_name()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let snapshot = Self {
                folder: private_folder(owner)?,
                name: name.into(),
            };
            let before = state(path)?;
            for ending in ENDINGS {
                copy(
                    &with_ending(path, ending),
                    &with_ending(&snapshot.path(), ending),
                    owner,
                )?;
            }
            let settled = before == state(path)? && !in_checkpoint(path)?;
            if settled || Instant::now() >= deadline {
                return Ok(snapshot);
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Path of the copy, without ending.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }
}

/// Where the site's user may look and nobody else.
fn private_folder(owner: &Ownership) -> io::Result<TempDir> {
    let foreign = owner.uid != users::current_uid();
    let parent = if foreign {
        PathBuf::from("/tmp")
    } else {
        std::env::temp_dir()
    };
    let folder = Builder::new().prefix("raylift-read-").tempdir_in(parent)?;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700))?;
    if foreign {
        fchown(File::open(folder.path())?, Some(owner.uid), Some(owner.gid))?;
    }
    Ok(folder)
}

fn copy(from: &Path, to: &Path, owner: &Ownership) -> io::Result<()> {
    let mut source = match File::open(from) {
        Ok(source) => source,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut target = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)?;
    io::copy(&mut source, &mut target)?;
    if owner.uid != users::current_uid() {
        fchown(&target, Some(owner.uid), Some(owner.gid))?;
    }
    Ok(())
}

/// What tells two states of a file apart.
#[derive(PartialEq, Eq)]
struct Trace {
    inode: u64,
    size: u64,
    seconds: i64,
    nanoseconds: i64,
}

/// A checkpoint replaces the script and rewrites the properties; a log only grows in between.
fn state(path: &Path) -> io::Result<Vec<Option<Trace>>> {
    ["properties", "script"]
        .iter()
        .map(
            |ending| match std::fs::metadata(with_ending(path, ending)) {
                Ok(file) => Ok(Some(Trace {
                    inode: file.ino(),
                    size: file.size(),
                    seconds: file.mtime(),
                    nanoseconds: file.mtime_nsec(),
                })),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            },
        )
        .collect()
}

/// `modified=yes-new-files` (`HsqlDatabaseProperties.FILES_MODIFIED_NEW`) stands while the new script is there and the
/// old one not yet gone.
fn in_checkpoint(path: &Path) -> io::Result<bool> {
    if with_ending(path, "script.new").exists() {
        return Ok(true);
    }
    match std::fs::read(with_ending(path, "properties")) {
        Ok(text) => Ok(String::from_utf8_lossy(&text).contains("modified=yes-new-files")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The path of one of the database's files.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut file = path.as_os_str().to_owned();
    file.push(".");
    file.push(ending);
    file.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Ownership {
        Ownership {
            uid: users::current_uid(),
            gid: rustix::process::getegid().as_raw(),
            user: None,
        }
    }

    #[test]
    fn the_copy_is_private_complete_and_goes_away() {
        let site = tempfile::tempdir().unwrap();
        let path = site.path().join("lportal");
        for ending in ["properties", "script", "log", "lck"] {
            std::fs::write(with_ending(&path, ending), ending).unwrap();
        }
        let snapshot = Snapshot::take(&path, &own()).unwrap();
        let folder = snapshot.path().parent().unwrap().to_owned();
        assert_eq!(folder.metadata().unwrap().mode() & 0o777, 0o700);
        let mut names: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            ["lportal.log", "lportal.properties", "lportal.script"]
        );
        let log = with_ending(&snapshot.path(), "log");
        assert_eq!(std::fs::read(&log).unwrap(), b"log");
        assert_eq!(log.metadata().unwrap().mode() & 0o777, 0o600);
        drop(snapshot);
        assert!(!folder.exists());
    }

    /// The server ends its checkpoint while the copy waits for it.
    #[test]
    fn a_checkpoint_is_waited_for() {
        let site = tempfile::tempdir().unwrap();
        let path = site.path().join("lportal");
        std::fs::write(with_ending(&path, "properties"), "modified=yes-new-files").unwrap();
        std::fs::write(with_ending(&path, "script"), "old").unwrap();
        std::fs::write(with_ending(&path, "script.new"), "new").unwrap();
        let server = {
            let path = path.clone();
            std::thread::spawn(move || {
                std::thread::sleep(3 * PAUSE);
                std::fs::rename(
                    with_ending(&path, "script.new"),
                    with_ending(&path, "script"),
                )
                .unwrap();
                std::fs::write(with_ending(&path, "properties"), "modified=yes").unwrap();
            })
        };
        let snapshot = Snapshot::take(&path, &own()).unwrap();
        server.join().unwrap();
        let script = std::fs::read(with_ending(&snapshot.path(), "script")).unwrap();
        assert_eq!(script, b"new");
        assert!(!with_ending(&snapshot.path(), "script.new").exists());
    }
}
