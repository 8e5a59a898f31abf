//! Stands between the engine and the storage.
//!
//! The engine drops a file that it could not read or write, logs that, and finishes the backup without it. Here a backup
//! with a gap is none: the guard remembers the first failed write, and it keeps the engine's snapshot back until
//! everything was looked at. Only then is a snapshot written, and before that no backup counts.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// Snapshots that are kept back: the engine finds them, and nobody else.
    kept_back: Mutex<Option<BTreeMap<Id, Bytes>>>,
    keep_settings_back: AtomicBool,
    last_snapshot: Mutex<Option<Id>>,
    hidden: Mutex<HashSet<Id>>,
}

/// The storage as the engine sees it. Clones share everything.
#[derive(Debug, Clone)]
pub(super) struct Guard(Arc<State>);

impl Guard {
    pub(super) fn new(storage: Box<dyn Storage>) -> Self {
        Self(Arc::new(State {
            storage,
            failed: Mutex::default(),
            kept_back: Mutex::default(),
            keep_settings_back: AtomicBool::new(false),
            last_snapshot: Mutex::default(),
            hidden: Mutex::default(),
        }))
    }

    /// The storage itself.
    pub(super) fn storage(&self) -> &dyn Storage {
        self.0.storage.as_ref()
    }

    /// What failed since it was asked last: the first failure of the storage, else the first file that is not there.
    pub(super) fn take_failure(&self) -> Option<StorageError> {
        lock(&self.0.failed).take()
    }

    /// While true, snapshots that the engine writes stay in memory, where it can take one for the parent of the next.
    pub(super) fn keep_snapshots_back(&self, back: bool) {
        *lock(&self.0.kept_back) = back.then(BTreeMap::new);
    }

    /// While true, the repository's settings that the engine writes go nowhere: they hold for this one opening of it.
    pub(super) fn keep_settings_back(&self, back: bool) {
        self.0.keep_settings_back.store(back, Ordering::SeqCst);
    }

    /// The snapshot written last.
    pub(super) fn last_snapshot(&self) -> Option<Id> {
        *lock(&self.0.last_snapshot)
    }

    /// Packs that are as good as not there.
    pub(super) fn hide_packs(&self, packs: HashSet<Id>) {
        *lock(&self.0.hidden) = packs;
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
            let mut failed = lock(&self.0.failed);
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
            let hidden = lock(&self.0.hidden);
            list.retain(|(id, _)| !hidden.contains(id));
        }
        if kind == FileType::Snapshot
            && let Some(kept) = &*lock(&self.0.kept_back)
        {
            let length = |bytes: &Bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            list.extend(kept.iter().map(|(id, bytes)| (*id, length(bytes))));
        }
        Ok(list)
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        if kind == FileType::Snapshot
            && let Some(bytes) = lock(&self.0.kept_back)
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
            if let Some(kept) = &mut *lock(&self.0.kept_back) {
                kept.insert(*id, content.slice().concat().into());
                return Ok(());
            }
            *lock(&self.0.last_snapshot) = Some(*id);
        }
        if kind == FileType::Config && self.0.keep_settings_back.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.told(self.storage().write(kind, id, content.slice()))
    }

    fn remove(&self, kind: FileType, id: &Id, _cacheable: bool) -> RusticResult<()> {
        self.told(self.storage().remove(kind, id))
    }
}
