//! Stands between the engine and the storage.
//!
//! The engine drops a file that it could not read or write, logs that, and finishes the backup without it. Here a backup
//! with a gap is none: the guard remembers the first failed write, and it keeps the engine's snapshot back until
//! everything was looked at. Only then is a snapshot written, and before that no backup counts.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rustic_core::{
    BytesList, ErrorKind, FileType, Id, ReadBackend, RusticError, RusticResult, WriteBackend,
};

use super::error::StorageError;
use super::storage::Storage;

#[derive(Debug)]
struct State {
    storage: Box<dyn Storage>,
    failed: Mutex<Option<StorageError>>,
    /// The opening whose failures count.
    opening: AtomicU64,
    /// Snapshots that are kept back: the engine finds them, and nobody else.
    kept_back: Mutex<Option<BTreeMap<Id, Bytes>>>,
    keep_settings_back: AtomicBool,
    last_snapshot: Mutex<Option<Id>>,
    hidden: Mutex<HashSet<Id>>,
}

/// The storage as the engine sees it. All guards of a repository share what they know.
#[derive(Debug)]
pub(super) struct Guard {
    state: Arc<State>,
    opening: u64,
}

impl Guard {
    pub(super) fn new(storage: Box<dyn Storage>) -> Self {
        Self {
            state: Arc::new(State {
                storage,
                failed: Mutex::default(),
                opening: AtomicU64::new(0),
                kept_back: Mutex::default(),
                keep_settings_back: AtomicBool::new(false),
                last_snapshot: Mutex::default(),
                hidden: Mutex::default(),
            }),
            opening: 0,
        }
    }

    /// For one opening of the repository. What failed in earlier ones explains nothing in this one: a backup that failed
    /// leaves threads of the engine that still write for a moment.
    pub(super) fn opening(&self) -> Self {
        let mut failed = lock(&self.state.failed);
        *failed = None;
        Self {
            state: Arc::clone(&self.state),
            opening: self.state.opening.fetch_add(1, Ordering::SeqCst) + 1,
        }
    }

    /// The storage itself.
    pub(super) fn storage(&self) -> &dyn Storage {
        self.state.storage.as_ref()
    }

    /// What failed since it was asked last: the first failure of the storage, else the first file that is not there.
    pub(super) fn take_failure(&self) -> Option<StorageError> {
        lock(&self.state.failed).take()
    }

    /// While true, snapshots that the engine writes stay in memory, where it can take one for the parent of the next.
    pub(super) fn keep_snapshots_back(&self, back: bool) {
        *lock(&self.state.kept_back) = back.then(BTreeMap::new);
    }

    /// While true, the repository's settings that the engine writes go nowhere: they hold for this one opening of it.
    pub(super) fn keep_settings_back(&self, back: bool) {
        self.state.keep_settings_back.store(back, Ordering::SeqCst);
    }

    /// The snapshot written last.
    pub(super) fn last_snapshot(&self) -> Option<Id> {
        *lock(&self.state.last_snapshot)
    }

    /// Packs that are as good as not there.
    pub(super) fn hide_packs(&self, packs: HashSet<Id>) {
        *lock(&self.state.hidden) = packs;
    }

    fn told<T>(&self, result: Result<T, StorageError>) -> RusticResult<T> {
        result.map_err(|error| {
            let told = RusticError::with_source(
                ErrorKind::InputOutput,
                "{what} {path}",
                std::io::Error::new(error.source.kind(), error.source.to_string()),
            )
            .attach_context("what", error.what)
            .attach_context("path", error.path.clone());
            let mut failed = lock(&self.state.failed);
            if self.opening != self.state.opening.load(Ordering::SeqCst) {
                return told;
            }
            let says_more = |first: &StorageError| first.is_loss() && !error.is_loss();
            if failed.as_ref().is_none_or(says_more) {
                *failed = Some(error);
            }
            told
        })
    }
}

/// A thread that panicked left nothing half done in these.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ReadBackend for Guard {
    fn location(&self) -> String {
        self.storage().location()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        let mut list = self.told(self.storage().list(kind))?;
        if kind == FileType::Pack {
            let hidden = lock(&self.state.hidden);
            list.retain(|(id, _)| !hidden.contains(id));
        }
        if kind == FileType::Snapshot
            && let Some(kept) = &*lock(&self.state.kept_back)
        {
            let length = |bytes: &Bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            list.extend(kept.iter().map(|(id, bytes)| (*id, length(bytes))));
        }
        Ok(list)
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        if kind == FileType::Snapshot
            && let Some(bytes) = lock(&self.state.kept_back)
                .as_ref()
                .and_then(|kept| kept.get(id))
        {
            return Ok(bytes.clone());
        }
        self.told(self.storage().read(kind, id)).map(Bytes::from)
    }

    fn read_partial(
        &self,
        kind: FileType,
        id: &Id,
        _cacheable: bool,
        offset: u32,
        length: u32,
    ) -> RusticResult<Bytes> {
        self.told(self.storage().read_range(kind, id, offset, length))
            .map(Bytes::from)
    }

    fn warmup_path(&self, _kind: FileType, id: &Id) -> String {
        id.to_hex().as_str().to_owned()
    }
}

impl WriteBackend for Guard {
    fn create(&self) -> RusticResult<()> {
        self.told(self.storage().prepare())
    }

    fn write_bytes(
        &self,
        kind: FileType,
        id: &Id,
        _cacheable: bool,
        content: BytesList,
    ) -> RusticResult<()> {
        if kind == FileType::Snapshot {
            if let Some(kept) = &mut *lock(&self.state.kept_back) {
                kept.insert(*id, content.slice().concat().into());
                return Ok(());
            }
            *lock(&self.state.last_snapshot) = Some(*id);
        }
        if kind == FileType::Config && self.state.keep_settings_back.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.told(self.storage().write(kind, id, content.slice()))
    }

    fn remove(&self, kind: FileType, id: &Id, _cacheable: bool) -> RusticResult<()> {
        self.told(self.storage().remove(kind, id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::Folder;

    #[test]
    fn what_an_earlier_opening_still_does_is_not_told_of_a_later_one() {
        let folder = tempfile::tempdir().unwrap();
        let repository = Guard::new(Box::new(Folder::new(folder.path())));
        let read = |guard: &Guard| guard.read_full(FileType::Pack, &Id::default()).map(drop);
        let earlier = repository.opening();
        read(&earlier).unwrap_err();
        assert!(repository.take_failure().is_some());
        read(&earlier).unwrap_err();
        let later = repository.opening();
        assert!(repository.take_failure().is_none());
        read(&earlier).unwrap_err();
        assert!(repository.take_failure().is_none());
        read(&later).unwrap_err();
        assert!(repository.take_failure().is_some());
    }
}
