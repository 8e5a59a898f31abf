//! Folders that raylift makes for itself.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use raylift_run::host::HostError;

use super::error::write_failed;

/// Makes a folder that only its owner enters, and those above it; nothing when it is there.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn make_private(folder: &Path) -> Result<(), HostError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| write_failed(folder, error))
}
