//! Whether folders and files lie as the store expects them, and whether every company has its folder
//! (`PreupgradeVerifyStoreFileSystemStructure`). A large store is not looked through to its end.

use std::path::Path;

use raylift_model::facts::FileKind;

use super::super::store_path::Rule;
use super::Folder;
use crate::machine::Machine;

/// Names that are looked at, so that a plan does not wait for millions of documents.
const LOOKED_AT: usize = 50_000;
/// What the verifier passes over everywhere.
const PASSED_OVER: &str = ".DS_Store";
/// The repository of what has no rows (`CompanyConstants.SYSTEM`).
const SYSTEM: &str = "0";
/// Begins the version of a checked-out document (`DLFileEntryConstants.PRIVATE_WORKING_COPY_VERSION`).
const WORKING_COPY: &str = "PWC";
/// Holds documents one level further down in the advanced store.
const PREFIX: &str = "DLFE";
/// The longest name without an ending in the advanced store, in characters.
const SHORT: usize = 2;

pub(super) fn troubles(machine: &dyn Machine, folder: &Folder<'_>) -> Vec<String> {
    let mut look = Look {
        machine,
        left: LOOKED_AT,
        troubles: Vec::new(),
    };
    let there = super::companies(machine, folder);
    if let Some(companies) = folder.companies {
        let missing = companies.iter().filter(|company| !there.contains(company));
        look.troubles.extend(
            missing.map(|company| format!("{}: is missing", folder.root.join(company).display())),
        );
    }
    for company in there {
        let company = folder.root.join(company);
        if !look.is_folder(&company) {
            continue;
        }
        for repository in look.names(&company).iter().filter(|name| *name != SYSTEM) {
            let repository = company.join(repository);
            if look.is_folder(&repository) {
                match folder.rule {
                    Rule::Simple => look.simple(&repository),
                    Rule::Advanced => look.advanced(&repository, true),
                }
            }
        }
    }
    look.troubles
}

struct Look<'a> {
    machine: &'a dyn Machine,
    left: usize,
    troubles: Vec<String>,
}

impl Look<'_> {
    fn tell(&mut self, path: &Path, what: &str) {
        self.troubles.push(format!("{}: {what}", path.display()));
    }

    /// Names in a folder, as many as may still be looked at. What cannot be read is said by the survey of the store.
    fn names(&mut self, folder: &Path) -> Vec<String> {
        let names: Vec<String> = self
            .machine
            .entries(folder)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|name| name.into_string().ok())
            .filter(|name| name != PASSED_OVER)
            .take(self.left)
            .collect();
        self.left -= names.len();
        names
    }

    fn is_there_as_folder(&self, path: &Path) -> bool {
        let real = self.machine.canonical(path);
        let stat = real.and_then(|real| self.machine.stat(&real));
        matches!(stat, Ok(Some(stat)) if stat.kind == FileKind::Directory)
    }

    fn is_folder(&mut self, path: &Path) -> bool {
        let is_folder = self.is_there_as_folder(path);
        if !is_folder {
            self.tell(path, "a file where the store has folders only");
        }
        is_folder
    }

    /// A folder for each document, without an ending, with a file for each version.
    fn simple(&mut self, repository: &Path) {
        for name in self.names(repository) {
            let document = repository.join(&name);
            if !self.is_folder(&document) {
                continue;
            }
            if name.contains('.') {
                self.tell(
                    &document,
                    "a folder with an ending, as the advanced store has them",
                );
                continue;
            }
            for version in self.names(&document) {
                let file = document.join(&version);
                let fits = version.starts_with(WORKING_COPY) || is_version(&version);
                if !fits && !self.is_there_as_folder(&file) {
                    self.tell(&file, "a file whose name is no version");
                }
            }
        }
    }

    /// Folders of two characters, or documents with an ending.
    fn advanced(&mut self, repository: &Path, is_first: bool) {
        for name in self.names(repository) {
            let folder = repository.join(&name);
            if !self.is_folder(&folder) {
                continue;
            }
            if name == PREFIX && is_first {
                self.advanced(&folder, false);
            } else if name.chars().count() > SHORT && !has_ending(&name) {
                self.tell(
                    &folder,
                    "a long name without an ending, as the simple store has them",
                );
            }
        }
    }
}

/// Digits, a dot, and a digit at least.
fn is_version(name: &str) -> bool {
    let Some((major, rest)) = name.split_once('.') else {
        return false;
    };
    let is_number = !major.is_empty() && major.bytes().all(|byte| byte.is_ascii_digit());
    is_number && rest.starts_with(|first: char| first.is_ascii_digit())
}

fn has_ending(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(stem, ending)| !stem.is_empty() && !ending.is_empty())
}
