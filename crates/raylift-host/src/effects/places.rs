//! Where a return point may go back to. Its list lies in the state folder, where others than raylift may write, and raylift
//! may be root: a place is taken from the plan, and the list must say the same.

use std::io::ErrorKind::{InvalidInput, NotADirectory, NotFound};
use std::path::{Component, Path, PathBuf};

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

/// A path without links, as far as it is there. A link whose target is gone still says where that was.
fn resolved(path: &Path) -> Result<PathBuf, HostError> {
    match path.canonicalize() {
        Err(error) if error.kind() == NotFound => {}
        result => return result.map_err(|error| read_failed(path, error)),
    }
    let Some(above) = path.parent() else {
        return Ok(path.to_owned());
    };
    // Links that lead round in a circle never come here: they are another error than one that is not there.
    match path.read_link() {
        Ok(target) => return resolved(&above.join(target)),
        Err(error) if matches!(error.kind(), NotFound | InvalidInput | NotADirectory) => {}
        Err(error) => return Err(read_failed(path, error)),
    }
    let above = resolved(above)?;
    Ok(match path.components().next_back() {
        Some(Component::ParentDir) => above.parent().unwrap_or(&above).to_owned(),
        Some(Component::Normal(name)) => above.join(name),
        _ => above,
    })
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

    /// The folder that was lost is what a return point is for.
    #[test]
    fn a_link_whose_target_is_gone_says_where_that_was() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let links = folder.join("data");
        std::fs::create_dir(&links).unwrap();
        let absolute = folder.join("mnt/docs");
        for (name, target) in [
            ("absolute", absolute.to_str().unwrap()),
            ("relative", "../mnt/docs"),
            ("chain", "relative"),
            ("up", "../gone/../mnt/docs"),
        ] {
            std::os::unix::fs::symlink(target, links.join(name)).unwrap();
            assert_eq!(resolved(&links.join(name)).unwrap(), absolute, "{name}");
            let below = resolved(&links.join(name).join("dl")).unwrap();
            assert_eq!(below, absolute.join("dl"), "{name}");
        }
        std::os::unix::fs::symlink("circle", links.join("circle")).unwrap();
        resolved(&links.join("circle")).unwrap_err();
    }
}
