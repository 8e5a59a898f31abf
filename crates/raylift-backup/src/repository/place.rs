//! A repository in a folder and the file with its key.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::RepositoryError;
use super::folder::Folder;
use super::key::{has_key, make_key, read_key};
use super::open::Repository;

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
    /// With [`RepositoryError::Missing`], [`RepositoryError::KeyFile`] or [`RepositoryError::WrongKey`], and when the
    /// folder cannot be read.
    pub fn open(&self) -> Result<Repository, RepositoryError> {
        if !Repository::exists(&self.folder())? {
            return Err(RepositoryError::Missing {
                place: self.repository.display().to_string(),
            });
        }
        Repository::open(Box::new(self.folder()), read_key(&self.key_file)?)
    }

    /// Opens the repository, or makes it. A key is made only where there is no repository yet: to another it would be
    /// of no use, and hide that the right one is gone.
    ///
    /// # Errors
    /// As [`Place::open`], and when something cannot be made.
    pub fn open_or_make(&self) -> Result<Opened, RepositoryError> {
        if Repository::exists(&self.folder())? {
            return Ok(Opened {
                repository: self.open()?,
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
