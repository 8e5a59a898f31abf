//! Files of which some bytes are replaced.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use raylift_formats::config;
use raylift_formats::properties::{self, Encoding};
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Base, Edit, Piece};
use raylift_run::host::HostError;

use super::error::{read_failed, write_failed};
use super::stage::changed;

/// Writes the edited file to `staged`. Where the base is the release's, that lies there already.
///
/// # Errors
/// When a file of the site differs from the plan or cannot be read, or the file cannot be written.
pub(super) fn write(home: &Path, edit: &Edit, staged: &Path) -> Result<(), HostError> {
    let base = match &edit.base {
        Base::Site { path, digest } => read(home, path, digest)?,
        Base::Release { .. } => fs::read(staged).map_err(|error| read_failed(staged, error))?,
        Base::Nothing => Vec::new(),
    };
    let edited = spliced(home, edit, &base)?;
    if matches!(edit.base, Base::Release { .. }) {
        fs::remove_file(staged).map_err(|error| write_failed(staged, error))?;
    }
    // Closed to others until its place's own rights are given: it may hold secrets.
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(staged)
        .and_then(|mut file| file.write_all(&edited))
        .map_err(|error| write_failed(staged, error))
}

fn spliced(home: &Path, edit: &Edit, base: &[u8]) -> Result<Vec<u8>, HostError> {
    let mut edited = Vec::with_capacity(base.len());
    let mut at = 0;
    for splice in &edit.splices {
        let (start, end) = range(splice.at, splice.remove).ok_or_else(impossible)?;
        let kept = base.get(at..start).ok_or_else(impossible)?;
        if end > base.len() {
            return Err(impossible());
        }
        edited.extend_from_slice(kept);
        for piece in &splice.insert {
            edited.extend(bytes_of(home, piece)?);
        }
        at = end;
    }
    edited.extend_from_slice(base.get(at..).ok_or_else(impossible)?);
    Ok(edited)
}

fn bytes_of(home: &Path, piece: &Piece) -> Result<Vec<u8>, HostError> {
    match piece {
        Piece::Text { text } => Ok(text.as_bytes().to_vec()),
        Piece::Site {
            path,
            digest,
            start,
            length,
        } => {
            let bytes = read(home, path, digest)?;
            range(*start, *length)
                .and_then(|(start, end)| bytes.get(start..end))
                .map(<[u8]>::to_vec)
                .ok_or_else(impossible)
        }
        Piece::PropertyAsConfig { path, digest, key } => {
            let bytes = read(home, path, digest)?;
            let read = properties::read(&bytes, Encoding::Utf8).value;
            let value = read.get(key).ok_or_else(impossible)?;
            Ok(config::escaped(value).into_bytes())
        }
        Piece::CfgAsConfig {
            path,
            digest,
            before_7_3,
            keys,
        } => {
            let bytes = read(home, path, digest)?;
            Ok(config::cfg_as_planned(&bytes, *before_7_3, keys)
                .value
                .into_bytes())
        }
    }
}

/// A file of the site as the plan saw it.
fn read(home: &Path, path: &RelativePath, digest: &Digest) -> Result<Vec<u8>, HostError> {
    let place = home.join(path.as_str());
    let bytes = fs::read(&place).map_err(|error| read_failed(&place, error))?;
    if Digest::of(&bytes) != *digest {
        return Err(changed(path));
    }
    Ok(bytes)
}

fn range(start: u64, length: u64) -> Option<(usize, usize)> {
    let start = usize::try_from(start).ok()?;
    let length = usize::try_from(length).ok()?;
    Some((start, start.checked_add(length)?))
}

fn impossible() -> HostError {
    HostError::new(
        codes::PLAN_STALE,
        "the plan changes a place that its file does not have; make a new plan",
    )
}
