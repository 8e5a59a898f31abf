//! Notes that are whole under their name, or not there.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use raylift_run::host::HostError;

use super::error::write_failed;
use super::exchange::sync_parent;

/// Writes a file in place of an earlier one; it is on the disk when this returns.
///
/// # Errors
/// When it cannot be written; the earlier one is there then.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), HostError> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    File::create(&new)
        .and_then(|mut file| {
            file.write_all(content)?;
            file.sync_all()
        })
        .map_err(|error| write_failed(&new, error))?;
    fs::rename(&new, path).map_err(|error| write_failed(path, error))?;
    sync_parent(path)
}
