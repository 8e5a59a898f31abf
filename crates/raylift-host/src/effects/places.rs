//! Where a return point may go back to. Its list lies in the state folder, where others than raylift may write, and raylift
//! may be root: a place is taken from the plan, and the list must say the same.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use raylift_backup::Manifest;
use raylift_model::codes;
use raylift_model::plan::{DatabaseNames, PlannedSite};
use raylift_run::host::HostError;

use super::error::read_failed;
use super::hsqldb::Hsqldb;
use super::return_point::{DATABASE, note};

/// Refuses a return point with parts that no plan has, or with documents that lie in another repository than the plan's or
/// were taken of another folder than its document store.
///
/// # Errors
/// With [`codes::PROOF_FAILED`] when it is such a one.
pub(crate) fn require_planned_documents(
    site: &PlannedSite,
    manifest: &Manifest,
) -> Result<(), HostError> {
    let mut parts = manifest.parts.iter();
    if let Some(other) = parts.find(|part| part.name != DATABASE) {
        return Err(refused(format!(
            "it holds copies named {}, which are not the database",
            other.name
        )));
    }
    let Some(kept) = note(manifest)?.kept else {
        return Ok(());
    };
    if !kept.is_in(&site.backups) {
        return Err(refused("it names another backup repository".to_owned()));
    }
    let planned = site.store.as_deref().map(resolved).transpose()?;
    if planned.as_ref() != Some(&kept.root) {
        return Err(other_place("documents", &kept.root, planned.as_deref()));
    }
    Ok(())
}

/// Refuses a copy on the server under another name than that of the run whose return point lies at `place`: any other
/// database would be counted, and copied over the site's.
///
/// # Errors
/// With [`codes::PROOF_FAILED`] when it is such a one.
pub(crate) fn require_planned_copy(
    site: &PlannedSite,
    place: &Path,
    copy: &str,
) -> Result<(), HostError> {
    let own = DatabaseNames::of(site, place).return_point();
    if copy == own {
        return Ok(());
    }
    Err(refused(format!(
        "it names database {copy}, and its copy on the server would be {own}"
    )))
}

/// Refuses copied files of a database of another folder than the site's.
///
/// # Errors
/// With [`codes::PROOF_FAILED`] when they are such.
pub(crate) fn require_planned_database(
    files: &Hsqldb,
    manifest: &Manifest,
) -> Result<(), HostError> {
    match manifest.part(DATABASE) {
        Some(part) if part.root != files.folder => Err(other_place(
            "database's files",
            &part.root,
            Some(&files.folder),
        )),
        _ => Ok(()),
    }
}

/// A path without links, as far as it is there.
fn resolved(path: &Path) -> Result<PathBuf, HostError> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        result => return result.map_err(|error| read_failed(path, error)),
    }
    let name = path.file_name().unwrap_or(OsStr::new(""));
    match path.parent() {
        Some(above) => Ok(resolved(above)?.join(name)),
        None => Ok(path.to_owned()),
    }
}

fn other_place(what: &str, root: &Path, planned: Option<&Path>) -> HostError {
    let planned = planned.map_or("none".to_owned(), |path| path.display().to_string());
    refused(format!(
        "its {what} are of {}, the site's of {planned}",
        root.display()
    ))
    .because([
        "nothing was moved or written for it; where a link on the way was changed since, put it back, else somebody wrote to the return point".to_owned(),
    ])
}

fn refused(because: String) -> HostError {
    HostError::new(
        codes::PROOF_FAILED,
        format!("the return point is not one of this plan: {because}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_as_far_as_a_path_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        std::fs::create_dir(folder.join("there")).unwrap();
        std::os::unix::fs::symlink("there", folder.join("link")).unwrap();
        let path = folder.join("link/store/deep");
        assert_eq!(resolved(&path).unwrap(), folder.join("there/store/deep"));
    }
}
