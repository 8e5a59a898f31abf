//! Finds the files: in `osgi/configs`, and where people put them by mistake.

use std::io::ErrorKind;
use std::path::Path;

use raylift_model::digest::Digest;
use raylift_model::facts::{ConfigurationFile, ConfigurationKind, FileKind};
use raylift_model::names::RelativePath;
use rayon::prelude::*;

use super::content;
use super::name;
use crate::machine::Machine;
use crate::site::walk::{Choice, walk};

/// The folder that the server reads.
const CONFIGS: &str = "osgi/configs";
/// Other folders where such files are found: those of modules, which 7.2 reads as well, and the one for hot deployment,
/// which no release reads configurations from.
const ELSEWHERE: [&str; 7] = [
    "osgi/marketplace",
    "osgi/modules",
    "osgi/portal",
    "osgi/static",
    "osgi/war",
    "deploy",
    "configs",
];
/// The largest file whose content is looked at, in bytes; real ones have some kilobytes.
const LARGEST: u64 = 16 << 20;

/// Every file of `osgi/configs` at any depth, and every `.config` and `.cfg` in the other folders and at the top of the
/// home and of `osgi`, sorted by path.
pub(crate) fn look(machine: &dyn Machine, home: &Path) -> Vec<ConfigurationFile> {
    let enter = |_: &RelativePath, _: &_| Choice::Enter;
    let mut found = walk(
        machine,
        &home.join(CONFIGS),
        &RelativePath::new(CONFIGS),
        &enter,
    )
    .found;
    let name_only = |_: &RelativePath, _: &_| Choice::Name;
    for folder in ["", "osgi"].into_iter().chain(ELSEWHERE) {
        let place = home.join(folder);
        if matches!(machine.stat(&place), Ok(Some(stat)) if stat.kind == FileKind::Directory) {
            let listed = walk(machine, &place, &RelativePath::new(folder), &name_only).found;
            found.extend(
                listed
                    .into_iter()
                    .filter(|entry| name::kind(entry.path.file_name()) != ConfigurationKind::Other),
            );
        }
    }
    let mut files: Vec<ConfigurationFile> = found
        .into_par_iter()
        .filter(|entry| matches!(entry.stat.kind, FileKind::File | FileKind::Link { .. }))
        .map(|entry| {
            let mut file = read(machine, &entry.place, entry.path);
            file.dangling = file
                .unreadable
                .is_some()
                .then(|| dangling(machine, &entry.place, entry.stat.kind))
                .flatten();
            file
        })
        .collect();
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files
}

/// Where a link points to at whose end there is nothing.
fn dangling(machine: &dyn Machine, place: &Path, kind: FileKind) -> Option<String> {
    let FileKind::Link { target } = kind else {
        return None;
    };
    let error = machine.canonical(place).err()?;
    (error.source.kind() == ErrorKind::NotFound).then_some(target)
}

fn read(machine: &dyn Machine, place: &Path, path: RelativePath) -> ConfigurationFile {
    let file_name = path.file_name().to_owned();
    let kind = name::kind(&file_name);
    let mut file = ConfigurationFile {
        path,
        digest: None,
        kind,
        older: None,
        later: None,
        read_differently: Vec::new(),
        encoding: None,
        unreadable: None,
        dangling: None,
    };
    if kind == ConfigurationKind::Other {
        match machine.digest(place) {
            Ok(digest) => file.digest = Some(digest),
            Err(error) => file.unreadable = Some(error.to_string()),
        }
        return file;
    }
    match machine.read_settled(place, LARGEST) {
        Ok(bytes) => {
            file.digest = Some(Digest::of(&bytes));
            let older = content::older(&bytes, kind);
            let later = content::later(&bytes, kind);
            file.read_differently = content::differences(&older, &later);
            file.encoding = Some(content::encoding(&bytes));
            file.older = Some(older.reading(name::older(&file_name)));
            file.later = Some(later.reading(name::later(&file_name)));
        }
        Err(error) => file.unreadable = Some(error.to_string()),
    }
    file
}
