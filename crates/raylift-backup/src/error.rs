//! What can go wrong with a backup.

use std::io;
use std::path::{Path, PathBuf};

use crate::attributes::AttributesError;

/// Why a backup could not be taken, checked or brought back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or folder could not be read.
    #[error("cannot read {path}")]
    Read {
        /// The path.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A file or folder could not be written.
    #[error("cannot write {path}")]
    Write {
        /// The path.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Owner, mode or extended attributes could not be kept.
    #[error(transparent)]
    Attributes(#[from] AttributesError),
    /// A copy is not what it was when it was taken.
    #[error("the copy {path} differs from what was taken")]
    Differs {
        /// The copy.
        path: PathBuf,
    },
    /// The list of what the backup holds cannot be understood.
    #[error("the list {path} cannot be understood")]
    Manifest {
        /// The list.
        path: PathBuf,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
    /// The list has a format that this program does not know.
    #[error("the list {path} has format {format}, this program knows {known}")]
    Format {
        /// The list.
        path: PathBuf,
        /// Its format.
        format: u32,
        /// What is known.
        known: u32,
    },
    /// The list names something outside the backup, which no backup does.
    #[error(
        "the list {path} names {outside}, which leads out of the backup: somebody else wrote it"
    )]
    Outside {
        /// The list.
        path: PathBuf,
        /// What it names.
        outside: String,
    },
    /// Somebody asked for an end.
    #[error("stopped, because somebody asked for it")]
    Stopped,
}

impl BackupError {
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }

    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }

    /// True when the cause is a full file system (`ENOSPC`, `EDQUOT`).
    pub fn is_disk_full(&self) -> bool {
        let (Self::Read { source, .. } | Self::Write { source, .. }) = self else {
            return false;
        };
        matches!(
            source.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        )
    }
}
