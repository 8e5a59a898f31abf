//! The site's backup repository: where it is, its key, and what its errors mean to a person.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use raylift_backup::repository::{Opened, Place, Repository, RepositoryError, Snapshot};
use raylift_host::backup::repository_code;
use raylift_model::codes;

use crate::exit::Exit;
use crate::problem::{NOTHING_CHANGED, Problem, causes};
use crate::settings::SiteArgument;
use crate::workplace::Workplace;
use crate::{render, wiring};

/// Where a site's backups and their key are.
pub(crate) struct Vault<'a> {
    site: &'a SiteArgument,
    /// Repository and key.
    pub(crate) place: Place,
}

impl<'a> Vault<'a> {
    /// As `raylift.toml` says, else in raylift's own folder.
    pub(crate) fn of(site: &'a SiteArgument) -> Self {
        let (repository, key_file) = site.settings.backup.places(Workplace::of(site).state());
        Self {
            site,
            place: Place {
                repository,
                key_file,
            },
        }
    }

    /// Opens the repository; makes nothing. Backups are there without their site, too: that the folder is none is said
    /// where there is no repository either.
    pub(crate) fn open(&self) -> Result<Repository, Problem> {
        let opened = self.place.open();
        if matches!(opened, Err(RepositoryError::Missing { .. })) {
            wiring::require_home(self.site)?;
        }
        opened.map_err(|error| problem(&error))
    }

    /// Refuses what is about to need the repository when it is gone or its key does not open it; makes nothing. `new` is
    /// for what is to begin one.
    pub(crate) fn look(&self, new: bool) -> Result<(), Problem> {
        let looked = if new {
            self.place.key_for_new().map(drop)
        } else {
            self.place.look().map(drop)
        };
        looked.map_err(|error| problem(&error))
    }

    /// Opens the repository, or makes it and a key. `new` makes one with the key that is there, too.
    pub(crate) fn open_or_make(&self, new: bool) -> Result<Opened, Problem> {
        let opened = if new {
            self.place.make()
        } else {
            self.place.open_or_make()
        };
        opened.map_err(|error| problem(&error))
    }

    /// Whether the repository is lost with the disk that the home is on, as far as device numbers say.
    pub(crate) fn shares_the_disk_of(&self, home: &Path) -> bool {
        let device = |path: &Path| {
            path.ancestors()
                .find_map(|path| std::fs::metadata(path).ok())
                .map(|stat| stat.dev())
        };
        device(&self.place.repository) == device(home)
    }
}

/// What is to be said of a backup that was taken without the database; nothing of another.
pub(crate) fn lacks_database(
    repository: &Repository,
    backup: &Snapshot,
) -> Result<Option<String>, Problem> {
    if !backup.is_without_database() {
        return Ok(None);
    }
    let list = repository.list().map_err(|error| problem(&error))?;
    Ok(Some(render::lacks_database(&list)))
}

/// What went wrong with a repository, as a person is told.
pub(crate) fn problem(error: &RepositoryError) -> Problem {
    let code = repository_code(error);
    let next = match code {
        codes::REPOSITORY_FULL => {
            "Make space, or forget old backups: raylift backups forget ID --free-now."
        }
        codes::REPOSITORY_MISSING => {
            "Is its disk mounted, and does [backup] repository in raylift.toml name the right place? Where there never was one, the first raylift backup makes it."
        }
        codes::REPOSITORY_GONE => {
            "Is its disk mounted, and does [backup] repository in raylift.toml name the right place? raylift backup --new-repository begins a new one with this key."
        }
        codes::REPOSITORY_KEY => {
            "Bring the right key back, or name its place: [backup] key_file in raylift.toml."
        }
        codes::REPOSITORY_LOCKED => {
            "Wait until it ends; restic unlock removes what a dead restic left."
        }
        codes::REPOSITORY_DAMAGED => {
            "raylift backups check names what is damaged and what is lost with it."
        }
        codes::BACKUP_UNKNOWN => {
            "raylift backups list names the backups, raylift backups show ID their parts."
        }
        codes::BACKUP_KEPT => match error {
            RepositoryError::Needed { .. } => {
                "End the run first: raylift status names it, raylift commit without --keep-return-point ends it. Of a run that is over, remove the return point's folder, .raylift/backups/RUN, when nobody will need it."
            }
            _ => "Take a newer backup first: raylift backup. What you name next goes then.",
        },
        codes::TARGET_NOT_EMPTY => "Name a folder that is empty or not there yet.",
        codes::USAGE if matches!(error, RepositoryError::Exists { .. }) => {
            "Leave --new-repository out."
        }
        codes::USAGE => "Choose another name.",
        _ => "Put right what the message names, then try again.",
    };
    let refused = matches!(
        error,
        RepositoryError::Locked { .. }
            | RepositoryError::Gone { .. }
            | RepositoryError::Exists { .. }
            | RepositoryError::Kept { .. }
            | RepositoryError::Needed { .. }
            | RepositoryError::TargetNotEmpty { .. }
            | RepositoryError::NoSuchBackup { .. }
            | RepositoryError::NoSuchPart { .. }
    );
    let evidence = match error {
        // Its own words are in the message already.
        RepositoryError::Engine { .. } => Vec::new(),
        _ => causes(error),
    };
    let safe = match error {
        RepositoryError::Missing { .. } | RepositoryError::Gone { .. } => NOTHING_CHANGED,
        _ => "The site and all other backups are as they were.",
    };
    Problem::refused(code, error.to_string(), next)
        .safe(safe)
        .because(evidence)
        .ending(if refused { Exit::Refused } else { Exit::Failed })
}
