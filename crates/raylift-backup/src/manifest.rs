//! The list of what a backup holds. Written last: a backup without it is not complete.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use raylift_model::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::names::unescape;

/// The format of manifests that this code writes and reads.
pub const FORMAT: u32 = 1;

/// Everything a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// When it was taken, UTC, RFC 3339.
    pub taken: String,
    /// The parts.
    pub parts: Vec<PartManifest>,
    /// What the caller wants to know when it comes back.
    pub note: serde_json::Value,
}

/// One part: a folder, or chosen entries of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartManifest {
    /// Name of the part.
    pub name: String,
    /// Where it was taken from.
    pub root: PathBuf,
    /// Its entries, folders before what is in them.
    pub entries: Vec<Entry>,
}

/// One entry of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Path below the root, [escaped](crate::escape).
    pub path: String,
    /// What it is.
    pub what: EntryKind,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EntryKind {
    /// A regular file.
    File {
        /// Bytes.
        size: u64,
        /// SHA-256.
        digest: Digest,
    },
    /// A folder.
    Directory,
    /// A symbolic link.
    Link {
        /// Where it points, [escaped](crate::escape).
        target: String,
    },
}

impl Manifest {
    /// The part of that name.
    pub fn part(&self, name: &str) -> Option<&PartManifest> {
        self.parts.iter().find(|part| part.name == name)
    }

    /// A name or path in the list that leads out of the backup's folder, or out of that which a part comes back to; one below
    /// a link would, too.
    pub(crate) fn outside(&self) -> Option<String> {
        let mut parts = self.parts.iter();
        parts.find_map(
            |part| match is_below(OsStr::new(&part.name)) && !part.name.is_empty() {
                true => part.outside(),
                false => Some(part.name.clone()),
            },
        )
    }

    /// One digest over everything the backup holds.
    ///
    /// # Errors
    /// Only when the manifest cannot be written as JSON, which its types exclude.
    pub fn digest(&self) -> Result<Digest, serde_json::Error> {
        Ok(Digest::of(&serde_json::to_vec(&self.parts)?))
    }
}

fn is_below(path: &OsStr) -> bool {
    Path::new(path)
        .components()
        .all(|component| matches!(component, Component::Normal(_)))
}

impl PartManifest {
    /// A path that leads out of the part's folder, or lies below an entry that is no folder.
    fn outside(&self) -> Option<String> {
        let path_of = |entry: &Entry| PathBuf::from(unescape(&entry.path));
        let no_folders: HashSet<PathBuf> = self
            .entries
            .iter()
            .filter(|entry| entry.what != EntryKind::Directory)
            .map(path_of)
            .collect();
        let leads_out = |entry: &&Entry| {
            let path = path_of(entry);
            let mut above = path.ancestors().skip(1);
            !is_below(path.as_os_str()) || above.any(|above| no_folders.contains(above))
        };
        let mut entries = self.entries.iter();
        entries.find(leads_out).map(|entry| entry.path.clone())
    }

    /// Files and bytes in it.
    pub fn totals(&self) -> (u64, u64) {
        self.files().fold((0, 0), |(files, bytes), (_, size, _)| {
            (files + 1, bytes + size)
        })
    }

    /// Path, size and digest of each file.
    pub fn files(&self) -> impl Iterator<Item = (&str, u64, &Digest)> {
        self.entries.iter().filter_map(|entry| match &entry.what {
            EntryKind::File { size, digest } => Some((entry.path.as_str(), *size, digest)),
            EntryKind::Directory | EntryKind::Link { .. } => None,
        })
    }
}
