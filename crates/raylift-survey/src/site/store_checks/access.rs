//! Whether the site's user may write to the store, by owner, group and mode. Other groups of the user, access lists and
//! file systems that are mounted without writing are not looked at.

use std::path::Path;

use raylift_model::facts::{FileKind, Ownership};

use super::Folder;
use crate::machine::{Machine, Stat};

/// A folder takes new names where it may be written and entered.
const MAY: u32 = 0o3;

pub(super) fn troubles(machine: &dyn Machine, folder: &Folder<'_>) -> Vec<String> {
    let companies = super::companies(machine, folder);
    std::iter::once(folder.root.to_owned())
        .chain(companies.iter().map(|name| folder.root.join(name)))
        .filter_map(|path| trouble(machine, &path, folder.owner))
        .collect()
}

fn trouble(machine: &dyn Machine, path: &Path, owner: &Ownership) -> Option<String> {
    let real = machine.canonical(path).ok()?;
    let stat = machine.stat(&real).ok().flatten()?;
    let is_closed = stat.kind == FileKind::Directory && !may_write(&stat, owner);
    is_closed.then(|| {
        format!(
            "{}: belongs to {}:{}, mode {:o}; the site runs as {}:{}",
            path.display(),
            stat.uid,
            stat.gid,
            stat.mode & 0o7777,
            owner.uid,
            owner.gid
        )
    })
}

/// The class that fits first decides (path_resolution(7), "Permissions"). A group that is not the user's first one may
/// still be one of his: then the folder counts as open.
fn may_write(stat: &Stat, owner: &Ownership) -> bool {
    let has = |shift: u32| (stat.mode >> shift) & MAY == MAY;
    if owner.uid == 0 {
        return true;
    }
    if stat.uid == owner.uid {
        return has(6);
    }
    if stat.gid == owner.gid {
        return has(3);
    }
    has(3) || has(0)
}
