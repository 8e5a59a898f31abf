//! Copies one file and knows what it copied.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use raylift_model::digest::Digest;
use sha2::{Digest as _, Sha256};

use crate::attributes::Attributes;
use crate::error::BackupError;
use crate::stop::Stop;

const BLOCK: usize = 1 << 18;

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the copy's content.
    pub digest: Digest,
}

/// Copies a regular file with all its attributes. Where the file system can share blocks (`FICLONE`), they are
/// shared. An existing target is replaced by one rename, so that no half copy is ever there under its name.
///
/// # Errors
/// When the file cannot be read, or the copy cannot be written or given its attributes.
pub fn copy_file(from: &Path, to: &Path) -> Result<Copied, BackupError> {
    copy_until(from, to, &Stop::default())
}

/// The same, until `stop` is asked for.
pub(crate) fn copy_until(from: &Path, to: &Path, stop: &Stop) -> Result<Copied, BackupError> {
    let mut partial = to.as_os_str().to_owned();
    partial.push(".raylift-part");
    let partial = Path::new(&partial);
    let attributes = Attributes::read(from)?;
    let mut source = File::open(from).map_err(BackupError::read(from))?;
    remove_if_there(partial).map_err(BackupError::write(partial))?;
    let mut target = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(partial)
        .map_err(BackupError::write(partial))?;
    let copied = if rustix::fs::ioctl_ficlone(&target, &source).is_ok() {
        digest_until(partial, stop)?
    } else {
        stream(&mut source, &mut target, (from, partial), stop)?
    };
    drop(target);
    attributes.apply(partial)?;
    fs::rename(partial, to).map_err(BackupError::write(to))?;
    Ok(copied)
}

/// Size and SHA-256 of a file.
///
/// # Errors
/// When it cannot be read.
pub fn digest_file(path: &Path) -> Result<Copied, BackupError> {
    digest_until(path, &Stop::default())
}

/// The same, until `stop` is asked for.
pub(crate) fn digest_until(path: &Path, stop: &Stop) -> Result<Copied, BackupError> {
    let mut file = File::open(path).map_err(BackupError::read(path))?;
    stream(&mut file, &mut io::sink(), (path, path), stop)
}

fn stream(
    source: &mut dyn Read,
    target: &mut dyn Write,
    (from, to): (&Path, &Path),
    stop: &Stop,
) -> Result<Copied, BackupError> {
    let mut hasher = Sha256::new();
    let mut size = 0;
    let mut block = vec![0; BLOCK];
    loop {
        stop.go_on()?;
        let read = match source.read(&mut block) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            result => result.map_err(BackupError::read(from))?,
        };
        let bytes = block.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            break;
        }
        hasher.update(bytes);
        target.write_all(bytes).map_err(BackupError::write(to))?;
        size += bytes.len() as u64;
    }
    Ok(Copied {
        size,
        digest: Digest::finish(hasher),
    })
}

pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_has_the_content_the_digest_and_replaces_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        let content = vec![7u8; BLOCK + 3];
        fs::write(&from, &content).unwrap();
        fs::write(&to, "older").unwrap();
        let copied = copy_file(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), content);
        assert_eq!(copied.size, content.len() as u64);
        assert_eq!(copied.digest, Digest::of(&content));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_partial_copy_of_a_killed_run_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(&from, "whole").unwrap();
        fs::write(folder.path().join("to.raylift-part"), "ha").unwrap();
        copy_file(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "whole");
        assert!(!folder.path().join("to.raylift-part").exists());
    }

    #[test]
    fn a_missing_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("absent");
        let error = copy_file(&from, &folder.path().join("to")).unwrap_err();
        assert!(error.to_string().contains("absent"), "{error}");
    }
}
