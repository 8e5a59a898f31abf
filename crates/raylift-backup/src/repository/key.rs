//! The key of a repository: a text in a file of its own. It is restic's password, so `restic --password-file` takes the
//! file as it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use raylift_model::secret::Secret;

use super::error::RepositoryError;
use crate::copy::remove_if_there;

/// Bytes of randomness in a new key.
const RANDOM: u64 = 32;

/// More is no key.
const LONGEST: u64 = 4096;

/// Makes a new key and writes it to a file that only its owner can read. The file is on disk when this returns.
///
/// # Errors
/// When the file is there already or cannot be written.
pub fn make_key(path: &Path) -> Result<Secret, RepositoryError> {
    let make = || -> io::Result<String> {
        let mut random = Vec::new();
        File::open("/dev/urandom")?
            .take(RANDOM)
            .read_to_end(&mut random)?;
        let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(format!("{text}\n").as_bytes())?;
        file.sync_all()?;
        sync_name(path)?;
        Ok(text)
    };
    make().map(Secret::new).map_err(unusable(path))
}

/// Reads a key: one line of text; blanks around it do not count, as restic reads it.
///
/// # Errors
/// When the file is missing, holds no key, or can be read by everybody.
pub fn read_key(path: &Path) -> Result<Secret, RepositoryError> {
    let read = || -> io::Result<String> {
        let file = File::open(path)?;
        let mode = file.metadata()?.permissions().mode();
        if mode & 0o007 != 0 {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "everybody on this machine can read it; chmod o= takes that away",
            ));
        }
        let mut text = String::new();
        file.take(LONGEST).read_to_string(&mut text)?;
        let key = text.trim();
        if key.is_empty() || key.contains('\n') {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it must hold one line of text",
            ));
        }
        Ok(key.to_owned())
    };
    read().map(Secret::new).map_err(unusable(path))
}

/// Whether there is a file with a key.
///
/// # Errors
/// When the file cannot be looked at.
pub fn has_key(path: &Path) -> Result<bool, RepositoryError> {
    fs::exists(path).map_err(unusable(path))
}

/// Gives a key its name; the name is on disk when this returns.
///
/// # Errors
/// When that cannot be done.
pub(super) fn rename_key(from: &Path, to: &Path) -> Result<(), RepositoryError> {
    fs::rename(from, to)
        .and_then(|()| sync_name(to))
        .map_err(unusable(to))
}

fn sync_name(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Reads a key that has not got its name yet; `None` where there is none. A file that a making was stopped in before it
/// wrote the key is removed.
///
/// # Errors
/// When the file holds something else than a key that raylift made: it is somebody else's and stays.
pub(super) fn read_unnamed(path: &Path) -> Result<Option<Secret>, RepositoryError> {
    let content = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        content => content.map_err(unusable(path))?,
    };
    // After a crash of the machine the file may have its length and no content.
    if content.iter().all(|byte| *byte == 0) {
        remove_if_there(path).map_err(unusable(path))?;
        return Ok(None);
    }
    let key = read_key(path)?;
    let is_ours = key.expose().len() as u64 == 2 * RANDOM
        && key.expose().bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_ours {
        return Err(unusable(path)(io::Error::new(
            io::ErrorKind::InvalidData,
            "it lies where raylift makes a key, and raylift did not make it; move it away",
        )));
    }
    Ok(Some(key))
}

pub(super) fn unusable(path: &Path) -> impl FnOnce(io::Error) -> RepositoryError {
    let path = path.to_owned();
    move |source| RepositoryError::KeyFile { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_key_is_read_again_and_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let made = make_key(&path).ok().unwrap();
        assert_eq!(made.expose().len(), 64);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(read_key(&path).ok().unwrap() == made);
        assert!(make_key(&path).is_err());
        let other = make_key(&folder.path().join("other")).ok().unwrap();
        assert!(other != made);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for (text, mode, good) in [
            ("pass phrase\r\n", 0o600, true),
            ("pass phrase", 0o640, true),
            ("pass phrase", 0o604, false),
            (" \n", 0o600, false),
            ("two\nlines\n", 0o600, false),
        ] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let read = read_key(&path).ok().map(|key| key.expose().to_owned());
            assert_eq!(
                read.as_deref(),
                good.then_some("pass phrase"),
                "{text:?} {mode:o}"
            );
        }
        assert!(read_key(&folder.path().join("absent")).is_err());
    }
}
