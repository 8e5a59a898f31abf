//! The release is the one the plan was made for.

use std::path::Path;

use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::ReleaseForm;
use raylift_model::plan::Plan;

use super::{Context, Notes};
use crate::host::{HostError, Progress};

pub(super) fn run(
    context: &Context<'_>,
    place: &Path,
    digest: &Digest,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    let found = context.host.release_digest(place, progress)?;
    if found == *digest {
        return Ok(vec![format!(
            "{} has digest {}",
            place.display(),
            found.short()
        )]);
    }
    Err(HostError::new(
        code(context.plan),
        format!(
            "{} is not what the plan was made for: its digest is {}, planned was {}",
            place.display(),
            found.short(),
            digest.short()
        ),
    ))
}

/// An archive does not change by itself, so a different one is a wrong one; a folder may have been worked on.
fn code(plan: &Plan) -> &'static str {
    match plan.release.form {
        ReleaseForm::Folder => codes::PLAN_STALE,
        ReleaseForm::Zip | ReleaseForm::TarGz | ReleaseForm::SevenZ => codes::ARCHIVE_CHECKSUM,
    }
}
