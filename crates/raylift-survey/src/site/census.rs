//! Rows of documents against the files of the store.
//!
//! Rows come page by page and are compared at once. Of each only a number made of its path is kept, eight bytes, by which
//! files without a row are found afterwards.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::facts::{DocumentFact, FileKind, StoreCensus};
use raylift_model::finding::{Finding, Severity};
use rayon::prelude::*;

use super::store_path::Rule;
use crate::machine::{DocumentRow, Machine};

/// Examples of each kind, and samples for the health gate.
pub(super) const EXAMPLES: usize = 20;
/// Rows that are remembered, in 32 MiB; with more of them, files without a row are not told.
const REMEMBERED: usize = 4 << 20;
/// Written by the server of late 7.4 at every start (layout-and-artifacts 6).
const README: &str = "README.txt";
/// The repository of what has no rows (`CompanyConstants.SYSTEM`); that nothing else lies there is an inference.
const SYSTEM: &str = "0";

/// Counts while rows come.
pub(super) struct Count<'a> {
    machine: &'a dyn Machine,
    root: PathBuf,
    rule: Rule,
    census: StoreCensus,
    samples: Vec<DocumentFact>,
    known: Vec<u64>,
    too_many: bool,
}

/// What the files say when all rows are known.
#[derive(Debug, Default)]
pub(super) struct Sum {
    /// Files below the root.
    pub(super) files: u64,
    /// Their bytes.
    pub(super) bytes: u64,
    /// What could not be looked at.
    pub(super) unreadable: Vec<String>,
    derived: u64,
    surplus: u64,
    surplus_examples: Vec<String>,
}

impl Sum {
    fn add(mut self, other: Self) -> Self {
        self.files += other.files;
        self.bytes += other.bytes;
        self.unreadable.extend(other.unreadable);
        self.derived += other.derived;
        self.surplus += other.surplus;
        self.surplus_examples.extend(other.surplus_examples);
        self.surplus_examples.sort();
        self.surplus_examples.truncate(EXAMPLES);
        self
    }
}

impl<'a> Count<'a> {
    pub(super) fn new(machine: &'a dyn Machine, root: PathBuf, rule: Rule) -> Self {
        Self {
            machine,
            root,
            rule,
            census: StoreCensus::default(),
            samples: Vec::new(),
            known: Vec::new(),
            too_many: false,
        }
    }

    /// Compares a page of rows with their files.
    pub(super) fn rows(&mut self, rows: &[DocumentRow]) {
        let looked_at: Vec<(DocumentFact, Option<u64>, u64)> = rows
            .par_iter()
            .map(|row| {
                let path = self.rule.path(row);
                let stat = self.machine.stat(&self.root.join(path.as_str()));
                let size = stat
                    .ok()
                    .flatten()
                    .filter(|stat| stat.kind == FileKind::File)
                    .map(|stat| stat.size);
                let number = number(path.as_str());
                let fact = DocumentFact {
                    file_version_id: row.file_version_id,
                    path,
                    size: size.unwrap_or(row.size),
                };
                (fact, size.map(|_| row.size), number)
            })
            .collect();
        self.census.rows += rows.len() as u64;
        for (fact, expected, number) in looked_at {
            self.remember(number);
            let Some(expected) = expected else {
                example(&mut self.census.missing_examples, || fact.path.to_string());
                continue;
            };
            self.census.with_file += 1;
            if expected != 0 && expected != fact.size {
                self.census.other_size += 1;
                example(&mut self.census.size_examples, || {
                    format!(
                        "{}: {} bytes, its row says {expected}",
                        fact.path, fact.size
                    )
                });
            }
            if self.samples.len() < EXAMPLES {
                self.samples.push(fact);
            }
        }
    }

    fn remember(&mut self, number: u64) {
        if self.known.len() < REMEMBERED {
            self.known.push(number);
        } else {
            self.too_many = true;
        }
    }

    /// What the rows alone say, when not all of them were seen.
    pub(super) fn sampled(self) -> (StoreCensus, Vec<DocumentFact>) {
        (self.census, self.samples)
    }

    /// Looks at every file, when all rows were seen. Also the samples for the health gate.
    pub(super) fn finish(mut self) -> (StoreCensus, Vec<DocumentFact>, Sum) {
        self.known.sort_unstable();
        let known = (!self.too_many).then_some(self.known.as_slice());
        let sum = walk(self.machine, &self.root, "", known);
        self.census.derived = sum.derived;
        if known.is_some() {
            self.census.surplus = Some(sum.surplus);
            self.census.surplus_examples = sum.surplus_examples.clone();
        }
        (self.census, self.samples, sum)
    }
}

/// Sums up a store without knowing its rows.
pub(super) fn measure(machine: &dyn Machine, root: &Path) -> Sum {
    walk(machine, root, "", None)
}

fn walk(machine: &dyn Machine, root: &Path, at: &str, known: Option<&[u64]>) -> Sum {
    let mut sum = Sum::default();
    let folder = match at {
        "" => root.to_owned(),
        at => root.join(at),
    };
    let names = match machine.entries(&folder) {
        Ok(names) => names,
        Err(error) => {
            sum.unreadable.push(error.to_string());
            return sum;
        }
    };
    let mut folders = Vec::new();
    for name in names {
        let place = folder.join(&name);
        let name = name.to_string_lossy();
        let path = match at {
            "" => name.into_owned(),
            at => format!("{at}/{name}"),
        };
        match machine.stat(&place) {
            Ok(Some(stat)) if stat.kind == FileKind::Directory => folders.push(path),
            Ok(Some(stat)) => {
                sum.files += 1;
                sum.bytes += stat.size;
                if path.split('/').nth(1) == Some(SYSTEM) {
                    sum.derived += 1;
                } else if let Some(known) = known
                    && path != README
                    && known.binary_search(&number(&path)).is_err()
                {
                    sum.surplus += 1;
                    example(&mut sum.surplus_examples, || path);
                }
            }
            Ok(None) => {}
            Err(error) => sum.unreadable.push(error.to_string()),
        }
    }
    folders
        .par_iter()
        .map(|path| walk(machine, root, path, known))
        .reduce(Sum::default, Sum::add)
        .add(sum)
}

fn example(examples: &mut Vec<String>, text: impl FnOnce() -> String) {
    if examples.len() < EXAMPLES {
        examples.push(text());
    }
}

/// Two paths of one number are so rare that at worst a file without a row is not seen.
fn number(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

/// Rows without a file.
pub(super) fn missing(root: &Path, census: &StoreCensus) -> Option<Finding> {
    Finding::new(
        Severity::Warning,
        codes::DOCUMENTS_MISSING,
        root.display().to_string(),
        format!(
            "{} of {} documents that were looked for have a row and no file; the place was inferred from the rows",
            census.missing(),
            census.rows
        ),
        "open one of these documents in the portal; when that fails, restore the store before updating",
    )
    .if_any(census.missing_examples.clone())
}

/// What the reader must know of a whole census.
pub(super) fn findings(root: &Path, census: &StoreCensus) -> Vec<Finding> {
    let mut findings: Vec<Finding> = missing(root, census).into_iter().collect();
    let root = root.display().to_string();
    let finding = |severity, code, message: String, remedy: &str, examples: &[String]| {
        let mut finding = Finding::new(severity, code, root.as_str(), message, remedy);
        finding.evidence = examples.to_vec();
        finding
    };
    if census.other_size > 0 {
        findings.push(finding(
            Severity::Warning,
            codes::DOCUMENT_SIZES,
            format!(
                "{} of {} documents have a file of another size than their row says",
                census.other_size, census.rows
            ),
            "open one of these documents in the portal; when it is damaged, restore it before updating",
            &census.size_examples,
        ));
    }
    if let Some(surplus) = census.surplus.filter(|surplus| *surplus > 0) {
        findings.push(finding(
            Severity::Note,
            codes::DOCUMENTS_SURPLUS,
            format!(
                "{surplus} files of the document store belong to no row; they are kept and copied"
            ),
            "nothing for the update; look at an example when there are many",
            &census.surplus_examples,
        ));
    }
    findings
}
