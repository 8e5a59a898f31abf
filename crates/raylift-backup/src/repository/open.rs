//! Makes and opens a repository, and puts its index right before anything is written.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use raylift_model::secret::Secret;
use rustic_core::repofile::{IndexFile, SnapshotFile};
use rustic_core::{
    ConfigOptions, Credentials, FileType, Id, KeyOptions, OpenStatus, RepositoryBackends,
    RepositoryOptions, RusticError,
};

use super::error::RepositoryError;
use super::guard::Guard;
use super::master::Origin;
use super::storage::{Access, Storage};
use crate::stop::Stop;

pub(super) type Engine<Status> = rustic_core::Repository<Status>;

/// A repository of backups in restic's format: deduplicated, compressed, encrypted.
///
/// Every method opens it anew and locks it while it works: any number may read, or one may write. A lock ends with its
/// process. restic knows nothing of that lock; raylift refuses to write while restic holds one of its own, but
/// `restic prune` must not be started while raylift writes.
pub struct Repository {
    pub(super) guard: Guard,
    pub(super) key: Secret,
    pub(super) stop: Stop,
}

impl fmt::Debug for Repository {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Repository({})", self.place())
    }
}

/// What had to be put right in a repository before something could be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Packs that a stopped backup had written and that are used now.
    pub found: usize,
    /// Packs that are gone or cut short; what they held is taken again where the site still has it.
    pub lost: usize,
}

impl Repository {
    /// Makes a repository.
    ///
    /// # Errors
    /// With [`RepositoryError::Exists`] when there is one, and when the place cannot be written.
    pub fn create(storage: Box<dyn Storage>, key: Secret) -> Result<Self, RepositoryError> {
        let repository = Self {
            guard: Guard::new(storage),
            key,
            stop: Stop::default(),
        };
        if repository.is_there()? {
            return Err(RepositoryError::Exists {
                place: repository.place(),
            });
        }
        repository.storage().prepare()?;
        let _lock = repository.storage().lock(Access::Write)?;
        let credentials = Credentials::password(repository.key.expose());
        let engine = repository
            .engine()?
            .init(
                &credentials,
                &KeyOptions::default(),
                &ConfigOptions::default(),
            )
            .map_err(|error| repository.explain("make the repository", error))?;
        Origin::of(repository.storage(), &repository.key)?.remember(engine.key());
        Ok(repository)
    }

    /// Opens a repository and tries the key.
    ///
    /// # Errors
    /// With [`RepositoryError::Missing`] or [`RepositoryError::WrongKey`], and when the place cannot be read.
    pub fn open(storage: Box<dyn Storage>, key: Secret) -> Result<Self, RepositoryError> {
        let repository = Self {
            guard: Guard::new(storage),
            key,
            stop: Stop::default(),
        };
        repository.opened()?;
        Ok(repository)
    }

    /// The same repository; taking, bringing back and trying out end with [`RepositoryError::Stopped`] when `stop` is
    /// asked for.
    #[must_use]
    pub fn stopping(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    pub(super) fn go_on(&self) -> Result<(), RepositoryError> {
        if self.stop.is_asked() {
            Err(RepositoryError::Stopped)
        } else {
            Ok(())
        }
    }

    /// Whether there is a repository.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub fn exists(storage: &dyn Storage) -> Result<bool, RepositoryError> {
        Ok(!storage.list(FileType::Config)?.is_empty())
    }

    /// Where it lies, for people.
    pub fn place(&self) -> String {
        self.storage().location()
    }

    pub(super) fn storage(&self) -> &dyn Storage {
        self.guard.storage()
    }

    fn is_there(&self) -> Result<bool, RepositoryError> {
        Self::exists(self.storage())
    }

    fn engine(&self) -> Result<Engine<()>, RepositoryError> {
        let mut options = RepositoryOptions::default();
        options.no_cache = true;
        let backends = RepositoryBackends::new(Arc::new(self.guard.opening()), None);
        Engine::new(&options, &backends).map_err(|error| self.explain("open the repository", error))
    }

    pub(super) fn opened(&self) -> Result<Engine<OpenStatus>, RepositoryError> {
        if !self.is_there()? {
            return Err(RepositoryError::Missing {
                place: self.place(),
            });
        }
        let origin = Origin::of(self.storage(), &self.key)?;
        let credentials = origin
            .known()
            .unwrap_or_else(|| Credentials::password(self.key.expose()));
        let engine = self.engine()?.open(&credentials).map_err(|error| {
            if error.is_incorrect_password() {
                RepositoryError::WrongKey {
                    place: self.place(),
                }
            } else {
                self.explain("open the repository", error)
            }
        })?;
        origin.remember(engine.key());
        Ok(engine)
    }

    /// What the engine ran into: what the storage said, when it said something, else the engine's own words.
    pub(super) fn explain(&self, what: &'static str, error: Box<RusticError>) -> RepositoryError {
        match self.guard.take_failure() {
            Some(failure) if failure.source.kind() == std::io::ErrorKind::NotFound => {
                RepositoryError::Damaged {
                    place: self.place(),
                    what: format!("{} is missing", failure.path),
                    source: Some(Box::new(failure)),
                }
            }
            Some(failure) if failure.source.kind() == std::io::ErrorKind::UnexpectedEof => {
                RepositoryError::Damaged {
                    place: self.place(),
                    what: format!("{} is cut short", failure.path),
                    source: Some(Box::new(failure)),
                }
            }
            Some(failure) => failure.into(),
            None => RepositoryError::engine(what)(error),
        }
    }

    /// All snapshots, oldest first.
    pub(super) fn snapshots<Status: rustic_core::Open>(
        &self,
        engine: &Engine<Status>,
    ) -> Result<Vec<SnapshotFile>, RepositoryError> {
        let mut snapshots = engine
            .get_all_snapshots()
            .map_err(|error| self.explain("read the list of backups", error))?;
        snapshots.sort_by(|one, other| (&one.time, one.id).cmp(&(&other.time, other.id)));
        Ok(snapshots)
    }

    /// Packs as the index has them and as they lie there.
    pub(super) fn packs<Status: rustic_core::Open>(
        &self,
        engine: &Engine<Status>,
    ) -> Result<Packs, RepositoryError> {
        let mut indexed = HashMap::new();
        let files = engine
            .stream_files::<IndexFile>()
            .map_err(|error| self.explain("read the index", error))?;
        for file in files {
            let (_, index) = file.map_err(|error| self.explain("read the index", error))?;
            for pack in index.packs.iter().chain(&index.packs_to_delete) {
                indexed.insert(*pack.id, pack.pack_size());
            }
        }
        let there: HashMap<Id, u32> = self.storage().list(FileType::Pack)?.into_iter().collect();
        let lost = indexed
            .iter()
            .filter(|(id, size)| there.get(id) != Some(size))
            .map(|(id, _)| *id)
            .collect();
        let found = there
            .keys()
            .filter(|id| !indexed.contains_key(id))
            .copied()
            .collect();
        Ok(Packs {
            indexed,
            lost,
            found,
        })
    }

    /// A backup that was stopped leaves packs that no index names: taken into the index, they need not be written again.
    /// Packs that are gone leave it, so that nothing new relies on them.
    pub(super) fn repair_index(
        &self,
        engine: &Engine<OpenStatus>,
    ) -> Result<Repaired, RepositoryError> {
        let packs = self.packs(engine)?;
        let repaired = Repaired {
            found: packs.found.len(),
            lost: packs.lost.len(),
        };
        if repaired != Repaired::default() {
            // The engine would read a pack that was cut short; it is as good as gone.
            self.guard.hide_packs(packs.lost);
            let result = engine.repair_index(&rustic_core::RepairIndexOptions::default(), false);
            self.guard.hide_packs(HashSet::new());
            result.map_err(|error| self.explain("put the index right", error))?;
            // A pack without a readable end is none; the engine leaves it out and says no more.
            self.guard.take_failure();
        }
        Ok(repaired)
    }
}

/// Packs that index and storage disagree about.
pub(super) struct Packs {
    /// All in the index with their sizes in bytes.
    pub(super) indexed: HashMap<Id, u32>,
    /// In the index; gone, or of another size.
    pub(super) lost: HashSet<Id>,
    /// Not in the index.
    pub(super) found: HashSet<Id>,
}

impl Packs {
    /// The packs that a text of the engine names; it gives the first digits of their ids.
    pub(super) fn named_in(&self, text: &str) -> HashSet<Id> {
        let words: Vec<&str> = text
            .split(|letter: char| !letter.is_ascii_hexdigit())
            .filter(|word| word.len() >= 8)
            .collect();
        let named = |id: &&Id| {
            let id = id.to_hex();
            words.iter().any(|word| id.as_str().starts_with(word))
        };
        self.indexed.keys().filter(named).copied().collect()
    }
}
