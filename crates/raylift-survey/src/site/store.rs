//! The document store.

use std::path::{Path, PathBuf};

use raylift_formats::config;
use raylift_model::codes;
use raylift_model::facts::{DocumentFact, FileKind, StoreFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use rayon::prelude::*;

use super::configurations;
use super::properties::Properties;
use crate::machine::{ConfigurationText, DocumentRow, Machine};

/// The default of `dl.store.impl` (layout-and-artifacts 6).
const SIMPLE: &str = "com.liferay.portal.store.file.system.FileSystemStore";
const ADVANCED: &str = "com.liferay.portal.store.file.system.AdvancedFileSystemStore";
const DATABASE: &str = "com.liferay.portal.store.db.DBStore";
/// Where the configurations of both stores for files have their names from.
const PACKAGE: &str = "com.liferay.portal.store.file.system.configuration";
/// The default root of the simple store; the advanced one has none.
const DEFAULT_ROOT: &str = "data/document_library";
/// The largest configuration file that is read, in bytes.
const LARGEST: u64 = 1 << 20;
/// Documents kept as samples for the health gate.
const SAMPLES: usize = 20;

/// Finds the store and measures it.
pub(crate) fn look(
    machine: &dyn Machine,
    home: &Path,
    properties: &Properties,
) -> (StoreFacts, Vec<Finding>) {
    let implementation = properties
        .value("dl.store.impl")
        .map(|class| class.trim().to_owned())
        .filter(|class| !class.is_empty())
        .unwrap_or_else(|| SIMPLE.to_owned());
    let mut facts = StoreFacts {
        implementation,
        root: None,
        configured_by: None,
        files: 0,
        bytes: 0,
        samples: Vec::new(),
    };
    let (configuration, default) = match facts.implementation.as_str() {
        SIMPLE => ("FileSystemStoreConfiguration", Some(DEFAULT_ROOT)),
        ADVANCED => ("AdvancedFileSystemStoreConfiguration", None),
        _ => return (facts.clone(), vec![not_files(&facts.implementation)]),
    };
    let file = RelativePath::new(format!("osgi/configs/{PACKAGE}.{configuration}.config"));
    let mut findings = Vec::new();
    let configured = match configured_root(machine, &home.join(file.as_str()), properties) {
        Ok(root) => root,
        Err(finding) => {
            findings.push(*finding);
            None
        }
    };
    if configured.is_some() {
        facts.configured_by = Some(file);
    }
    if let Some(root) = configured.or_else(|| default.map(str::to_owned)) {
        measure(machine, &home.join(root), &mut facts, &mut findings);
    }
    (facts, findings)
}

/// Looks at the row of the store's configuration where no file sets the root: what was set in the portal stands nowhere
/// else. A warning when the root is set nowhere.
pub(crate) fn configured_by_row(
    machine: &dyn Machine,
    home: &Path,
    properties: &Properties,
    facts: &mut StoreFacts,
    rows: &[ConfigurationText],
) -> Vec<Finding> {
    let pid = match facts.implementation.as_str() {
        SIMPLE => "FileSystemStoreConfiguration",
        ADVANCED => "AdvancedFileSystemStoreConfiguration",
        _ => return Vec::new(),
    };
    if facts.configured_by.is_some() {
        return Vec::new();
    }
    let pid = format!("{PACKAGE}.{pid}");
    let root = rows
        .iter()
        .find(|row| row.pid == pid)
        .and_then(|row| configurations::text_of(row, "rootDir"))
        .map(|text| properties.interpolated(&text))
        .filter(|root| !root.trim().is_empty());
    let mut findings = Vec::new();
    match root {
        Some(root) => {
            let place = home.join(root);
            let real = machine
                .canonical(&place)
                .unwrap_or_else(|_| place.clone());
            if facts.root.as_deref() != Some(real.display().to_string().as_str()) {
                (facts.files, facts.bytes) = (0, 0);
                measure(machine, &place, facts, &mut findings);
            }
            findings.push(
                Finding::new(
                    Severity::Note,
                    codes::STORE_IN_DATABASE,
                    facts.implementation.as_str(),
                    "the root folder of the document store is set in the database only",
                    "nothing; to have it in a file, export the configuration (Control Panel, System Settings) into osgi/configs",
                )
                .because(format!("row {pid} of Configuration_"))
                .because(real.display().to_string()),
            );
        }
        None if facts.root.is_none() => findings.push(Finding::new(
            Severity::Warning,
            codes::STORE_NOT_FILES,
            facts.implementation.as_str(),
            "the root folder of the document store is set neither in a file nor in the database",
            "write it into the store's .config file in osgi/configs (Control Panel, System Settings, Export)",
        )),
        None => {}
    }
    findings
}

/// Compares rows of documents with the files of the store: samples of those that have one, a finding about those that
/// have none. Only for the simple store.
///
/// That a version lies at `root/companyId/dataRepositoryId/name/version` was read in Liferay's store; that the second
/// folder is the data repository id of the joined rows is an inference, so a file that is missing is a warning only.
pub(crate) fn compare(
    machine: &dyn Machine,
    facts: &mut StoreFacts,
    documents: &[DocumentRow],
) -> Option<Finding> {
    if facts.implementation != SIMPLE {
        return None;
    }
    let root = PathBuf::from(facts.root.as_ref()?);
    let looked_at: Vec<(DocumentFact, bool)> = documents
        .par_iter()
        .map(|row| {
            let path = format!(
                "{}/{}/{}/{}",
                row.company_id, row.data_repository_id, row.name, row.version
            );
            let stat = machine.stat(&root.join(&path)).ok().flatten();
            let size = stat
                .filter(|stat| stat.kind == FileKind::File)
                .map(|stat| stat.size);
            let fact = DocumentFact {
                file_version_id: row.file_version_id,
                path: RelativePath::new(path),
                size: size.unwrap_or(row.size),
            };
            (fact, size.is_some())
        })
        .collect();
    let missing: Vec<&DocumentFact> = looked_at
        .iter()
        .filter(|(_, there)| !there)
        .map(|(fact, _)| fact)
        .collect();
    let finding = (!missing.is_empty()).then(|| {
        let finding = Finding::new(
            Severity::Warning,
            codes::DOCUMENTS_MISSING,
            root.display().to_string(),
            format!(
                "{} of {} documents that were looked for have a row and no file; the place was inferred from the rows",
                missing.len(),
                documents.len()
            ),
            "open one of these documents in the portal; when that fails, restore the store before updating",
        );
        missing
            .iter()
            .take(SAMPLES)
            .fold(finding, |finding, fact| finding.because(fact.path.as_str()))
    });
    facts.samples = looked_at
        .into_iter()
        .filter(|(_, there)| *there)
        .map(|(fact, _)| fact)
        .take(SAMPLES)
        .collect();
    finding
}

fn configured_root(
    machine: &dyn Machine,
    file: &Path,
    properties: &Properties,
) -> Result<Option<String>, Box<Finding>> {
    let unreadable = |reason: String| {
        Box::new(Finding::new(
            Severity::Blocker,
            codes::STORE_NOT_FILES,
            file.display().to_string(),
            format!("sets the root of the document store and cannot be read: {reason}"),
            "repair the file, or run raylift as the site's user or as root",
        ))
    };
    match machine.stat(file) {
        Ok(None) => return Ok(None),
        Ok(Some(_)) => {}
        Err(error) => return Err(unreadable(error.to_string())),
    }
    let bytes = machine
        .read(file, LARGEST)
        .map_err(|error| unreadable(error.to_string()))?;
    let read = config::read(&bytes);
    if let Some(error) = read
        .diagnostics
        .iter()
        .find(|diagnostic| diagnostic.severity == raylift_formats::Level::Error)
    {
        return Err(unreadable(error.to_string()));
    }
    Ok(read
        .value
        .get("rootDir")
        .and_then(|entry| entry.text())
        .map(|text| properties.interpolated(text))
        .filter(|root| !root.trim().is_empty()))
}

fn measure(
    machine: &dyn Machine,
    root: &Path,
    facts: &mut StoreFacts,
    findings: &mut Vec<Finding>,
) {
    let real = machine.canonical(root).unwrap_or_else(|_| root.to_owned());
    facts.root = Some(real.display().to_string());
    match machine.stat(&real) {
        // A site without a single document has no folder yet.
        Ok(None) => return,
        Ok(Some(_)) => {}
        Err(error) => {
            findings.push(closed(&real, vec![error.to_string()]));
            return;
        }
    }
    let sum = below(machine, &real);
    facts.files = sum.files;
    facts.bytes = sum.bytes;
    if !sum.unreadable.is_empty() {
        findings.push(closed(&real, sum.unreadable));
    }
}

#[derive(Default)]
struct Sum {
    files: u64,
    bytes: u64,
    unreadable: Vec<String>,
}

fn below(machine: &dyn Machine, folder: &Path) -> Sum {
    let mut sum = Sum::default();
    let names = match machine.entries(folder) {
        Ok(names) => names,
        Err(error) => {
            sum.unreadable.push(error.to_string());
            return sum;
        }
    };
    let mut folders = Vec::new();
    for name in names {
        let place = folder.join(name);
        match machine.stat(&place) {
            Ok(Some(stat)) if stat.kind == FileKind::Directory => folders.push(place),
            Ok(Some(stat)) => {
                sum.files += 1;
                sum.bytes += stat.size;
            }
            Ok(None) => {}
            Err(error) => sum.unreadable.push(error.to_string()),
        }
    }
    folders
        .par_iter()
        .map(|folder| below(machine, folder))
        .reduce(Sum::default, |mut left, right| {
            left.add(right);
            left
        })
        .joined(sum)
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.unreadable.extend(other.unreadable);
    }

    fn joined(mut self, other: Self) -> Self {
        self.add(other);
        self
    }
}

fn closed(root: &Path, mut reasons: Vec<String>) -> Finding {
    let finding = Finding::new(
        Severity::Warning,
        codes::FILE_UNREADABLE,
        root.display().to_string(),
        format!(
            "{} folders or files of the document store cannot be looked at",
            reasons.len()
        ),
        "run raylift as the site's user or as root",
    );
    reasons.sort();
    reasons.truncate(SAMPLES);
    reasons.into_iter().fold(finding, Finding::because)
}

fn not_files(implementation: &str) -> Finding {
    let (severity, message) = if implementation == DATABASE {
        (
            Severity::Note,
            "documents lie in the database, and are saved with it",
        )
    } else {
        (
            Severity::Warning,
            "documents do not lie in a folder that raylift can look at",
        )
    };
    Finding::new(
        severity,
        codes::STORE_NOT_FILES,
        implementation,
        message,
        "see to it that the store itself keeps what an update may change",
    )
}
