//! What a backup store can do.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::error::BackupError;
use crate::manifest::{Manifest, PartManifest};

/// Receives one line about what is being copied.
pub type Progress<'a> = &'a mut dyn FnMut(String);

/// True for what raylift keeps itself in a folder on another device than the run's: what was set aside there, or is on its
/// way back. It is no part of the folder.
pub fn is_own(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".raylift-")
}

/// What to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// A name, unique in the backup and usable as a folder's name.
    pub name: String,
    /// The folder.
    pub root: PathBuf,
    /// The entries of the folder to take; `None` for the folder itself with everything in it, but for what raylift keeps
    /// there itself ([`is_own`]).
    pub entries: Option<Vec<OsString>>,
}

/// One backup: some parts and the list of what they hold.
///
/// Taking one is [`put`](BackupStore::put) for each part and then [`seal`](BackupStore::seal); before the seal the
/// backup does not count. Killed in between, the same calls go on from what is there.
pub trait BackupStore {
    /// Takes one part. What an earlier try has copied already and what has not changed since is not copied again.
    /// Sockets, pipes and devices are left out.
    ///
    /// # Errors
    /// When something cannot be read or written.
    fn put(&self, part: &Part, progress: Progress<'_>) -> Result<PartManifest, BackupError>;

    /// Completes the backup: everything is on disk before the list is.
    ///
    /// # Errors
    /// When the list cannot be written.
    fn seal(&self, manifest: &Manifest) -> Result<(), BackupError>;

    /// The list of a complete backup; `None` when there is none.
    ///
    /// # Errors
    /// When the list is there but cannot be understood.
    fn complete(&self) -> Result<Option<Manifest>, BackupError>;

    /// Reads a part again and compares it with the list.
    ///
    /// # Errors
    /// With [`BackupError::Differs`] when a copy is not what was taken.
    fn verify(&self, part: &PartManifest) -> Result<(), BackupError>;

    /// Brings a part back into a folder that does not exist yet, and compares it on the way.
    ///
    /// # Errors
    /// When something cannot be read or written, or a copy is not what was taken.
    fn restore(
        &self,
        part: &PartManifest,
        target: &Path,
        progress: Progress<'_>,
    ) -> Result<(), BackupError>;
}
