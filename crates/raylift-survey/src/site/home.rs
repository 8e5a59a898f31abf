//! The home itself.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use raylift_model::codes;
use raylift_model::facts::{FileKind, Ownership};
use raylift_model::finding::{Finding, Severity};

use super::error::SiteError;
use crate::machine::{Machine, Stat};

/// A Liferay home that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Home {
    /// Absolute, without links.
    pub(crate) path: PathBuf,
    /// As given, when that goes through a link.
    pub(crate) given: Option<PathBuf>,
    /// Who owns it.
    pub(crate) owner: Ownership,
}

/// Finds the home.
///
/// # Errors
/// When there is no such folder or nothing of Liferay lies in it.
pub(crate) fn find(machine: &dyn Machine, given: &Path) -> Result<Home, SiteError> {
    let unreachable = |source| SiteError::Unreachable {
        path: given.to_owned(),
        source,
    };
    let path = machine.canonical(given).map_err(unreachable)?;
    let names = machine.entries(&path).map_err(unreachable)?;
    if !is_home(machine, &path, &names) {
        let missing = "it has neither a folder osgi nor a file .liferay-home";
        return Err(SiteError::NotAHome {
            path: given.to_owned(),
            reason: match inner(machine, &path, &names) {
                Some(inner) => format!("{missing}; {} looks like one", inner.display()),
                None => missing.to_owned(),
            },
        });
    }
    let stat = machine.stat(&path).map_err(unreachable)?;
    let Some(stat) = stat else {
        return Err(SiteError::NotAHome {
            path: given.to_owned(),
            reason: "it went away while it was looked at".to_owned(),
        });
    };
    Ok(Home {
        given: goes_through_link(machine, given).then(|| given.to_owned()),
        owner: ownership(machine, stat.uid, stat.gid),
        path,
    })
}

/// Neither marker file is in every real home (real-homes, "Marker files"), so neither may be demanded.
fn is_home(machine: &dyn Machine, path: &Path, names: &[OsString]) -> bool {
    let has_server = || {
        names
            .iter()
            .any(|name| is_folder(machine, &path.join(name).join("webapps/ROOT")))
    };
    is_folder(machine, &path.join("osgi"))
        || names.iter().any(|found| found == ".liferay-home")
        || (is_folder(machine, &path.join("data")) && has_server())
}

/// A home that lies one folder deeper, as in a folder into which a bundle's archive was unpacked.
fn inner(machine: &dyn Machine, path: &Path, names: &[OsString]) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = names.iter().map(|name| path.join(name)).collect();
    folders.sort();
    folders.into_iter().find(|folder| {
        is_folder(machine, folder)
            && machine
                .entries(folder)
                .is_ok_and(|names| is_home(machine, folder, &names))
    })
}

/// What is to be said about the way to the home.
pub(crate) fn findings(home: &Home) -> Vec<Finding> {
    home.given
        .iter()
        .map(|given| {
            Finding::new(
                Severity::Note,
                codes::HOME_THROUGH_LINK,
                given.display().to_string(),
                format!("is a link; the home is {}", home.path.display()),
                "nothing: raylift works in the real folder and leaves the link alone",
            )
        })
        .collect()
}

/// An owner with the name of the user.
pub(crate) fn ownership(machine: &dyn Machine, uid: u32, gid: u32) -> Ownership {
    Ownership {
        uid,
        gid,
        user: machine.user(uid).map(|(name, _)| name),
    }
}

/// What stands at a path, links followed.
pub(crate) fn followed(machine: &dyn Machine, path: &Path) -> Option<Stat> {
    let stat = machine.stat(path).ok().flatten()?;
    if matches!(stat.kind, FileKind::Link { .. }) {
        machine
            .canonical(path)
            .ok()
            .and_then(|real| machine.stat(&real).ok().flatten())
    } else {
        Some(stat)
    }
}

/// A folder, or a link to one.
pub(crate) fn is_folder(machine: &dyn Machine, path: &Path) -> bool {
    followed(machine, path).is_some_and(|stat| stat.kind == FileKind::Directory)
}

/// A file, or a link to one.
pub(crate) fn is_file(machine: &dyn Machine, path: &Path) -> bool {
    followed(machine, path).is_some_and(|stat| stat.kind == FileKind::File)
}

fn goes_through_link(machine: &dyn Machine, given: &Path) -> bool {
    let mut so_far = PathBuf::new();
    given.components().any(|component| {
        so_far.push(component);
        matches!(component, Component::Normal(_))
            && machine
                .stat(&so_far)
                .ok()
                .flatten()
                .is_some_and(|stat| matches!(stat.kind, FileKind::Link { .. }))
    })
}
