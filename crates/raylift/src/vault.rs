//! The site's backup repository: where it is, its key, and what its errors mean to a person.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use raylift_backup::repository::{
    Folder, Repository, RepositoryError, has_key, make_key, read_key,
};
use raylift_model::codes;

use crate::exit::Exit;
use crate::problem::{Problem, causes};
use crate::settings::SiteArgument;
use crate::workplace::Workplace;

/// Where a site's backups and their key are.
pub(crate) struct Vault {
    /// The repository's folder.
    pub(crate) repository: PathBuf,
    /// The file with its key.
    pub(crate) key_file: PathBuf,
}

/// A repository, and whether it and its key were made just now.
pub(crate) struct Opened {
    /// The repository.
    pub(crate) repository: Repository,
    /// The repository is new.
    pub(crate) made: bool,
    /// The key is new.
    pub(crate) key_made: bool,
}

impl Vault {
    /// As `raylift.toml` says, else in raylift's own folder.
    pub(crate) fn of(site: &SiteArgument) -> Self {
        let state = Workplace::of(site).state().to_owned();
        let set = &site.settings.backup;
        Self {
            repository: set
                .repository
                .clone()
                .unwrap_or_else(|| state.join("backups/repository")),
            key_file: set
                .key_file
                .clone()
                .unwrap_or_else(|| state.join("backup.key")),
        }
    }

    fn folder(&self) -> Folder {
        Folder::new(&self.repository)
    }

    /// Opens the repository; makes nothing.
    pub(crate) fn open(&self) -> Result<Repository, Problem> {
        let open = || {
            if !Repository::exists(&self.folder())? {
                return Err(RepositoryError::Missing {
                    place: self.repository.display().to_string(),
                });
            }
            Repository::open(Box::new(self.folder()), read_key(&self.key_file)?)
        };
        open().map_err(|error| problem(&error))
    }

    /// Opens the repository, or makes it. A key is made only where there is no repository yet: to another it would be
    /// of no use, and hide that the right one is gone.
    pub(crate) fn open_or_make(&self) -> Result<Opened, Problem> {
        let open = || -> Result<Opened, RepositoryError> {
            if Repository::exists(&self.folder())? {
                let key = read_key(&self.key_file)?;
                return Ok(Opened {
                    repository: Repository::open(Box::new(self.folder()), key)?,
                    made: false,
                    key_made: false,
                });
            }
            let key_made = !has_key(&self.key_file)?;
            let key = if key_made {
                make_key(&self.key_file)?
            } else {
                read_key(&self.key_file)?
            };
            Ok(Opened {
                repository: Repository::create(Box::new(self.folder()), key)?,
                made: true,
                key_made,
            })
        };
        open().map_err(|error| problem(&error))
    }

    /// Whether the repository lies in a folder, or would.
    pub(crate) fn lies_in(&self, folder: &Path) -> bool {
        let there = self
            .repository
            .ancestors()
            .find_map(|path| std::fs::canonicalize(path).ok());
        let folder = std::fs::canonicalize(folder);
        there
            .zip(folder.ok())
            .is_some_and(|(there, folder)| there.starts_with(folder))
    }

    /// Whether the repository is lost with the disk that the home is on, as far as device numbers say.
    pub(crate) fn shares_the_disk_of(&self, home: &Path) -> bool {
        let device = |path: &Path| {
            path.ancestors()
                .find_map(|path| std::fs::metadata(path).ok())
                .map(|stat| stat.dev())
        };
        device(&self.repository) == device(home)
    }
}

/// This machine's name, as backups have it.
pub(crate) fn host() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// What went wrong with a repository, as a person is told.
pub(crate) fn problem(error: &RepositoryError) -> Problem {
    let (code, next) = if error.is_disk_full() {
        (
            codes::REPOSITORY_FULL,
            "Make space, or forget old backups: raylift backups forget ID --free-now.",
        )
    } else {
        match error {
            RepositoryError::Missing { .. } => (
                codes::REPOSITORY_MISSING,
                "raylift backup makes one; look whether the disk is mounted when there should be one.",
            ),
            RepositoryError::WrongKey { .. } | RepositoryError::KeyFile { .. } => (
                codes::REPOSITORY_KEY,
                "Bring the right key back, or name its place: [backup] key_file in raylift.toml.",
            ),
            RepositoryError::Locked { .. } => (
                codes::REPOSITORY_LOCKED,
                "Wait until it ends; restic unlock removes what a dead restic left.",
            ),
            RepositoryError::Damaged { .. } => (
                codes::REPOSITORY_DAMAGED,
                "raylift backups check names what is damaged and what is lost with it.",
            ),
            RepositoryError::NoSuchBackup { .. } | RepositoryError::NoSuchPart { .. } => (
                codes::BACKUP_UNKNOWN,
                "raylift backups list names the backups, raylift backups show ID their parts.",
            ),
            RepositoryError::Kept { .. } => (
                codes::BACKUP_KEPT,
                "Take a newer backup first, or end the run that needs it.",
            ),
            RepositoryError::TargetNotEmpty { .. } => (
                codes::TARGET_NOT_EMPTY,
                "Name a folder that is empty or not there yet.",
            ),
            RepositoryError::Name { .. } => (codes::USAGE, "Choose another name."),
            _ => (
                codes::BACKUP_FAILED,
                "Put right what the message names, then try again.",
            ),
        }
    };
    let refused = matches!(
        error,
        RepositoryError::Locked { .. }
            | RepositoryError::Kept { .. }
            | RepositoryError::TargetNotEmpty { .. }
            | RepositoryError::NoSuchBackup { .. }
            | RepositoryError::NoSuchPart { .. }
    );
    let evidence = match error {
        // Its own words are in the message already.
        RepositoryError::Engine { .. } => Vec::new(),
        _ => causes(error),
    };
    Problem::refused(code, error.to_string(), next)
        .safe("The site and all other backups are as they were.")
        .because(evidence)
        .ending(if refused { Exit::Refused } else { Exit::Failed })
}
