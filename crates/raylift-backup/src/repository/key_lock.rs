//! One at a time makes a key.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::error::RepositoryError;
use super::key::unusable;

/// How the name of the file beside a key ends that is locked meanwhile.
const ENDING: &str = ".lock";

/// Held as long as a key is made. The kernel gives it up with the process, by whatever end.
#[derive(Debug)]
pub(super) struct KeyLock {
    path: PathBuf,
    file: File,
}

impl KeyLock {
    /// Waits until nobody makes a key with this name.
    ///
    /// # Errors
    /// When there can be no file beside the key.
    pub(super) fn take(key_file: &Path) -> Result<Self, RepositoryError> {
        let mut name = key_file.to_owned().into_os_string();
        name.push(ENDING);
        let path = PathBuf::from(name);
        loop {
            let file = locked(&path).map_err(unusable(&path))?;
            // Who had it before has removed the file: another may have made it anew, and lock that.
            let is_same = |stat: fs::Metadata| {
                file.metadata()
                    .is_ok_and(|own| (own.dev(), own.ino()) == (stat.dev(), stat.ino()))
            };
            if fs::symlink_metadata(&path).is_ok_and(is_same) {
                return Ok(Self { path, file });
            }
        }
    }
}

fn locked(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)?;
    file.lock()?;
    Ok(file)
}

impl Drop for KeyLock {
    fn drop(&mut self) {
        // Removed while it is held: nobody else's can be.
        let _ = fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}
