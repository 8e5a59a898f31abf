//! Lists everything below a folder, without following links.

use std::path::{Path, PathBuf};

use raylift_model::facts::FileKind;
use raylift_model::names::RelativePath;
use rayon::prelude::*;

use crate::machine::{Machine, Stat};

/// One entry that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Absolute.
    pub(crate) place: PathBuf,
    /// Relative to the home.
    pub(crate) path: RelativePath,
    /// What it is.
    pub(crate) stat: Stat,
}

/// What was found, and what could not be looked at.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Walked {
    /// Entries in no particular order.
    pub(crate) found: Vec<Found>,
    /// Folders and entries that could not be read, with the reason.
    pub(crate) unreadable: Vec<String>,
    /// Entries whose names are not UTF-8, as well as they can be shown.
    pub(crate) nameless: Vec<String>,
}

impl Walked {
    /// Takes over what another walk found.
    pub(crate) fn add(&mut self, other: Self) {
        self.found.extend(other.found);
        self.unreadable.extend(other.unreadable);
        self.nameless.extend(other.nameless);
    }
}

/// What is to be done with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Name it, and look into it when it is a folder.
    Enter,
    /// Name it, do not look into it.
    Name,
    /// Leave it out.
    Skip,
}

/// Lists what lies below `folder`, asking `choose` about each entry by its path relative to the home. Folders are read
/// on several threads.
pub(crate) fn walk(
    machine: &dyn Machine,
    folder: &Path,
    at: &RelativePath,
    choose: &(dyn Fn(&RelativePath, &Stat) -> Choice + Sync),
) -> Walked {
    let mut walked = Walked::default();
    let names = match machine.entries(folder) {
        Ok(names) => names,
        Err(error) => {
            walked.unreadable.push(error.to_string());
            return walked;
        }
    };
    let mut folders = Vec::new();
    for name in names {
        let place = folder.join(&name);
        let Some(name) = name.to_str() else {
            walked.nameless.push(place.display().to_string());
            continue;
        };
        let path = at.join(name);
        let stat = match machine.stat(&place) {
            Ok(Some(stat)) => stat,
            // It went away between the listing and now.
            Ok(None) => continue,
            Err(error) => {
                walked.unreadable.push(error.to_string());
                continue;
            }
        };
        let choice = choose(&path, &stat);
        if choice == Choice::Skip {
            continue;
        }
        if choice == Choice::Enter && stat.kind == FileKind::Directory {
            folders.push((place.clone(), path.clone()));
        }
        walked.found.push(Found { place, path, stat });
    }
    let below: Vec<Walked> = folders
        .par_iter()
        .map(|(place, path)| walk(machine, place, path, choose))
        .collect();
    for inner in below {
        walked.add(inner);
    }
    walked
}
