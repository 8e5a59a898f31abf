//! The document store: which one, where, and what lies in it.

use std::path::{Path, PathBuf};

use raylift_formats::config;
use raylift_model::codes;
use raylift_model::facts::StoreFacts;
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;

use super::census::{self, Count, EXAMPLES};
use super::configurations;
use super::properties::Properties;
use super::store_path::{Rule, SIMPLE};
use crate::machine::{DatabaseAnswer, DocumentRow, Machine};

/// The default of `dl.store.impl` (layout-and-artifacts 6).
const DATABASE: &str = "com.liferay.portal.store.db.DBStore";
/// The default root of the simple store; the advanced one has none.
const DEFAULT_ROOT: &str = "data/document_library";
/// The largest configuration file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Where the documents lie, as far as files and properties say.
pub(crate) struct Store {
    facts: StoreFacts,
    /// The store keeps documents in a folder.
    rule: Option<Rule>,
    /// The root, as written.
    root: Option<PathBuf>,
    findings: Vec<Finding>,
}

/// Finds the store.
pub(crate) fn look(machine: &dyn Machine, home: &Path, properties: &Properties) -> Store {
    let implementation = properties
        .value("dl.store.impl")
        .map(|class| class.trim().to_owned())
        .filter(|class| !class.is_empty())
        .unwrap_or_else(|| SIMPLE.to_owned());
    let mut store = Store {
        facts: StoreFacts {
            implementation,
            root: None,
            configured_by: None,
            configured_in_database: false,
            census: None,
            files: 0,
            bytes: 0,
            samples: Vec::new(),
            checks: Vec::new(),
        },
        rule: None,
        root: None,
        findings: Vec::new(),
    };
    let Some(rule) = Rule::of(&store.facts.implementation) else {
        store.findings.push(not_files(&store.facts.implementation));
        return store;
    };
    store.rule = Some(rule);
    let file = RelativePath::new(format!("osgi/configs/{}.config", pid(rule)));
    match configured_root(machine, &home.join(file.as_str()), properties) {
        Ok(Some(root)) => {
            store.root = Some(home.join(root));
            store.facts.configured_by = Some(file);
        }
        Ok(None) => {}
        Err(finding) => {
            store.findings.push(*finding);
            store.root = default_root(home, rule);
        }
    }
    store
}

/// The PID of the store's configuration (layout-and-artifacts 6).
fn pid(rule: Rule) -> &'static str {
    match rule {
        Rule::Simple => {
            "com.liferay.portal.store.file.system.configuration.FileSystemStoreConfiguration"
        }
        Rule::Advanced => {
            "com.liferay.portal.store.file.system.configuration.AdvancedFileSystemStoreConfiguration"
        }
    }
}

fn default_root(home: &Path, rule: Rule) -> Option<PathBuf> {
    (rule == Rule::Simple).then(|| home.join(DEFAULT_ROOT))
}

/// The root in effect: of the file, else of the row, which the System Settings write without a file, else the default.
fn root(
    store: &Store,
    home: &Path,
    answer: &DatabaseAnswer,
    properties: &Properties,
) -> Option<(PathBuf, bool)> {
    let rule = store.rule?;
    if let Some(root) = &store.root {
        return Some((root.clone(), false));
    }
    let row = answer
        .configurations
        .iter()
        .find(|row| row.pid == pid(rule))
        .and_then(|row| configurations::text_of(row, "rootDir"))
        .map(|root| properties.interpolated(&root))
        .filter(|root| !root.trim().is_empty());
    match row {
        Some(root) => Some((home.join(root), true)),
        None => default_root(home, rule).map(|root| (root, false)),
    }
}

/// Compares rows with files while the database hands them over.
pub(crate) struct Comparison<'a> {
    machine: &'a dyn Machine,
    home: &'a Path,
    properties: &'a Properties,
    store: Store,
    count: Option<Count<'a>>,
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(
        machine: &'a dyn Machine,
        home: &'a Path,
        properties: &'a Properties,
        store: Store,
    ) -> Self {
        Self {
            machine,
            home,
            properties,
            store,
            count: None,
        }
    }

    /// Takes a page of rows.
    pub(crate) fn rows(&mut self, answer: &DatabaseAnswer, rows: &[DocumentRow]) {
        let place = root(&self.store, self.home, answer, self.properties).zip(self.store.rule);
        if let Some(((place, _), rule)) = place {
            let machine = self.machine;
            self.count
                .get_or_insert_with(|| Count::new(machine, real(machine, &place), rule))
                .rows(rows);
        }
    }

    /// What is known of the store. Files are counted only when `counted`, since that takes long for a large store, and
    /// compared only when all rows were handed over, too.
    pub(crate) fn finish(
        self,
        answer: &DatabaseAnswer,
        counted: bool,
        complete: bool,
    ) -> (StoreFacts, Vec<Finding>) {
        let place = root(&self.store, self.home, answer, self.properties);
        let (mut facts, mut findings) = (self.store.facts, self.store.findings);
        let Some((place, in_database)) = place else {
            if self.store.rule.is_some() {
                findings.push(unset(&facts.implementation));
            }
            return (facts, findings);
        };
        let place = real(self.machine, &place);
        facts.root = Some(place.display().to_string());
        facts.configured_in_database = in_database;
        if in_database {
            findings.push(in_the_database(
                &facts.implementation,
                self.store.rule,
                &place,
            ));
        }
        match self.machine.stat(&place) {
            // A site without a single document has no folder yet.
            Ok(None) if self.count.is_none() => return (facts, findings),
            Ok(_) => {}
            Err(error) => {
                findings.push(closed(&place, vec![error.to_string()]));
                return (facts, findings);
            }
        }
        let there = matches!(self.machine.stat(&place), Ok(Some(_)));
        let sum = match self.count {
            Some(count) if complete => {
                let (census, samples, sum) = count.finish();
                facts.samples = samples;
                findings.extend(census::findings(&place, &census));
                facts.census = Some(census);
                sum
            }
            other => {
                let sampled = other.map(Count::sampled);
                if let Some((census, samples)) = sampled {
                    facts.samples = samples;
                    findings.extend(census::missing(&place, &census));
                }
                if !counted {
                    return (facts, findings);
                }
                census::measure(self.machine, &place)
            }
        };
        facts.files = sum.files;
        facts.bytes = sum.bytes;
        if there && !sum.unreadable.is_empty() {
            findings.push(closed(&place, sum.unreadable));
        }
        (facts, findings)
    }
}

fn real(machine: &dyn Machine, root: &Path) -> PathBuf {
    machine.canonical(root).unwrap_or_else(|_| root.to_owned())
}

fn in_the_database(implementation: &str, rule: Option<Rule>, root: &Path) -> Finding {
    Finding::new(
        Severity::Note,
        codes::STORE_IN_DATABASE,
        implementation,
        "the root folder of the document store is set in the database only",
        "nothing; to have it in a file, export the configuration (Control Panel, System Settings) into osgi/configs",
    )
    .because(format!("row {} of Configuration_", rule.map_or("", pid)))
    .because(root.display().to_string())
}

fn unset(implementation: &str) -> Finding {
    Finding::new(
        Severity::Warning,
        codes::STORE_NOT_FILES,
        implementation,
        "the root folder of the document store is set neither in a file nor in the database",
        "write it into the store's .config file in osgi/configs (Control Panel, System Settings, Export)",
    )
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
    reasons.truncate(EXAMPLES);
    reasons.into_iter().fold(finding, Finding::because)
}

/// Stores that keep documents elsewhere (layout-and-artifacts 6; CMIS and JCR until 7.1), by a part of their class.
const ELSEWHERE: [(&str, &str); 7] = [
    (".azure.", "in Azure Blob Storage"),
    (".cmis.", "in a CMIS repository"),
    (".db.", "in the database"),
    (".gcs.", "in Google Cloud Storage"),
    (".jcr.", "in a Java content repository"),
    (".s3.IBM", "in IBM's object storage"),
    (".s3.", "in Amazon S3 or a storage like it"),
];

fn not_files(implementation: &str) -> Finding {
    let place = ELSEWHERE
        .iter()
        .find(|(part, _)| implementation.contains(part))
        .map_or("where raylift cannot look", |(_, place)| place);
    let (severity, message) = if implementation == DATABASE {
        (
            Severity::Note,
            format!("documents lie {place}, and are saved with it"),
        )
    } else {
        (
            Severity::Warning,
            format!("documents lie {place}; raylift leaves them alone and makes no copy of them"),
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
