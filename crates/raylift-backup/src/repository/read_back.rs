//! Reads what came through a pipe back from the repository.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::vec::IntoIter;

use bytes::{Buf, Bytes};
use rustic_core::repofile::BlobType;
use rustic_core::{BlobId, DataId, TreeId};

use super::bring_back::Full;
use super::error::RepositoryError;
use super::open::Repository;

/// A stored file, from its first to its last byte.
pub(super) struct ReadBack {
    engine: Arc<Full>,
    pieces: IntoIter<DataId>,
    piece: Bytes,
}

/// Its size in bytes and a reader for it.
///
/// # Errors
/// When the tree does not hold the file.
pub(super) fn open(
    repository: &Repository,
    engine: &Arc<Full>,
    tree: TreeId,
    part: &str,
    file: &str,
) -> Result<(u64, ReadBack), RepositoryError> {
    let failed = |error| repository.explain("read a stream back", error);
    let node = engine
        .node_from_path(tree, &Path::new(part).join(file))
        .map_err(failed)?;
    let pieces = node.content.unwrap_or_default();
    let mut size = 0;
    for piece in &pieces {
        let entry = engine.get_index_entry(piece).map_err(failed)?;
        size += u64::from(entry.data_length());
    }
    let reader = ReadBack {
        engine: Arc::clone(engine),
        pieces: pieces.into_iter(),
        piece: Bytes::new(),
    };
    Ok((size, reader))
}

impl Read for ReadBack {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.piece.has_remaining() {
            let Some(next) = self.pieces.next() else {
                return Ok(0);
            };
            self.piece = self
                .engine
                .get_blob_cached(&BlobId::from(*next), BlobType::Data)
                .map_err(|error| io::Error::other(error.display_log()))?;
        }
        let length = buffer.len().min(self.piece.remaining());
        match buffer.get_mut(..length) {
            Some(target) => self.piece.copy_to_slice(target),
            None => return Ok(0),
        }
        Ok(length)
    }
}
