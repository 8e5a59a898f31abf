//! What raylift remembers of releases between two commands, in the user's cache folder.
//!
//! Two kinds of entries: the facts of a content ([`raylift_survey::release::FactsStore`]), and the digests of an archive
//! whose file looks as it did when they were taken. Nothing here is needed and nothing here fails: an entry that is
//! missing, damaged, of another reader or of another user is as good as none. The effects of a run never look here.

mod entry;
mod facts;
mod hashes;
mod identity;
mod place;
mod reader;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use entry::Kind;
pub(crate) use hashes::Hashes;
pub(crate) use identity::{Settled, fingerprint};

/// The cache folder, for one reader.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
    reader: String,
    clock: fn() -> SystemTime,
}

impl Cache {
    /// The folder of this process's user, for the program that runs. `None` when there is no such folder, it cannot be
    /// made, or somebody else could have put something in it.
    pub fn of_user() -> Option<Self> {
        let base = place::base(
            std::env::var_os("XDG_CACHE_HOME").as_deref(),
            std::env::var_os("HOME").as_deref(),
        )?;
        Self::open(&base, &reader::of_this_program()?)
    }

    /// The folder `raylift` below `base`, which is made when it is missing. `reader` stands for everything that decides
    /// what is read off a release: entries of any other reader are ignored.
    pub fn open(base: &Path, reader: &str) -> Option<Self> {
        Some(Self {
            folder: place::make(base)?,
            reader: reader.to_owned(),
            clock: SystemTime::now,
        })
    }

    /// The same cache with another clock to tell what was changed a moment ago.
    #[must_use]
    pub fn with_clock(self, clock: fn() -> SystemTime) -> Self {
        Self { clock, ..self }
    }

    pub(crate) fn clock(&self) -> fn() -> SystemTime {
        self.clock
    }

    fn read(&self, kind: Kind, key: &str) -> Option<Vec<u8>> {
        entry::read(&self.folder, &self.reader, kind, key)
    }

    /// A cache that cannot be written is a cache without this entry.
    fn write(&self, kind: Kind, key: &str, body: &[u8]) {
        if entry::write(&self.folder, &self.reader, kind, key, body).is_ok() {
            entry::prune(&self.folder, kind);
        }
    }
}
