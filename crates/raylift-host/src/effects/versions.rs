//! Versions of documents that a restored database lists, against the documents of the same restore point.
//!
//! The list lies in a file and not in memory; of the documents only two numbers each are remembered.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use raylift_backup::Stop;
use raylift_model::codes;
use raylift_model::plan::PlannedSite;
use raylift_run::host::{HostError, Progress};
use raylift_survey::machine::DatabaseAccess;
use raylift_survey::site::StoreRule;

use super::error::{database, go_on, read_failed, write_failed};
use crate::bridge::{Bridge, Mode};

/// Rows that are asked for at a time.
const PAGE: usize = 10_000;
/// Lost versions that are named.
const NAMED: usize = 10;

/// The versions that a database lists, in a file.
pub(crate) struct Versions {
    file: PathBuf,
    rule: StoreRule,
}

/// The documents of a restore point: a number made of each one's path below the store's root, and its bytes.
#[derive(Default)]
pub(crate) struct Held(Vec<(u64, u64)>);

impl Held {
    /// One more.
    pub(crate) fn add(&mut self, path: &Path, bytes: u64) {
        self.0.push((number(path), bytes));
    }

    /// The bytes of a document; `None` where it is not held.
    fn bytes(&self, path: &Path) -> Option<u64> {
        let number = number(path);
        let at = self.0.binary_search_by_key(&number, |held| held.0).ok()?;
        self.0.get(at).map(|held| held.1)
    }
}

/// Two paths of one number are so rare that at worst a document that is not held is not seen.
fn number(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

impl Versions {
    /// Nothing where documents do not lie in a folder that raylift knows to read.
    pub(crate) fn of(site: &PlannedSite, scratch: &Path) -> Option<Self> {
        site.store.as_ref()?;
        Some(Self {
            file: scratch.join("versions"),
            rule: StoreRule::of(site.store_implementation.as_deref()?)?,
        })
    }

    /// Writes down what a database lists.
    ///
    /// # Errors
    /// When the database cannot be read, or the list not written; with [`codes::INTERRUPTED`] between two pages.
    pub(crate) fn list(
        &self,
        access: &DatabaseAccess,
        stop: &Stop,
        progress: Progress<'_>,
    ) -> Result<(), HostError> {
        let failed = |error| write_failed(&self.file, error);
        let mut list = BufWriter::new(File::create(&self.file).map_err(failed)?);
        let mut bridge = Bridge::open(access, Mode::ReadOnly)
            .map_err(database)?
            .stopping(stop);
        let (mut below, mut count) = (None, 0);
        loop {
            go_on(stop)?;
            let page = bridge.documents(PAGE, below).map_err(database)?;
            for row in &page {
                writeln!(list, "{} {}", row.size, self.rule.path(row)).map_err(failed)?;
            }
            below = page.last().map(|row| row.file_version_id);
            count += page.len();
            if page.len() < PAGE {
                break;
            }
            progress(format!("listing the versions of documents: {count}"));
        }
        list.flush().map_err(failed)
    }

    /// Compares the list with the documents that were taken after it. Answers what a person must know of it.
    ///
    /// A version whose file the store does not have either was lost before, which the plan says, or deleted meanwhile.
    ///
    /// # Errors
    /// With [`codes::PROOF_FAILED`] when the store has files of listed versions that were not taken, and with
    /// [`codes::INTERRUPTED`].
    pub(crate) fn compare(
        &self,
        root: &Path,
        mut held: Held,
        stop: &Stop,
    ) -> Result<String, HostError> {
        let failed = |error| read_failed(&self.file, error);
        held.0.sort_unstable();
        let (mut listed, mut other_size, mut absent) = (0_u64, 0_u64, 0_u64);
        let mut lost = Vec::new();
        let list = BufReader::new(File::open(&self.file).map_err(failed)?);
        for line in list.lines() {
            go_on(stop)?;
            let line = line.map_err(failed)?;
            let Some((size, path)) = line.split_once(' ') else {
                continue;
            };
            listed += 1;
            match held.bytes(Path::new(path)) {
                // Liferay keeps no size in some rows.
                Some(bytes) if size != "0" && size != bytes.to_string() => other_size += 1,
                Some(_) => {}
                None if root.join(path).is_file() => lost.push(path.to_owned()),
                None => absent += 1,
            }
        }
        if !lost.is_empty() {
            let count = lost.len();
            lost.truncate(NAMED);
            return Err(HostError::new(
                codes::PROOF_FAILED,
                format!(
                    "the documents that were taken lack {count} of the {listed} versions that the restored database lists, and the store has them"
                ),
            )
            .because(lost));
        }
        let mut line = format!(
            "versions of documents: {listed} in the restored database, {} with their file among the documents taken",
            listed - absent
        );
        for (count, what) in [
            (absent, "without a file, as in the store"),
            (other_size, "of another size than their row says"),
        ] {
            if count > 0 {
                line.push_str(&format!(", {count} {what}"));
            }
        }
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;

    /// Three versions are listed; the store has two of them.
    fn compared(held: &[(&str, u64)]) -> Result<String, HostError> {
        compared_until(held, Stop::default())
    }

    fn compared_until(held: &[(&str, u64)], stop: Stop) -> Result<String, HostError> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("store");
        for path in ["20099/1/501/1.0", "20099/1/501/1.1"] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "text").unwrap();
        }
        let versions = Versions {
            file: folder.path().join("versions"),
            rule: StoreRule::Simple,
        };
        let list = "4 20099/1/501/1.0\n0 20099/1/501/1.1\n7 20099/1/502/1.0\n";
        fs::write(&versions.file, list).unwrap();
        let mut all = Held::default();
        for (path, bytes) in held {
            all.add(Path::new(path), *bytes);
        }
        versions.compare(&root, all, &stop)
    }

    #[test]
    fn a_listed_version_that_the_store_has_must_have_been_taken() {
        let line = compared(&[
            ("20099/1/501/1.1", 4),
            ("20099/1/501/1.0", 4),
            ("20099/0/preview", 1),
        ]);
        assert_eq!(
            line.unwrap(),
            "versions of documents: 3 in the restored database, 2 with their file among the documents taken, 1 without a file, as in the store"
        );
        let error = compared(&[("20099/1/501/1.0", 4)]).unwrap_err();
        assert_eq!(error.code, codes::PROOF_FAILED);
        assert!(
            error.message.contains("lack 1 of the 3"),
            "{}",
            error.message
        );
        assert_eq!(error.evidence, ["20099/1/501/1.1"]);
    }

    #[test]
    fn the_comparison_ends_when_that_is_asked_for() {
        let stop = Stop::when(Arc::new(AtomicBool::new(true)));
        let error = compared_until(&[("20099/1/501/1.0", 5)], stop).unwrap_err();
        assert_eq!(error.code, codes::INTERRUPTED);
    }

    #[test]
    fn a_size_counts_where_the_row_has_one() {
        let line = compared(&[("20099/1/501/1.0", 5), ("20099/1/501/1.1", 5)]).unwrap();
        assert!(
            line.ends_with(", 1 of another size than their row says"),
            "{line}"
        );
    }
}
