//! What a key opens, once this process knows it: to derive it (scrypt, as restic does) costs a third of a second and
//! 128 MiB each time, some of it in an outage.

use std::sync::{Mutex, PoisonError};

use raylift_model::digest::Digest;
use raylift_model::secret::Secret;
use rustic_core::Credentials;
use rustic_core::repofile::MasterKey;

use super::error::StorageError;
use super::storage::{FileType, Id, Storage};

static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

/// A master key and what it was derived from. The engine's type could be printed; this one cannot.
struct Known {
    origin: Digest,
    master: MasterKey,
}

/// What a master key is derived from: the key, and the content of the repository's key files. A file that is not what it
/// was opens nothing, as in another process.
pub(super) struct Origin(Digest);

impl Origin {
    /// Of the repository in `storage` as it is now.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub(super) fn of(storage: &dyn Storage, key: &Secret) -> Result<Self, StorageError> {
        let files = storage.list(FileType::Key)?;
        let mut ids: Vec<Id> = files.into_iter().map(|(id, _)| id).collect();
        ids.sort_unstable();
        let mut text = Vec::new();
        for id in ids {
            let content = storage.read(FileType::Key, &id)?;
            // Of one length, and so told from what follows.
            text.extend(Digest::of(&content).as_str().as_bytes());
        }
        text.extend(key.expose().as_bytes());
        Ok(Self(Digest::of(&text)))
    }

    /// What opens the repository without deriving anything; `None` when this process has not opened it before.
    pub(super) fn known(&self) -> Option<Credentials> {
        let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|known| known.origin == self.0);
        found.map(|known| Credentials::Masterkey(known.master.clone()))
    }

    /// Remembers what the engine derived, until the process ends.
    pub(super) fn remember(self, master: MasterKey) {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if known.iter().all(|known| known.origin != self.0) {
            known.push(Known {
                origin: self.0,
                master,
            });
        }
    }
}
