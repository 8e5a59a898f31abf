//! What can go wrong with a repository of backups.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use rustic_core::RusticError;

use crate::attributes::AttributesError;
use crate::error::BackupError;

/// Why storage could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} {path}")]
pub struct StorageError {
    /// What was tried.
    pub what: &'static str,
    /// The file or object.
    pub path: String,
    /// The cause.
    #[source]
    pub source: io::Error,
}

impl StorageError {
    /// True when the file is not there or ends too early: the storage works, and something is lost in it.
    pub(super) fn is_loss(&self) -> bool {
        matches!(
            self.source.kind(),
            io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof
        )
    }

    /// True when there is no space left (`ENOSPC`, `EDQUOT`).
    pub fn is_full(&self) -> bool {
        is_full(&self.source)
    }
}

/// True when there is no space left (`ENOSPC`, `EDQUOT`).
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Why a backup could not be taken, read, checked, brought back or forgotten.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryError {
    /// There is no repository.
    #[error("there is no backup repository in {place}")]
    Missing {
        /// Where it was looked for.
        place: String,
    },
    /// There is no repository, and a key that was made with one.
    #[error("the backup repository is gone: there is none in {place}, and {} is the key of one", key_file.display())]
    Gone {
        /// Where it was looked for.
        place: String,
        /// The key.
        key_file: PathBuf,
    },
    /// There is one already.
    #[error("there is a backup repository in {place} already")]
    Exists {
        /// Where it lies.
        place: String,
    },
    /// The key opens nothing in the repository.
    #[error("the key does not open the backup repository in {place}")]
    WrongKey {
        /// Where the repository lies.
        place: String,
    },
    /// The file with the key is missing, unreadable or holds no key.
    #[error("the key file {path} cannot be used")]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Somebody else works on the repository.
    #[error("the backup repository in {place} is in use: {by}")]
    Locked {
        /// Where it lies.
        place: String,
        /// Who uses it, as far as is known.
        by: String,
    },
    /// Something in the repository is missing or not what was written.
    #[error("the backup repository in {place} is damaged: {what}")]
    Damaged {
        /// Where it lies.
        place: String,
        /// What is damaged.
        what: String,
        /// The cause.
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// The repository could not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Something of the site could not be read, or something brought back could not be written.
    #[error(transparent)]
    File(#[from] BackupError),
    /// The backup would hold less than was found.
    #[error("{missing} of {found} entries did not get into the backup")]
    Incomplete {
        /// Entries that are not in it.
        missing: u64,
        /// Entries that were found.
        found: u64,
    },
    /// No backup, or more than one, has this id.
    #[error("{count} backups have an id that begins with {id}")]
    NoSuchBackup {
        /// As given.
        id: String,
        /// How many have it; not 1.
        count: usize,
    },
    /// The backup has no such part or file.
    #[error("backup {id} holds nothing named {name}")]
    NoSuchPart {
        /// The backup.
        id: String,
        /// What was looked for.
        name: String,
    },
    /// A name that cannot be used in a backup.
    #[error("{name:?} cannot be used as a name in a backup: {why}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The folder to bring something back into is not empty.
    #[error("{path} is not empty")]
    TargetNotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The newest backup of a site is never forgotten.
    #[error("backup {id} is kept: it is the newest one of its site")]
    Kept {
        /// The backup.
        id: String,
    },
    /// A backup that a run needs is never forgotten.
    #[error("backup {id} is kept: a run needs it to go back")]
    Needed {
        /// The backup.
        id: String,
    },
    /// Somebody asked for an end.
    #[error("stopped, because somebody asked for it")]
    Stopped,
    /// The repository's engine failed in a way that has no name here.
    #[error("cannot {what}: {}", source.display_log())]
    Engine {
        /// What was tried.
        what: &'static str,
        /// The cause.
        source: Box<RusticError>,
    },
}

impl RepositoryError {
    /// True when the cause is a full file system, on whichever side.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Storage(error) => error.is_full(),
            Self::File(error) => error.is_disk_full(),
            _ => false,
        }
    }

    /// An error of the engine, before anything better is known about it.
    pub(super) fn engine(what: &'static str) -> impl FnOnce(Box<RusticError>) -> Self {
        move |source| Self::Engine { what, source }
    }
}

impl From<AttributesError> for RepositoryError {
    fn from(error: AttributesError) -> Self {
        Self::File(error.into())
    }
}
