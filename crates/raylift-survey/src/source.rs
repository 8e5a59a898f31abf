//! The reading trait for releases.

use std::io::Read;

use raylift_model::digest::Digest;
use raylift_model::facts::{FileKind, ReleaseForm};

/// One entry of a release, as the archive or folder gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceEntry {
    /// Path with `/`, still with the folder at the top of an archive. Checked: relative, no `..`, valid UTF-8.
    pub path: String,
    /// What it is.
    pub kind: FileKind,
    /// Size of the content in bytes.
    pub size: u64,
    /// Permission bits; 0644 or 0755 where the archive has none.
    pub mode: u32,
}

/// Why a release could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// One of [`raylift_model::codes`].
    pub code: &'static str,
    /// What happened, with the archive's path.
    pub message: String,
    /// The cause, when there is one.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What the visitor of a release does with an entry.
pub type Visitor<'a> = &'a mut dyn FnMut(&SourceEntry, &mut dyn Read) -> Result<(), SourceError>;

/// A release as an archive or a folder. Unsafe entries (absolute, `..`, links that leave, duplicates, a bomb)
/// make every method fail with their code.
pub trait ReleaseSource {
    /// The archive or folder, absolute.
    fn place(&self) -> String;

    /// Its form.
    fn form(&self) -> ReleaseForm;

    /// SHA-256 of the archive file; `None` for a folder.
    ///
    /// # Errors
    /// When it cannot be read.
    fn digest(&self) -> Result<Option<Digest>, SourceError>;

    /// The published checksums beside the archive (`.sha512`, `.MD5`): the file's name and whether the archive
    /// has that checksum.
    ///
    /// # Errors
    /// When a file cannot be read.
    fn checksums(&self) -> Result<Vec<(String, bool)>, SourceError>;

    /// What stands for the whole content, so that facts read before can be taken again: two releases with equal keys say
    /// the same. `None` when nothing could stand for it, as for a folder in which something was changed a moment ago.
    ///
    /// # Errors
    /// When an archive cannot be read.
    fn content_key(&self) -> Result<Option<Digest>, SourceError>;

    /// Whether everything read since this source was opened belongs to that key, with certainty. Only then may facts be
    /// kept for it.
    fn was_read_as(&self, key: &Digest) -> bool;

    /// Calls the visitor for every entry once, in the order of the archive.
    ///
    /// # Errors
    /// When the archive is damaged or unsafe, or the visitor fails.
    fn visit(&self, visitor: Visitor<'_>) -> Result<(), SourceError>;
}
