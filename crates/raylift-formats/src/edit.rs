//! What an edit of a plan makes of a file: for the run that writes it, and for the plan that shows the difference.

use std::borrow::Cow;

use raylift_model::digest::Digest;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Piece, Splice};

use crate::config;
use crate::properties::{self, Encoding};

/// Hands out a file of the site by path and expected digest.
pub type Content<'a, E> = &'a dyn Fn(&RelativePath, &Digest) -> Result<Cow<'a, [u8]>, E>;

/// The base with its splices carried out.
///
/// # Errors
/// `None` when a splice or a piece names a place that its file does not have, or splices overlap or are out of order;
/// else what `content` said of a file.
pub fn edited<E>(
    base: &[u8],
    splices: &[Splice],
    content: Content<'_, E>,
) -> Result<Vec<u8>, Option<E>> {
    let mut edited = Vec::with_capacity(base.len());
    let mut at = 0;
    for splice in splices {
        let (start, end) = range(splice.at, splice.remove).ok_or(None)?;
        let kept = base.get(at..start).ok_or(None)?;
        if end > base.len() {
            return Err(None);
        }
        edited.extend_from_slice(kept);
        for piece in &splice.insert {
            edited.extend(bytes_of(piece, content)?);
        }
        at = end;
    }
    edited.extend_from_slice(base.get(at..).ok_or(None)?);
    Ok(edited)
}

fn bytes_of<E>(piece: &Piece, content: Content<'_, E>) -> Result<Vec<u8>, Option<E>> {
    match piece {
        Piece::Text { text } => Ok(text.as_bytes().to_vec()),
        Piece::Site {
            path,
            digest,
            start,
            length,
        } => {
            let bytes = content(path, digest)?;
            range(*start, *length)
                .and_then(|(start, end)| bytes.get(start..end))
                .map(<[u8]>::to_vec)
                .ok_or(None)
        }
        Piece::PropertyAsConfig { path, digest, key } => {
            let bytes = content(path, digest)?;
            let read = properties::read(&bytes, Encoding::Utf8).value;
            let value = read.get(key).ok_or(None)?;
            Ok(config::escaped(value).into_bytes())
        }
        Piece::CfgAsConfig {
            path,
            digest,
            before_7_3,
            keys,
        } => {
            let bytes = content(path, digest)?;
            Ok(config::cfg_as_planned(&bytes, *before_7_3, keys)
                .value
                .into_bytes())
        }
    }
}

fn range(start: u64, length: u64) -> Option<(usize, usize)> {
    let start = usize::try_from(start).ok()?;
    let length = usize::try_from(length).ok()?;
    Some((start, start.checked_add(length)?))
}
