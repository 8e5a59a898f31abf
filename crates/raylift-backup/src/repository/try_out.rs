//! Tries a backup out: files are brought back, compared with the living ones, and removed again, one after the other.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use raylift_model::digest::Digest;
use rustic_core::TreeId;
use rustic_core::repofile::Node;

use super::bring_back::{Full, Writer, make_empty};
use super::error::RepositoryError;
use super::open::Repository;
use super::storage::Access;
use crate::attributes::Attributes;
use crate::copy::digest_file;
use crate::error::BackupError;
use crate::names::escape;
use crate::store::Progress;

/// What is tried out.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// The backup's id.
    pub id: &'a str,
    /// The part.
    pub part: &'a str,
    /// The folder that was taken as that part.
    pub live: &'a Path,
    /// An earlier backup that was tried out. Every file that is not in it with the same content is tried.
    pub tried: Option<&'a str>,
    /// Of the other files about so many bytes are tried, chosen by chance; all of them where they are fewer.
    pub sample: u64,
    /// A folder that is made for this and removed in the end. Only one file at a time lies in it.
    pub scratch: &'a Path,
}

/// What was tried out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tried {
    /// Files and links in the part.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files and links that were brought back and compared.
    pub compared: u64,
    /// Their bytes.
    pub bytes_compared: u64,
    /// Files that are gone from the living folder since the backup was taken: nothing to compare with.
    pub vanished: u64,
    /// Files that came back otherwise than they are in the living folder, [escaped](crate::escape).
    pub differing: Vec<String>,
}

impl Repository {
    /// Brings files of a backup back and compares content, owner, mode, time and extended attributes with the living
    /// ones. Of files that are not chosen it is known only that the index has all their pieces.
    ///
    /// # Errors
    /// As [`Repository::restore`]. That a file differs is no error: the site may have changed it since.
    pub fn try_out(
        &self,
        trial: Trial<'_>,
        progress: Progress<'_>,
    ) -> Result<Tried, RepositoryError> {
        let _lock = self.storage().lock(Access::Read)?;
        let (engine, file) = self.find(trial.id)?;
        let (tree, _) = self.part(&engine, &file, trial.part)?;
        let earlier = match trial.tried {
            Some(id) => self.earlier(&engine, id, trial.part)?,
            None => None,
        };
        let mut tried = Tried::default();
        let mut old_bytes = 0;
        self.beside(
            &engine,
            Path::new(""),
            tree,
            earlier,
            &mut |path, node, is_old| {
                let size = self.size(&engine, path, node)?;
                tried.files += 1;
                tried.bytes += size;
                old_bytes += if is_old { size } else { 0 };
                Ok(())
            },
        )?;
        make_empty(trial.scratch)?;
        let chance = Chance {
            id: trial.id,
            sample: trial.sample,
            of: old_bytes,
        };
        let result = self.beside(
            &engine,
            Path::new(""),
            tree,
            earlier,
            &mut |path, node, is_old| {
                if is_old && !chance.picks(path) {
                    return Ok(());
                }
                let size = self.size(&engine, path, node)?;
                match self.compare(&engine, trial, path, node)? {
                    Some(true) => {}
                    Some(false) => tried.differing.push(escape(path.as_os_str())),
                    None => {
                        tried.vanished += 1;
                        return Ok(());
                    }
                }
                tried.compared += 1;
                tried.bytes_compared += size;
                if tried.compared.is_multiple_of(500) {
                    progress(format!(
                        "{} files brought back and compared, {} bytes",
                        tried.compared, tried.bytes_compared
                    ));
                }
                Ok(())
            },
        );
        fs::remove_dir_all(trial.scratch).map_err(BackupError::write(trial.scratch))?;
        result?;
        Ok(tried)
    }

    /// The tree of a part in an earlier backup; `None` when either is gone.
    fn earlier(
        &self,
        engine: &Full,
        id: &str,
        part: &str,
    ) -> Result<Option<TreeId>, RepositoryError> {
        let snapshots = self.snapshots(engine)?;
        let Some(file) = snapshots
            .iter()
            .find(|file| file.id.to_hex().as_str() == id)
        else {
            return Ok(None);
        };
        match self.part(engine, file, part) {
            Ok((tree, _)) => Ok(Some(tree)),
            Err(RepositoryError::NoSuchPart { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Goes through files and links of a tree, and says of each whether the other tree has the same content at its
    /// place.
    fn beside(
        &self,
        engine: &Full,
        below: &Path,
        tree: TreeId,
        other: Option<TreeId>,
        visitor: &mut dyn FnMut(&Path, &Node, bool) -> Result<(), RepositoryError>,
    ) -> Result<(), RepositoryError> {
        let same = other == Some(tree);
        let others: HashMap<OsString, Node> = match other {
            Some(other) if !same => self
                .nodes(engine, below, other)?
                .into_iter()
                .map(|node| (node.name().into_owned(), node))
                .collect(),
            _ => HashMap::new(),
        };
        for node in self.nodes(engine, below, tree)? {
            let path = below.join(node.name());
            let twin = others.get::<OsStr>(&node.name());
            match node.subtree {
                Some(subtree) => {
                    let other = if same {
                        Some(subtree)
                    } else {
                        twin.and_then(|twin| twin.subtree)
                    };
                    self.beside(engine, &path, subtree, other, visitor)?;
                }
                None => {
                    let is_old = same
                        || twin.is_some_and(|twin| {
                            twin.content == node.content && twin.node_type == node.node_type
                        });
                    visitor(&path, &node, is_old)?;
                }
            }
        }
        Ok(())
    }

    /// Whether an entry comes back as it is; `None` where it is gone.
    fn compare(
        &self,
        engine: &Full,
        trial: Trial<'_>,
        path: &Path,
        node: &Node,
    ) -> Result<Option<bool>, RepositoryError> {
        let restored = trial.scratch.join("file");
        Writer::new(self, engine, trial.scratch, &mut |_| {}).bring_as(path, &restored, node)?;
        let live = trial.live.join(path);
        let same = same(&restored, &live);
        fs::remove_file(&restored).map_err(BackupError::write(&restored))?;
        match same {
            Err(_) if fs::symlink_metadata(&live).is_err() => Ok(None),
            same => Ok(Some(same?)),
        }
    }
}

fn same(restored: &Path, live: &Path) -> Result<bool, BackupError> {
    let attributes = |path: &Path| Attributes::read(path).map_err(BackupError::from);
    if attributes(restored)? != attributes(live)? {
        return Ok(false);
    }
    let target = |path: &Path| -> Option<PathBuf> { fs::read_link(path).ok() };
    if let Some(restored) = target(restored) {
        return Ok(Some(restored) == target(live));
    }
    Ok(digest_file(restored)? == digest_file(live)?)
}

/// Files by chance, always the same ones of the same backup.
struct Chance<'a> {
    id: &'a str,
    sample: u64,
    of: u64,
}

impl Chance<'_> {
    fn picks(&self, path: &Path) -> bool {
        if self.of <= self.sample {
            return true;
        }
        let mut seed = self.id.as_bytes().to_vec();
        seed.extend(path.as_os_str().as_encoded_bytes());
        let digest = Digest::of(&seed);
        let drawn = digest
            .as_str()
            .get(..8)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .unwrap_or(0);
        f64::from(drawn) / f64::from(u32::MAX) < self.sample as f64 / self.of as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_about_as_large_as_asked_for() {
        let chance = Chance {
            id: "0123",
            sample: 100,
            of: 1000,
        };
        let picked = (0..10_000)
            .filter(|number| chance.picks(Path::new(&format!("{number}/1.0"))))
            .count();
        // Ten in a hundred of 10,000; the standard deviation is 30.
        assert!((880..=1120).contains(&picked), "{picked}");
        let all = Chance { of: 100, ..chance };
        assert!((0..100).all(|number| all.picks(Path::new(&format!("{number}")))));
    }
}
