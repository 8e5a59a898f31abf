//! How causes become errors of a run.

use std::io;
use std::path::Path;

use raylift_backup::attributes::AttributesError;
use raylift_backup::repository::RepositoryError;
use raylift_backup::{BackupError, Stop};
use raylift_model::codes;
use raylift_run::host::HostError;
use raylift_survey::machine::DatabaseError;
use raylift_survey::source::SourceError;

use crate::users::UserError;

/// A file or folder could not be read.
pub(crate) fn read_failed(path: &Path, error: io::Error) -> HostError {
    HostError::new(
        codes::FILE_UNREADABLE,
        format!("cannot read {}", path.display()),
    )
    .caused_by(error)
}

/// A file or folder could not be written, which may be for want of space.
pub(crate) fn write_failed(path: &Path, error: io::Error) -> HostError {
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => codes::DISK_TOO_SMALL,
        _ => codes::WRITE_FAILED,
    };
    HostError::new(code, format!("cannot write {}", path.display())).caused_by(error)
}

/// Ends the work when somebody asked for that.
///
/// # Errors
/// With [`codes::INTERRUPTED`] when somebody did.
pub(crate) fn go_on(stop: &Stop) -> Result<(), HostError> {
    stop.go_on().map_err(backup)
}

/// The backup store failed.
pub(crate) fn backup(error: BackupError) -> HostError {
    let code = match &error {
        BackupError::Stopped => codes::INTERRUPTED,
        BackupError::Read { .. } => codes::FILE_UNREADABLE,
        BackupError::Differs { .. }
        | BackupError::Manifest { .. }
        | BackupError::Format { .. }
        | BackupError::Outside { .. } => codes::PROOF_FAILED,
        _ if error.is_disk_full() => codes::DISK_TOO_SMALL,
        _ => codes::WRITE_FAILED,
    };
    HostError::new(code, error.to_string()).caused_by(error)
}

/// The backup repository could not be used.
pub(crate) fn repository(error: RepositoryError) -> HostError {
    HostError::new(repository_code(&error), error.to_string()).caused_by(error)
}

/// The code of an error of the backup repository.
pub fn repository_code(error: &RepositoryError) -> &'static str {
    match error {
        _ if error.is_disk_full() => codes::REPOSITORY_FULL,
        RepositoryError::Missing { .. } => codes::REPOSITORY_MISSING,
        RepositoryError::Stopped => codes::INTERRUPTED,
        RepositoryError::Gone { .. } => codes::REPOSITORY_GONE,
        RepositoryError::Exists { .. } => codes::USAGE,
        RepositoryError::WrongKey { .. } | RepositoryError::KeyFile { .. } => codes::REPOSITORY_KEY,
        RepositoryError::Locked { .. } => codes::REPOSITORY_LOCKED,
        RepositoryError::Damaged { .. } => codes::REPOSITORY_DAMAGED,
        RepositoryError::NoSuchBackup { .. } | RepositoryError::NoSuchPart { .. } => {
            codes::BACKUP_UNKNOWN
        }
        RepositoryError::Kept { .. } | RepositoryError::Needed { .. } => codes::BACKUP_KEPT,
        RepositoryError::TargetNotEmpty { .. } => codes::TARGET_NOT_EMPTY,
        RepositoryError::Name { .. } => codes::USAGE,
        _ => codes::BACKUP_FAILED,
    }
}

/// Owner, mode or attributes could not be given.
pub(crate) fn attributes(error: AttributesError) -> HostError {
    let advice = (error.source.kind() == io::ErrorKind::PermissionDenied)
        .then(|| "raylift must run as root to keep owners other than its own".to_owned());
    HostError::new(codes::WRITE_FAILED, error.to_string())
        .because(advice)
        .caused_by(error)
}

/// A program could not be started as the site's user.
pub(crate) fn user(code: &'static str) -> impl FnOnce(UserError) -> HostError {
    move |error| HostError::new(code, error.to_string()).caused_by(error)
}

/// The release could not be read.
pub(crate) fn source(error: SourceError) -> HostError {
    HostError {
        code: error.code,
        message: error.message,
        evidence: Vec::new(),
        source: error.source,
    }
}

/// The database could not be asked.
pub(crate) fn database(error: DatabaseError) -> HostError {
    HostError::new(error.code, error.message)
}

/// Whether anything stands at a path; a link counts even when it leads nowhere.
pub(crate) fn exists(path: &Path) -> Result<bool, HostError> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(false)
        }
        Err(error) => Err(read_failed(path, error)),
    }
}
