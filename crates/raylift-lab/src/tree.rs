//! A release as a list of paths with their content, before it becomes an archive.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::LabError;

/// Where an entry's bytes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An empty folder.
    Folder,
    /// These bytes.
    Bytes(Vec<u8>),
    /// The bytes of a file in the cache.
    File(PathBuf),
}

/// One entry of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Permission bits, such as `0o644`.
    pub mode: u32,
    /// Its content.
    pub source: Source,
}

impl Entry {
    /// The entry's bytes; empty for a folder.
    ///
    /// # Errors
    /// [`LabError::Io`] when a cached file cannot be read.
    pub fn bytes(&self) -> Result<std::borrow::Cow<'_, [u8]>, LabError> {
        match &self.source {
            Source::Folder => Ok((&[][..]).into()),
            Source::Bytes(bytes) => Ok(bytes.as_slice().into()),
            Source::File(path) => std::fs::read(path)
                .map(Into::into)
                .map_err(LabError::io("read", path)),
        }
    }
}

/// All entries of a release by path below the top folder, `/` between names, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    entries: BTreeMap<String, Entry>,
}

impl Tree {
    /// Adds or replaces a file with these bytes.
    pub fn add_bytes(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.add(path.into(), Source::Bytes(bytes.into()));
    }

    /// Adds or replaces a file whose bytes lie in the cache.
    pub fn add_file(&mut self, path: impl Into<String>, file: &Path) {
        self.add(path.into(), Source::File(file.to_path_buf()));
    }

    /// Adds an empty folder; does nothing when something lies in or at it already.
    pub fn add_folder(&mut self, path: &str) {
        if !self.covers(path) {
            self.add(path.to_owned(), Source::Folder);
        }
    }

    /// Whether the path is an entry, or a folder that holds one.
    pub fn covers(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.entries.contains_key(path)
            || self
                .entries
                .range(below.clone()..)
                .next()
                .is_some_and(|(name, _)| name.starts_with(&below))
    }

    /// The entry at `path`.
    pub fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// Every path with its entry, in path order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries
            .iter()
            .map(|(path, entry)| (path.as_str(), entry))
    }

    fn add(&mut self, path: String, source: Source) {
        let mode = match source {
            Source::Folder => 0o755,
            _ if path.ends_with(".sh") => 0o755,
            _ => 0o644,
        };
        self.entries.insert(path, Entry { mode, source });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_covered_by_what_lies_in_it() {
        let mut tree = Tree::default();
        tree.add_bytes("osgi/core/a.jar", *b"x");
        assert!(tree.covers("osgi/core"));
        assert!(tree.covers("osgi"));
        assert!(!tree.covers("osgi/cor"));
        tree.add_folder("osgi/core");
        assert_eq!(tree.iter().count(), 1);
    }

    #[test]
    fn scripts_are_executable() {
        let mut tree = Tree::default();
        tree.add_bytes("bin/startup.sh", *b"#!/bin/sh\n");
        tree.add_bytes("bin/startup.bat", *b"");
        assert_eq!(
            tree.get("bin/startup.sh").map(|entry| entry.mode),
            Some(0o755)
        );
        assert_eq!(
            tree.get("bin/startup.bat").map(|entry| entry.mode),
            Some(0o644)
        );
    }
}
