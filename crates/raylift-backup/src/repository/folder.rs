//! A repository in a folder, as restic lays it out.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use walkdir::WalkDir;

use super::error::{RepositoryError, StorageError};
use super::storage::{Access, FileType, Id, Lock, Storage};
use crate::copy::remove_if_there;

/// raylift's own lock, beside restic's folders; restic does not look at it.
const LOCK: &str = "raylift.lock";

/// How a file that is being written ends. restic gives its own unfinished files such names, and no reader takes them
/// for a file of the repository.
const UNFINISHED: &str = "-tmp-raylift";

/// restic renews its lock every five minutes and takes one for left behind after thirty
/// (`staleLockTimeout` in its `internal/restic/lock.go`).
const RESTIC_LOCK_AGE: Duration = Duration::from_secs(30 * 60);

/// No pack is shorter: length, and one header with its cipher's 32 bytes (restic, "Pack Format").
const SHORTEST_PACK: u64 = 36;

/// A repository in a folder of this machine.
#[derive(Debug, Clone)]
pub struct Folder {
    place: PathBuf,
}

impl Folder {
    /// The repository in that folder, whether there is one or not.
    pub fn new(place: impl Into<PathBuf>) -> Self {
        Self {
            place: place.into(),
        }
    }

    fn path(&self, kind: FileType, id: &Id) -> PathBuf {
        if kind == FileType::Config {
            return self.place.join("config");
        }
        let name = id.to_hex();
        let folder = self.place.join(kind.dirname());
        match (kind, name.as_str().get(..2)) {
            (FileType::Pack, Some(first)) => folder.join(first).join(name.as_str()),
            _ => folder.join(name.as_str()),
        }
    }

    /// What a killed writer left half written.
    fn remove_unfinished(&self) -> Result<(), StorageError> {
        for entry in WalkDir::new(&self.place).max_depth(3) {
            let Ok(entry) = entry else { continue };
            if entry.file_type().is_file()
                && entry.file_name().to_string_lossy().ends_with(UNFINISHED)
            {
                remove_if_there(entry.path()).map_err(failed("remove", entry.path()))?;
            }
        }
        Ok(())
    }

    /// restic's own locks, as files; those it would take for left behind do not count.
    fn restic_lock(&self) -> Result<Option<PathBuf>, StorageError> {
        let folder = self.place.join("locks");
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            entries => entries.map_err(failed("read", &folder))?,
        };
        for entry in entries {
            let entry = entry.map_err(failed("read", &folder))?;
            let time = match entry.metadata().and_then(|stat| stat.modified()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                time => time.map_err(failed("read", &entry.path()))?,
            };
            let age = SystemTime::now().duration_since(time).unwrap_or_default();
            if age < RESTIC_LOCK_AGE {
                return Ok(Some(entry.path()));
            }
        }
        Ok(None)
    }

    fn locked(&self, by: String) -> RepositoryError {
        RepositoryError::Locked {
            place: self.location(),
            by,
        }
    }
}

impl Storage for Folder {
    fn location(&self) -> String {
        self.place.display().to_string()
    }

    fn name(&self, kind: FileType, id: &Id) -> String {
        let path = self.path(kind, id);
        let below = path.strip_prefix(&self.place).unwrap_or(&path);
        below.display().to_string()
    }

    fn prepare(&self) -> Result<(), StorageError> {
        for name in ["data", "index", "keys", "locks", "snapshots"] {
            make_folder(&self.place.join(name))?;
        }
        Ok(())
    }

    fn list(&self, kind: FileType) -> Result<Vec<(Id, u32)>, StorageError> {
        if kind == FileType::Config {
            let path = self.path(kind, &Id::default());
            return match fs::metadata(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
                stat => {
                    let size = stat.map_err(failed("read", &path))?.len();
                    Ok(vec![(Id::default(), saturated(size))])
                }
            };
        }
        let folder = self.place.join(kind.dirname());
        let mut found = Vec::new();
        for entry in WalkDir::new(&folder).min_depth(1).max_depth(2) {
            let entry = match entry.map_err(io::Error::from) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                entry => entry.map_err(failed("read", &folder))?,
            };
            let name = entry.file_name().to_string_lossy();
            let Some(id) = (entry.file_type().is_file() && name.len() == 64)
                .then(|| name.parse().ok())
                .flatten()
            else {
                continue;
            };
            let size = match entry.metadata().map_err(io::Error::from) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                stat => stat.map_err(failed("read", entry.path()))?.len(),
            };
            if kind != FileType::Pack || size >= SHORTEST_PACK {
                found.push((id, saturated(size)));
            }
        }
        Ok(found)
    }

    fn read(&self, kind: FileType, id: &Id) -> Result<Vec<u8>, StorageError> {
        let path = self.path(kind, id);
        fs::read(&path).map_err(failed("read", &path))
    }

    fn read_range(
        &self,
        kind: FileType,
        id: &Id,
        offset: u32,
        length: u32,
    ) -> Result<Vec<u8>, StorageError> {
        let path = self.path(kind, id);
        let mut file = File::open(&path).map_err(failed("read", &path))?;
        let size = file.metadata().map_err(failed("read", &path))?.len();
        if u64::from(offset) + u64::from(length) > size {
            let error = io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("it has {size} bytes, wanted are {length} from {offset}"),
            );
            return Err(failed("read", &path)(error));
        }
        let mut bytes = vec![0; length as usize];
        file.seek(SeekFrom::Start(offset.into()))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(failed("read", &path))?;
        Ok(bytes)
    }

    fn write(&self, kind: FileType, id: &Id, content: &[Bytes]) -> Result<(), StorageError> {
        let path = self.path(kind, id);
        let folder = path.parent().unwrap_or(&self.place);
        make_folder(folder)?;
        let mut unfinished = path.clone().into_os_string();
        unfinished.push(UNFINISHED);
        let unfinished = PathBuf::from(unfinished);
        let written = write_whole(&unfinished, content)
            .and_then(|()| fs::rename(&unfinished, &path))
            .and_then(|()| File::open(folder)?.sync_all());
        if written.is_err() {
            // The space of a half file may be what is missing.
            let _ = fs::remove_file(&unfinished);
        }
        written.map_err(failed("write", &path))
    }

    fn remove(&self, kind: FileType, id: &Id) -> Result<(), StorageError> {
        let path = self.path(kind, id);
        remove_if_there(&path).map_err(failed("remove", &path))
    }

    fn lock(&self, access: Access) -> Result<Box<dyn Lock>, RepositoryError> {
        let path = self.place.join(LOCK);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).mode(0o600);
        let mut file = match options.open(&path) {
            // To read, a place that cannot be written needs no lock: nobody writes there.
            Err(error)
                if access == Access::Read
                    && matches!(
                        error.kind(),
                        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
                    ) =>
            {
                return Ok(Box::new(Held { file: None }));
            }
            file => file.map_err(failed("write", &path))?,
        };
        let taken = match access {
            Access::Read => file.try_lock_shared(),
            Access::Write => file.try_lock(),
        };
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut by = String::new();
                let _ = (&mut file).take(200).read_to_string(&mut by);
                let by = by.trim();
                return Err(self.locked(if by.is_empty() {
                    "by another raylift".to_owned()
                } else {
                    format!("by raylift, {by}")
                }));
            }
            Err(TryLockError::Error(error)) => return Err(failed("lock", &path)(error).into()),
        }
        if access == Access::Write {
            if let Some(lock) = self.restic_lock()? {
                return Err(self.locked(format!("restic's lock {}", lock.display())));
            }
            let who = format!("process {}\n", std::process::id());
            file.set_len(0)
                .and_then(|()| file.write_all(who.as_bytes()))
                .or_else(|error| {
                    // Who holds the lock is a help to people; a full disk must not keep one from freeing space.
                    if super::error::is_full(&error) {
                        Ok(())
                    } else {
                        Err(error)
                    }
                })
                .map_err(failed("write", &path))?;
            self.remove_unfinished()?;
        }
        Ok(Box::new(Held { file: Some(file) }))
    }
}

/// The kernel gives the lock up when the file is closed, by whatever end of the process.
#[derive(Debug)]
struct Held {
    file: Option<File>,
}

impl Drop for Held {
    fn drop(&mut self) {
        // A child that another thread is just starting has the file open, too, for a moment; unlocked is unlocked.
        if let Some(file) = &self.file {
            let _ = file.unlock();
        }
    }
}

impl Lock for Held {}

fn write_whole(path: &Path, content: &[Bytes]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    for piece in content {
        file.write_all(piece)?;
    }
    file.sync_all()
}

fn make_folder(folder: &Path) -> Result<(), StorageError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed("make the folder", folder))
}

/// No file of a repository reaches 4 GiB.
fn saturated(size: u64) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StorageError {
    let path = path.display().to_string();
    move |source| StorageError { what, path, source }
}
