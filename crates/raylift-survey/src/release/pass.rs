//! The one pass over a release: digests while reading, contents on a pool of threads.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Mutex, PoisonError};

use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{FileFact, FileKind};
use raylift_model::names::RelativePath;
use sha2::{Digest as _, Sha256};

use crate::budget::Budget;
use crate::content::{Content, Part, read};
use crate::source::{ReleaseSource, SourceEntry, SourceError};

/// Bytes of JARs and LPKGs that wait or are scanned at once.
const HELD: u64 = 32 << 20;
/// A larger file is digested but not scanned; the largest one in a real release has about 70 MB.
const LARGEST_SCANNED: u64 = 512 << 20;
/// Bytes read at once.
const CHUNK: usize = 256 << 10;

/// What the pass saw.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    /// The folder at the top; empty for a folder.
    pub(crate) top: String,
    /// Every entry below the top folder, by path.
    pub(crate) files: BTreeMap<RelativePath, FileFact>,
    /// What each scanned file says, by path.
    pub(crate) contents: BTreeMap<RelativePath, Content>,
    /// Small texts: `RELEASE-NOTES`, `.githash`, `.liferay-version`.
    pub(crate) texts: BTreeMap<RelativePath, String>,
    /// Names at the top of an archive beside the top folder.
    pub(crate) beside: Vec<String>,
}

/// Reads the whole release once.
///
/// # Errors
/// Those of [`ReleaseSource::visit`], and [`codes::ARCHIVE_UNREADABLE`] when no threads can be had.
pub(crate) fn run(source: &dyn ReleaseSource, has_top: bool) -> Result<Pass, SourceError> {
    let budget = Budget::new(HELD);
    let contents = Mutex::new(BTreeMap::new());
    let mut pass = Pass::default();
    // A pool of its own: the visitor waits for the budget, so it must not stand on a thread of the pool that frees it.
    let pool = rayon::ThreadPoolBuilder::new()
        .build()
        .map_err(|error| SourceError {
            code: codes::ARCHIVE_UNREADABLE,
            message: format!(
                "{} cannot be read: no threads can be started",
                source.place()
            ),
            source: Some(Box::new(error)),
        })?;
    let visited = pool.in_place_scope(|scope| {
        let mut buffer = vec![0; CHUNK];
        source.visit(&mut |entry, reader| {
            let Some(path) = pass.place(entry, has_top) else {
                return Ok(());
            };
            let part = Part::of(path.as_str());
            let mut fact = fact(entry, &path);
            if entry.kind == FileKind::File && is_scanned(part, entry.size) {
                let share = budget.take(entry.size);
                let bytes = read_whole(entry, reader)?;
                fact.digest = Some(Digest::of(&bytes));
                fact.size = bytes.len() as u64;
                if part == Part::Text {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    pass.texts.insert(path.clone(), text);
                } else {
                    let (contents, path) = (&contents, path.clone());
                    scope.spawn(move |_| {
                        let content = read(&path, part, &bytes);
                        drop(bytes);
                        drop(share);
                        contents
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .insert(path, content);
                    });
                }
            } else if entry.kind == FileKind::File {
                let (digest, size) = digest_of(entry, reader, &mut buffer)?;
                fact.digest = Some(digest);
                fact.size = size;
            }
            pass.files.insert(path, fact);
            Ok(())
        })
    });
    visited?;
    pass.contents = contents
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    for (path, content) in &pass.contents {
        if let Some(fact) = pass.files.get_mut(path) {
            fact.by_liferay = content.by_liferay;
        }
    }
    pass.add_implied_folders();
    Ok(pass)
}

impl Pass {
    /// The entry's path below the top folder; `None` for the top folder itself and for what lies beside it.
    fn place(&mut self, entry: &SourceEntry, has_top: bool) -> Option<RelativePath> {
        let path = entry.path.trim_end_matches('/');
        if !has_top {
            return (!path.is_empty()).then(|| RelativePath::new(path));
        }
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        if self.top.is_empty() && (!rest.is_empty() || entry.kind == FileKind::Directory) {
            self.top = first.to_owned();
        }
        if first != self.top {
            if !self.beside.iter().any(|name| name == first) {
                self.beside.push(first.to_owned());
            }
            return None;
        }
        (!rest.is_empty()).then(|| RelativePath::new(rest))
    }

    /// Archives may leave folders out; a folder on disk never does. Both give the same facts.
    fn add_implied_folders(&mut self) {
        let mut implied = Vec::new();
        for path in self.files.keys() {
            let mut parent = path.parent();
            while !parent.is_empty() {
                let folder = RelativePath::new(parent);
                if self.files.contains_key(&folder) {
                    break;
                }
                implied.push(folder);
                parent = parent.rsplit_once('/').map_or("", |(above, _)| above);
            }
        }
        for folder in implied {
            let fact = FileFact {
                path: folder.clone(),
                kind: FileKind::Directory,
                size: 0,
                mode: 0o755,
                digest: None,
                by_liferay: false,
            };
            self.files.entry(folder).or_insert(fact);
        }
    }
}

fn is_scanned(part: Part, size: u64) -> bool {
    part != Part::Plain && size <= LARGEST_SCANNED
}

fn fact(entry: &SourceEntry, path: &RelativePath) -> FileFact {
    FileFact {
        path: path.clone(),
        kind: entry.kind.clone(),
        size: 0,
        mode: entry.mode,
        digest: None,
        by_liferay: false,
    }
}

fn read_whole(entry: &SourceEntry, reader: &mut dyn Read) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::with_capacity(usize::try_from(entry.size).unwrap_or(0));
    reader
        .read_to_end(&mut bytes)
        .map_err(|error| damaged(entry, error))?;
    Ok(bytes)
}

fn digest_of(
    entry: &SourceEntry,
    reader: &mut dyn Read,
    buffer: &mut [u8],
) -> Result<(Digest, u64), SourceError> {
    let mut hasher = Sha256::new();
    let mut size = 0;
    loop {
        let count = match reader.read(buffer) {
            Ok(0) => return Ok((Digest::finish(hasher), size)),
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(damaged(entry, error)),
        };
        hasher.update(buffer.get(..count).unwrap_or_default());
        size += count as u64;
    }
}

fn damaged(entry: &SourceEntry, error: std::io::Error) -> SourceError {
    SourceError {
        code: codes::ARCHIVE_UNREADABLE,
        message: format!("{} cannot be unpacked", entry.path),
        source: Some(Box::new(error)),
    }
}
