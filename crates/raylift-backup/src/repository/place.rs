//! A repository in a folder and the file with its key.

use std::path::{Path, PathBuf};

use raylift_model::secret::Secret;
use serde::{Deserialize, Serialize};

use super::error::RepositoryError;
use super::folder::Folder;
use super::key::{has_key, make_key, read_key, remove_key, rename_key};
use super::open::Repository;

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
        match self.look()? {
            Some(repository) => {
                if let Some(coming) = self.key_in_the_making()? {
                    rename_key(&coming, &self.key_file)?;
                }
                Ok(Opened {
                    repository,
                    made: false,
                    key_made: false,
                })
            }
            None => self.make(),
        }
    }

    /// Makes a repository, with the key that is there, else with a new one.
    ///
    /// # Errors
    /// With [`RepositoryError::Exists`] when there is one, and when something cannot be made.
    pub fn make(&self) -> Result<Opened, RepositoryError> {
        let create = |key| Repository::create(Box::new(self.folder()), key);
        let (repository, key_made) = match self.key_for_new()? {
            Some(key) => (create(key)?, false),
            None => {
                // The key gets its name last: stopped in between, there is no key yet that misses its repository.
                let coming = self.coming();
                remove_key(&coming)?;
                let repository = create(make_key(&coming)?)?;
                rename_key(&coming, &self.key_file)?;
                (repository, true)
            }
        };
        Ok(Opened {
            repository,
            made: true,
            key_made,
        })
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
        // Before the repository was there: begun anew, whatever the key's file holds.
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
}
