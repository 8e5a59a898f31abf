//! What lies in a home beside the product's part: sums, and the names of the files where there are few.

use std::collections::BTreeSet;
use std::path::Path;

use raylift_model::facts::{FileFact, FileKind, SiteFacts};
use raylift_model::names::RelativePath;
use rayon::prelude::*;

use crate::machine::{Machine, Stat};

/// A folder with more files is summed up.
const LISTED: usize = 50;
/// A larger file is listed without its digest, in bytes.
const LARGEST_DIGESTED: u64 = 16 << 20;
/// A cache that the survey leaves out.
const STATE: &str = "osgi/state";

/// A folder outside the product's part of a home.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct FolderSum {
    /// The folder in the home.
    pub path: RelativePath,
    /// Files below it, links and others included.
    pub files: u64,
    /// Bytes of the files below it.
    pub bytes: u64,
    /// The files, by path, where they are few.
    pub listed: Vec<FileFact>,
    /// Folders and files that could not be looked at.
    pub unreadable: Vec<String>,
}

impl FolderSum {
    /// Whether every file of the folder is listed.
    pub fn is_complete(&self) -> bool {
        self.listed.len() as u64 == self.files
    }

    /// Takes over what lies in another folder. What is not kept here is only counted, so that memory stays bounded.
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.unreadable.extend(other.unreadable);
        self.unreadable.truncate(LISTED);
        let room = LISTED.saturating_sub(self.listed.len());
        self.listed.extend(other.listed.into_iter().take(room));
    }
}

/// Looks into the folders that the survey of a site only names: `data`, `logs`, `deploy`, Tomcat's `work`, and what
/// Liferay does not know. One sum for each folder in them.
pub fn rest(machine: &dyn Machine, site: &SiteFacts) -> Vec<FolderSum> {
    let entered: BTreeSet<&str> = site.files.iter().map(|file| file.path.parent()).collect();
    let mut folders: Vec<RelativePath> = site
        .files
        .iter()
        .filter(|file| file.kind == FileKind::Directory && !entered.contains(file.path.as_str()))
        .map(|file| file.path.clone())
        .collect();
    folders.push(RelativePath::new(STATE));
    let home = Path::new(&site.home);
    let mut sums: Vec<FolderSum> = folders
        .par_iter()
        .flat_map_iter(|folder| look(machine, home, folder))
        .filter(|sum| sum.files > 0 || !sum.unreadable.is_empty())
        .collect();
    sums.sort_by(|left, right| left.path.cmp(&right.path));
    sums
}

/// One sum for the files of the folder itself, one for each folder in it.
fn look(machine: &dyn Machine, home: &Path, folder: &RelativePath) -> Vec<FolderSum> {
    let (own, inner) = entries(machine, home, folder);
    let mut sums: Vec<FolderSum> = inner
        .par_iter()
        .map(|inner| below(machine, home, inner))
        .collect();
    sums.push(own);
    for sum in &mut sums {
        sum.listed.sort_by(|left, right| left.path.cmp(&right.path));
        if !sum.is_complete() {
            sum.listed.clear();
        }
        for file in &mut sum.listed {
            if file.kind == FileKind::File && file.size <= LARGEST_DIGESTED {
                file.digest = machine.digest(&home.join(file.path.as_str())).ok();
            }
        }
    }
    sums
}

fn below(machine: &dyn Machine, home: &Path, folder: &RelativePath) -> FolderSum {
    let (mut sum, inner) = entries(machine, home, folder);
    let further = inner
        .par_iter()
        .map(|inner| below(machine, home, inner))
        .reduce(FolderSum::default, |mut left, right| {
            left.add(right);
            left
        });
    sum.add(further);
    sum
}

/// What lies in a folder itself, and the folders in it. Links are not followed.
fn entries(
    machine: &dyn Machine,
    home: &Path,
    folder: &RelativePath,
) -> (FolderSum, Vec<RelativePath>) {
    let mut sum = FolderSum {
        path: folder.clone(),
        ..FolderSum::default()
    };
    let mut folders = Vec::new();
    let names = match machine.entries(&home.join(folder.as_str())) {
        Ok(names) => names,
        Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => return (sum, folders),
        Err(error) => {
            sum.unreadable.push(error.to_string());
            return (sum, folders);
        }
    };
    for name in names {
        let Some(name) = name.to_str() else {
            sum.unreadable
                .push(format!("{folder}: a name that is not UTF-8"));
            continue;
        };
        let path = folder.join(name);
        match machine.stat(&home.join(path.as_str())) {
            Ok(Some(stat)) if stat.kind == FileKind::Directory => folders.push(path),
            Ok(Some(stat)) => sum.add(one(path, &stat)),
            Ok(None) => {}
            Err(error) => sum.unreadable.push(error.to_string()),
        }
    }
    (sum, folders)
}

fn one(path: RelativePath, stat: &Stat) -> FolderSum {
    let size = match stat.kind {
        FileKind::File => stat.size,
        _ => 0,
    };
    FolderSum {
        files: 1,
        bytes: size,
        listed: vec![FileFact {
            path,
            kind: stat.kind.clone(),
            size,
            mode: stat.mode,
            digest: None,
            by_liferay: false,
        }],
        ..FolderSum::default()
    }
}
