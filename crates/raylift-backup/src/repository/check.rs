//! Checks a repository.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use raylift_model::digest::Digest;
use rustic_core::repofile::{IndexFile, SnapshotFile, SnapshotId};
use rustic_core::{BlobId, CheckOptions, CheckResults, Id, OpenStatus, ReadSubsetOption, TreeId};
use serde::Serialize;

use super::bring_back::Full;
use super::error::RepositoryError;
use super::open::{Engine, Packs, Repository};
use super::snapshot::Kind;
use super::storage::{Access, FileType};
use crate::names::escape;

/// How much of the stored data is read back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReadBack {
    /// None: list, trees and index only.
    Nothing,
    /// Packs chosen by chance, about that many in a hundred of the bytes, above 0.
    Sample(f64),
    /// Everything.
    Everything,
}

/// Files named of each damaged backup; the rest is counted.
const NAMED: usize = 20;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Backups in the repository.
    pub backups: usize,
    /// Documents of proofs in it.
    pub proofs: usize,
    /// Documents of return points in it.
    pub return_points: usize,
    /// What is wrong; empty when nothing is.
    pub errors: Vec<String>,
    /// What is odd and harmless.
    pub notes: Vec<String>,
    /// Files of the repository that were read as a whole and hold something else than was written, below its folder.
    /// While they lie there they are taken for good, and what they held is not stored again.
    pub spoilt: Vec<String>,
    /// Backups that can no longer be brought back as a whole.
    pub damaged: Vec<DamagedBackup>,
}

/// A backup with gaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DamagedBackup {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Files and folders that are lost, the first 20, [escaped](crate::escape).
    pub lost: Vec<String>,
    /// How many are lost; in a folder whose list is lost nothing can be counted.
    pub count: usize,
}

impl Checked {
    /// True when nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.errors.is_empty() && self.damaged.is_empty()
    }
}

impl Repository {
    /// Checks that every backup's list, every folder and every piece of every file is where the index says, and reads
    /// back as much of the data as is asked for.
    ///
    /// # Errors
    /// When the repository is locked, and when the storage fails to read something that is there: whether that is damaged
    /// is not known. What is wrong in the repository is no error but the answer.
    pub fn check(&self, how: ReadBack) -> Result<Checked, RepositoryError> {
        let _lock = self.storage().lock(Access::Read)?;
        let engine = self.opened()?;
        let packs = self.packs(&engine)?;
        let mut errors: Vec<String> = Vec::new();
        for pack in &packs.lost {
            errors.push(format!(
                "pack {} is missing or cut short",
                pack.to_hex().as_str()
            ));
        }
        let notes = packs
            .found
            .iter()
            .map(|pack| {
                format!(
                    "pack {} is in no index: what a stopped backup left",
                    pack.to_hex().as_str()
                )
            })
            .collect();

        let mut options = CheckOptions::default();
        match how {
            ReadBack::Nothing => {}
            ReadBack::Sample(percent) => {
                options.read_data = true;
                options.read_data_subset = packs.sample(percent);
            }
            ReadBack::Everything => options.read_data = true,
        }
        let listed = self.storage().list(FileType::Snapshot)?;
        let snapshots = self.readable(&engine, &listed, &mut errors)?;
        let trees: Vec<_> = snapshots.iter().map(|file| file.tree).collect();
        // The engine hides nothing of what it meets in data that no longer is what it wrote, a panic included.
        self.guard.hide_packs(packs.lost.clone());
        let results = catch_unwind(AssertUnwindSafe(|| engine.check_with_trees(options, trees)));
        self.guard.hide_packs(HashSet::new());
        self.require_reading()?;
        let mut bad: HashSet<Id> = packs.lost.clone();
        match results {
            Ok(Ok(results)) => {
                for finding in results.0 {
                    let one = CheckResults(vec![finding]);
                    // What is only odd is told above.
                    if one.is_ok().is_ok() {
                        continue;
                    }
                    let text: String = one.0.iter().map(|(_, what)| what.to_string()).collect();
                    let named = packs.named_in(&text);
                    if named.is_disjoint(&packs.lost) {
                        errors.push(short(&text));
                        bad.extend(named);
                    }
                }
            }
            Ok(Err(error)) => errors.push(error.display_log()),
            Err(_) => errors.push("data that was read back is not what was written".to_owned()),
        }
        let damaged = if errors.is_empty() {
            Vec::new()
        } else {
            self.damaged_backups(engine, &snapshots, &bad)?
        };
        let mut spoilt = Vec::new();
        for id in bad.difference(&packs.lost) {
            if self.is_spoilt(id)? {
                spoilt.push(self.storage().name(FileType::Pack, id));
            }
        }
        spoilt.sort();
        let of = |kind| {
            let kinds = snapshots.iter().map(Kind::of);
            kinds.filter(|found| *found == kind).count()
        };
        let (proofs, return_points) = (of(Kind::Proof), of(Kind::ReturnPoint));
        Ok(Checked {
            // What cannot be read may be one.
            backups: listed.len() - proofs - return_points,
            proofs,
            return_points,
            errors,
            notes,
            spoilt,
            damaged,
        })
    }

    /// What the storage could not read is neither good nor damaged. What is not there is in the answer.
    fn require_reading(&self) -> Result<(), RepositoryError> {
        match self.guard.take_failure() {
            Some(failure) if !failure.is_loss() => Err(failure.into()),
            _ => Ok(()),
        }
    }

    /// The name of a pack is the digest of its content. One that has it is what was written, whatever the index says of it.
    fn is_spoilt(&self, pack: &Id) -> Result<bool, RepositoryError> {
        match self.storage().read(FileType::Pack, pack) {
            Ok(content) => Ok(Digest::of(&content).as_str() != pack.to_hex().as_str()),
            Err(error) if error.is_loss() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn readable(
        &self,
        engine: &Engine<OpenStatus>,
        listed: &[(Id, u32)],
        errors: &mut Vec<String>,
    ) -> Result<Vec<SnapshotFile>, RepositoryError> {
        let mut readable = Vec::new();
        for (id, _) in listed {
            match engine.get_file::<SnapshotFile>(&SnapshotId::from(*id)) {
                Ok(mut file) => {
                    file.id = (*id).into();
                    readable.push(file);
                }
                Err(error) => errors.push(format!(
                    "the list of backup {} cannot be read: {}",
                    id.to_hex().as_str(),
                    error.display_log()
                )),
            }
        }
        self.require_reading()?;
        readable.sort_by(|one, other| (&one.time, one.id).cmp(&(&other.time, other.id)));
        Ok(readable)
    }

    /// Which files are gone with the bad packs. A piece that lies in a good pack, too, is not.
    fn damaged_backups(
        &self,
        engine: Engine<OpenStatus>,
        snapshots: &[SnapshotFile],
        bad: &HashSet<Id>,
    ) -> Result<Vec<DamagedBackup>, RepositoryError> {
        let mut good: HashSet<BlobId> = HashSet::new();
        let files = engine
            .stream_files::<IndexFile>()
            .map_err(|error| self.explain("read the index", error))?;
        for file in files {
            let (_, index) = file.map_err(|error| self.explain("read the index", error))?;
            for pack in index.packs.iter().filter(|pack| !bad.contains(&*pack.id)) {
                good.extend(pack.blobs.iter().map(|blob| blob.id));
            }
        }
        let engine = engine
            .to_indexed()
            .map_err(|error| self.explain("read the index", error))?;
        let mut damaged = Vec::new();
        for file in snapshots {
            let mut gaps = Gaps {
                engine: &engine,
                good: &good,
                lost: Vec::new(),
                count: 0,
            };
            gaps.look(Path::new("/"), file.tree);
            if gaps.count > 0 {
                damaged.push(DamagedBackup {
                    id: file.id.to_hex().as_str().to_owned(),
                    kind: Kind::of(file),
                    lost: gaps.lost,
                    count: gaps.count,
                });
            }
        }
        self.require_reading()?;
        Ok(damaged)
    }
}

/// Goes through one backup for what is lost.
struct Gaps<'a> {
    engine: &'a Full,
    good: &'a HashSet<BlobId>,
    lost: Vec<String>,
    count: usize,
}

impl Gaps<'_> {
    fn look(&mut self, path: &Path, tree: TreeId) {
        let there = self.good.contains(&BlobId::from(*tree));
        let Some(tree) = there.then(|| self.engine.get_tree(&tree).ok()).flatten() else {
            self.lose(path);
            return;
        };
        for node in &tree.nodes {
            let path = path.join(node.name());
            if let Some(subtree) = node.subtree {
                self.look(&path, subtree);
            }
            let mut content = node.content.iter().flatten();
            if !content.all(|blob| self.good.contains(&BlobId::from(**blob))) {
                self.lose(&path);
            }
        }
    }

    fn lose(&mut self, path: &Path) {
        self.count += 1;
        if self.lost.len() < NAMED {
            self.lost.push(escape(path.as_os_str()));
        }
    }
}

impl Packs {
    /// The engine fills a size with packs chosen by chance, and never quite: at least one must fit in.
    fn sample(&self, percent: f64) -> ReadSubsetOption {
        if percent >= 100.0 {
            return ReadSubsetOption::All;
        }
        let total: u64 = self.indexed.values().map(|size| u64::from(*size)).sum();
        let largest = self.indexed.values().max().copied().unwrap_or(0);
        let wanted = (total as f64 * percent / 100.0) as u64;
        ReadSubsetOption::Size(wanted.max(largest.into()) + 1)
    }
}

/// A finding of the engine without its talk: the first line, and the message of the error in it.
fn short(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let head = first.split(" : `rustic_core`").next().unwrap_or(first);
    let mut lines = text.lines().skip_while(|line| *line != "Message:");
    match lines.nth(1) {
        Some(message) => format!("{head}: {message}"),
        None => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn findings_are_told_in_one_line() {
        let long = "error checking pack ab : `rustic_core` experienced an error\n\nMessage:\nMAC check failed.\n\nmore";
        assert_eq!(
            super::short(long),
            "error checking pack ab: MAC check failed."
        );
        assert_eq!(super::short("one\nline"), "one");
    }
}
