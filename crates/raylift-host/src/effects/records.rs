//! What was measured is for the next plan: records in raylift's folder, which belong to the site's owner.

use std::fs;
use std::io;

use raylift_backup::attributes::give;
use raylift_model::codes;
use raylift_model::plan::PlannedSite;
use raylift_model::proof::ProofRecord;
use raylift_run::host::HostError;
use serde::Serialize;

use super::error::{attributes, read_failed, write_failed};

/// Keeps a record in place of an earlier one.
///
/// # Errors
/// When it cannot be written or given to the owner.
pub(crate) fn keep(
    site: &PlannedSite,
    file: &str,
    record: &impl Serialize,
) -> Result<(), HostError> {
    let path = site.state.join(file);
    let bytes = serde_json::to_vec_pretty(record).map_err(|error| {
        HostError::new(codes::WRITE_FAILED, "what was measured cannot be noted").caused_by(error)
    })?;
    fs::write(&path, bytes).map_err(|error| write_failed(&path, error))?;
    give(&path, site.owner.uid, site.owner.gid).map_err(attributes)
}

/// What the last proof of a site measured.
///
/// # Errors
/// When the record is there and cannot be read; one that cannot be understood is none.
pub(crate) fn last_proof(site: &PlannedSite) -> Result<Option<ProofRecord>, HostError> {
    let path = site.state.join(ProofRecord::FILE);
    match fs::read(&path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(read_failed(&path, error)),
    }
}
