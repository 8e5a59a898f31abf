//! What Liferay's verifiers of the document store would say (`PreupgradeVerifyStoreAccess` and
//! `PreupgradeVerifyStoreFileSystemStructure` of 2025), for every line of releases and without writing.

mod access;
mod layout;

use std::path::Path;

use raylift_model::facts::{CheckName, DatabaseCheck, Ownership};

use super::store_path::Rule;
use crate::machine::Machine;

/// Troubles kept of each check.
const KEPT: usize = 20;

/// A store in a folder.
pub(super) struct Folder<'a> {
    pub(super) root: &'a Path,
    pub(super) rule: Rule,
    /// The site's user.
    pub(super) owner: &'a Ownership,
    /// The companies, where the database told them.
    pub(super) companies: Option<&'a [String]>,
}

/// Both checks; nothing for a folder that is not there yet, since the store makes it at its start.
pub(super) fn look(machine: &dyn Machine, folder: &Folder<'_>) -> Vec<DatabaseCheck> {
    if !matches!(machine.stat(folder.root), Ok(Some(_))) {
        return Vec::new();
    }
    vec![
        check(CheckName::StoreAccess, access::troubles(machine, folder)),
        check(CheckName::StoreLayout, layout::troubles(machine, folder)),
    ]
}

fn check(name: CheckName, mut troubles: Vec<String>) -> DatabaseCheck {
    let found = troubles.len() as u64;
    troubles.truncate(KEPT);
    DatabaseCheck {
        name,
        query: String::new(),
        found,
        rows: troubles,
        refused: None,
        timed_out: false,
    }
}

/// The folders of companies: children of the root whose name is a company's number. Liferay looks at companies of the
/// database only; where they are not known, every number counts as one.
fn companies(machine: &dyn Machine, folder: &Folder<'_>) -> Vec<String> {
    machine
        .entries(folder.root)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|name| name.into_string().ok())
        .filter(|name| match folder.companies {
            Some(companies) => companies.contains(name),
            None => name.parse::<u64>().is_ok_and(|number| number > 0),
        })
        .collect()
}
