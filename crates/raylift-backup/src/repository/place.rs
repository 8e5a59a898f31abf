//! A repository in a folder and the file with its key.

use std::path::{Path, PathBuf};

use raylift_model::secret::Secret;
use serde::{Deserialize, Serialize};

use super::error::RepositoryError;
use super::folder::Folder;
use super::key::{has_key, make_key, read_key, read_unnamed, rename_key};
use super::key_lock::KeyLock;
use super::open::Repository;
use super::storage::{Access, Storage as _};

/// How the name of a key ends while its repository is made.
const COMING: &str = ".new";

/// Where a site's backups and their key are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The repository's folder.
    pub repository: PathBuf,
    /// The file with its key.
    pub key_file: PathBuf,
}

/// A repository, and whether it and its key were made just now.
#[derive(Debug)]
pub struct Opened {
    /// The repository.
    pub repository: Repository,
    /// The repository is new.
    pub made: bool,
    /// The key is new.
    pub key_made: bool,
}

impl Place {
    fn folder(&self) -> Folder {
        Folder::new(&self.repository)
    }

    /// Opens the repository; makes nothing.
    ///
    /// # Errors
    /// With [`RepositoryError::Missing`], or [`RepositoryError::Gone`] where there is a key; with
    /// [`RepositoryError::KeyFile`] or [`RepositoryError::WrongKey`], and when the folder cannot be read.
    pub fn open(&self) -> Result<Repository, RepositoryError> {
        self.look()?.ok_or_else(|| RepositoryError::Missing {
            place: self.repository.display().to_string(),
        })
    }

    /// Opens the repository and tries the key; `None` where there was never one. Makes nothing.
    ///
    /// # Errors
    /// As [`Place::open`], without [`RepositoryError::Missing`].
    pub fn look(&self) -> Result<Option<Repository>, RepositoryError> {
        if self.is_there()? {
            let key = match self.key_in_the_making()? {
                Some(coming) => read_key(&coming)?,
                None => read_key(&self.key_file)?,
            };
            return Repository::open(Box::new(self.folder()), key).map(Some);
        }
        if has_key(&self.key_file)? {
            return Err(RepositoryError::Gone {
                place: self.repository.display().to_string(),
                key_file: self.key_file.clone(),
            });
        }
        Ok(None)
    }

    /// Opens the repository. Where there is neither one nor a key, both are made. A key without its repository says
    /// that there was one: another would hide that it is gone. So does a repository without its key.
    ///
    /// # Errors
    /// As [`Place::look`], and when something cannot be made.
    pub fn open_or_make(&self) -> Result<Opened, RepositoryError> {
        if let Some(repository) = self.look()? {
            return self.found(repository);
        }
        match self.make() {
            // Another site with the same places was faster.
            Err(RepositoryError::Exists { .. }) => self.found(self.open()?),
            made => made,
        }
    }

    /// A repository that is there. Its key gets its name, where the making was stopped before that.
    fn found(&self, repository: Repository) -> Result<Opened, RepositoryError> {
        if self.key_in_the_making()?.is_some() {
            let _lock = KeyLock::take(&self.key_file)?;
            // Whoever had the lock before may have done it.
            if let Some(coming) = self.key_in_the_making()? {
                rename_key(&coming, &self.key_file)?;
            }
        }
        Ok(Opened {
            repository,
            made: false,
            key_made: false,
        })
    }

    /// Makes a repository, with the key that is there, else with a new one.
    ///
    /// # Errors
    /// With [`RepositoryError::Exists`] when there is one, and when something cannot be made.
    pub fn make(&self) -> Result<Opened, RepositoryError> {
        let create = |key| Repository::create(Box::new(self.folder()), key);
        if let Some(key) = self.key_for_new()? {
            return Ok(made(create(key)?, false));
        }
        // Sites can share a key: one at a time makes it, and who comes second takes what the first has made.
        let _lock = KeyLock::take(&self.key_file)?;
        if let Some(key) = self.key_for_new()? {
            return Ok(made(create(key)?, false));
        }
        // The key gets its name last: stopped in between, there is no key yet that misses its repository.
        let coming = self.coming();
        let key = match read_unnamed(&coming)? {
            // That of a making that was stopped; a repository may have it already.
            Some(key) => key,
            None => make_key(&coming)?,
        };
        let repository = create(key)?;
        rename_key(&coming, &self.key_file)?;
        Ok(made(repository, true))
    }

    /// The key that a new repository would have; `None` where one is to be made. Makes nothing.
    ///
    /// # Errors
    /// With [`RepositoryError::Exists`] when there is a repository, and when the key cannot be read.
    pub fn key_for_new(&self) -> Result<Option<Secret>, RepositoryError> {
        if self.is_there()? {
            return Err(RepositoryError::Exists {
                place: self.repository.display().to_string(),
            });
        }
        has_key(&self.key_file)?
            .then(|| read_key(&self.key_file))
            .transpose()
    }

    /// Tries whether the repository could be written to now, as far as there is one.
    ///
    /// # Errors
    /// With [`RepositoryError::Locked`] when somebody else uses it, and when the folder cannot be read or written.
    pub fn require_unused(&self) -> Result<(), RepositoryError> {
        match self.is_there()? {
            true => self.folder().lock(Access::Write).map(drop),
            false => Ok(()),
        }
    }

    fn is_there(&self) -> Result<bool, RepositoryError> {
        Repository::exists(&self.folder())
    }

    /// The key of a repository that is being made.
    fn coming(&self) -> PathBuf {
        let mut name = self.key_file.clone().into_os_string();
        name.push(COMING);
        name.into()
    }

    /// The same, where a making was stopped before the key got its name.
    fn key_in_the_making(&self) -> Result<Option<PathBuf>, RepositoryError> {
        let coming = self.coming();
        let unnamed = !has_key(&self.key_file)? && has_key(&coming)?;
        Ok(unnamed.then_some(coming))
    }

    /// Whether the repository lies in a folder, or would.
    pub fn lies_in(&self, folder: &Path) -> bool {
        let there = self
            .repository
            .ancestors()
            .find_map(|path| std::fs::canonicalize(path).ok());
        let folder = std::fs::canonicalize(folder);
        there
            .zip(folder.ok())
            .is_some_and(|(there, folder)| there.starts_with(folder))
    }
}

fn made(repository: Repository, key_made: bool) -> Opened {
    Opened {
        repository,
        made: true,
        key_made,
    }
}

/// This machine's name, as backups have it.
pub fn host() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn place(folder: &Path) -> Place {
        Place {
            repository: folder.join("disk/repository"),
            key_file: folder.join("key"),
        }
    }

    #[test]
    fn a_repository_that_is_gone_is_made_again_on_purpose_only() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path());
        assert!(place.look().unwrap().is_none());
        let opened = place.open_or_make().unwrap();
        assert!(opened.made && opened.key_made);
        let opened = place.open_or_make().unwrap();
        assert!(!opened.made && !opened.key_made);
        assert!(matches!(place.make(), Err(RepositoryError::Exists { .. })));

        fs::rename(folder.path().join("disk"), folder.path().join("away")).unwrap();
        for error in [
            place.open().err(),
            place.look().err(),
            place.open_or_make().err(),
        ] {
            assert!(matches!(error, Some(RepositoryError::Gone { .. })));
        }
        assert!(!folder.path().join("disk").exists());
        let opened = place.make().unwrap();
        assert!(opened.made && !opened.key_made);
        assert!(place.look().unwrap().is_some());
    }

    #[test]
    fn a_making_that_was_stopped_is_brought_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path());
        // Before the key was written.
        fs::write(place.coming(), "").unwrap();
        assert!(place.look().unwrap().is_none());
        assert!(place.open_or_make().unwrap().key_made);
        assert!(!place.coming().exists());
        // After it.
        fs::rename(&place.key_file, place.coming()).unwrap();
        assert!(place.look().unwrap().is_some());
        assert!(!place.key_file.exists());
        place.open_or_make().unwrap();
        assert!(place.key_file.exists() && !place.coming().exists());
    }

    #[test]
    fn sites_that_share_a_key_file_never_lose_the_key_of_one_another() {
        for _ in 0..4 {
            let folder = tempfile::tempdir().unwrap();
            let places: Vec<Place> = ["one", "two", "three"]
                .map(|name| Place {
                    repository: folder.path().join(name),
                    key_file: folder.path().join("key"),
                })
                .into();
            std::thread::scope(|scope| {
                for place in &places {
                    scope.spawn(|| place.make().unwrap());
                }
            });
            for place in &places {
                place.open().unwrap();
            }
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
        }
    }

    #[test]
    fn the_key_of_another_site_whose_making_was_stopped_is_taken_and_not_removed() {
        let folder = tempfile::tempdir().unwrap();
        let stopped = place(folder.path());
        stopped.open_or_make().unwrap();
        fs::rename(&stopped.key_file, stopped.coming()).unwrap();
        let other = Place {
            repository: folder.path().join("other"),
            key_file: stopped.key_file.clone(),
        };
        other.open_or_make().unwrap();
        stopped.open().unwrap();
        other.open().unwrap();
    }

    #[test]
    fn a_file_that_raylift_did_not_begin_is_no_key_in_the_making() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path());
        fs::write(place.coming(), "somebody's own\n").unwrap();
        let error = place.open_or_make().err();
        assert!(matches!(error, Some(RepositoryError::KeyFile { .. })));
        assert_eq!(
            fs::read_to_string(place.coming()).unwrap(),
            "somebody's own\n"
        );
        assert!(!place.repository.exists() && !place.key_file.exists());
    }
}
