//! Files of which some bytes are replaced.

use std::borrow::Cow;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use raylift_formats::edit::edited;
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Base, Edit};
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
    let content = |path: &RelativePath, digest: &Digest| read(home, path, digest).map(Cow::Owned);
    let edited =
        edited(&base, &edit.splices, &content).map_err(|fault| fault.unwrap_or_else(impossible))?;
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

/// A file of the site as the plan saw it.
fn read(home: &Path, path: &RelativePath, digest: &Digest) -> Result<Vec<u8>, HostError> {
    let place = home.join(path.as_str());
    let stat = fs::metadata(&place).map_err(|error| read_failed(&place, error))?;
    // A pipe that took its place meanwhile would be read for ever.
    if !stat.is_file() {
        return Err(changed(path));
    }
    let bytes = fs::read(&place).map_err(|error| read_failed(&place, error))?;
    if Digest::of(&bytes) != *digest {
        return Err(changed(path));
    }
    Ok(bytes)
}

fn impossible() -> HostError {
    HostError::new(
        codes::PLAN_STALE,
        "the plan changes a place that its file does not have; make a new plan",
    )
}
