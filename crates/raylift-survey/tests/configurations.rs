//! OSGi configurations of a made-up site: files wherever they lie, rows, and the document store's settings among them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Scratch, TestMachine, only, request, running, with_code};
use raylift_model::codes;
use raylift_model::facts::{ConfigurationKind, ConfigurationRow, SiteFacts};
use raylift_model::finding::Severity;
use raylift_model::secret::Secret;
use raylift_survey::machine::{ConfigurationText, DatabaseAnswer};
use raylift_survey::site::survey;

const STORE: &str =
    "com.liferay.portal.store.file.system.configuration.FileSystemStoreConfiguration";

fn text(pid: &str, dictionary: &str) -> ConfigurationText {
    ConfigurationText {
        pid: pid.to_owned(),
        dictionary: Some(Secret::new(dictionary)),
    }
}

fn look(scratch: &Scratch, machine: &mut TestMachine, rows: Vec<ConfigurationText>) -> SiteFacts {
    machine.database = Ok(DatabaseAnswer {
        configurations: rows,
        ..DatabaseAnswer::default()
    });
    survey(machine, &request(&scratch.home)).unwrap()
}

fn row<'facts>(facts: &'facts SiteFacts, pid: &str) -> &'facts ConfigurationRow {
    let rows = &facts.database.configurations;
    rows.iter().find(|row| row.pid == pid).unwrap()
}

/// A link that leads to nothing is told from a file that raylift may not open.
#[test]
fn a_link_that_leads_to_nothing_is_known_as_one() {
    let (scratch, mut machine) = running();
    let configs = scratch.home.join("osgi/configs");
    scratch.write("osgi/configs/org.example.A.config", b"a=\"1\"\n");
    std::os::unix::fs::symlink("/nowhere/x.config", configs.join("org.example.B.config")).unwrap();
    scratch.write("osgi/configs/org.example.C.config", b"a=\"1\"\n");
    machine.close(configs.join("org.example.C.config"));
    let facts = look(&scratch, &mut machine, Vec::new());
    let told: Vec<(bool, Option<&str>)> = ["A", "B", "C"]
        .iter()
        .map(|name| {
            let path = format!("osgi/configs/org.example.{name}.config");
            let mut files = facts.configurations.iter();
            let file = files.find(|file| file.path.as_str() == path).unwrap();
            (file.unreadable.is_some(), file.dangling.as_deref())
        })
        .collect();
    assert_eq!(
        told,
        [
            (false, None),
            (true, Some("/nowhere/x.config")),
            (true, None)
        ]
    );
}

#[test]
fn files_are_found_wherever_they_lie_and_their_values_are_not_kept() {
    let (scratch, mut machine) = running();
    for path in [
        "osgi/configs/org.example.A.config",
        "osgi/configs/org.example.B-one.config",
        "osgi/configs/sub/org.example.C.config",
        "osgi/configs/org.example.D.CONFIG",
        "osgi/configs/org.example.E.cfg",
        "osgi/modules/org.example.F.config",
        "osgi/org.example.G.config",
        "org.example.H.config",
        "deploy/org.example.I.config",
        "osgi/modules/readme.txt",
        "osgi/state/org.example.J.config",
    ] {
        scratch.write(path, b"password=\"s3cret-1\"\n");
    }
    let facts = look(&scratch, &mut machine, Vec::new());
    let found: Vec<(&str, ConfigurationKind)> = facts
        .configurations
        .iter()
        .map(|file| (file.path.as_str(), file.kind))
        .filter(|(path, _)| path.contains("org.example"))
        .collect();
    assert_eq!(
        found,
        [
            ("deploy/org.example.I.config", ConfigurationKind::Config),
            ("org.example.H.config", ConfigurationKind::Config),
            (
                "osgi/configs/org.example.A.config",
                ConfigurationKind::Config
            ),
            (
                "osgi/configs/org.example.B-one.config",
                ConfigurationKind::Config
            ),
            (
                "osgi/configs/org.example.D.CONFIG",
                ConfigurationKind::Other
            ),
            ("osgi/configs/org.example.E.cfg", ConfigurationKind::Cfg),
            (
                "osgi/configs/sub/org.example.C.config",
                ConfigurationKind::Config
            ),
            (
                "osgi/modules/org.example.F.config",
                ConfigurationKind::Config
            ),
            ("osgi/org.example.G.config", ConfigurationKind::Config),
        ]
    );
    assert!(
        facts
            .configurations
            .iter()
            .all(|file| file.digest.is_some())
    );
    let later = facts.configurations[3].later.as_ref().unwrap();
    assert_eq!(
        (later.pid.as_str(), later.name.as_deref()),
        ("org.example.B", Some("one"))
    );
    assert_eq!(later.entries[0].key, "password");
    assert!(!format!("{facts:?}").contains("s3cret"));
}

#[test]
fn rows_are_compared_with_their_files() {
    let (scratch, mut machine) = running();
    let url = |name: &str| format!("file:{}/osgi/configs/{name}", scratch.home.display());
    scratch.write(
        "osgi/configs/org.example.A.config",
        b"same=\"1\"\nother=\"old secret\"\nlist=[\"a\",\"b\"]\nnew=\"x\"\n",
    );
    let rows = vec![
        text(
            "org.example.A",
            &format!(
                "felix.fileinstall.filename=\"{}\"\r\nlist=[ \\\r\n  \"a\", \\\r\n  \"b\", \\\r\n  ]\r\nother=\"new secret\"\r\nsame=\"1\"\r\nservice.pid=\"org.example.A\"\r\n",
                url("org.example.A.config")
            ),
        ),
        text(
            "org.example.Gone",
            &format!("felix.fileinstall.filename=\"{}\"\r\n", url("gone.config")),
        ),
        text(
            "org.example.Kept",
            &format!(
                "configuration.cleaner.ignore=\"true\"\r\nfelix.fileinstall.filename=\"{}\"\r\n",
                url("kept.config")
            ),
        ),
        text(
            "org.example.Made",
            "service.factoryPid=\"org.example.Factory\"\r\nn=I\"5\"\r\n",
        ),
        ConfigurationText {
            pid: "org.example.Null".to_owned(),
            dictionary: None,
        },
    ];
    let facts = look(&scratch, &mut machine, rows);
    let first = row(&facts, "org.example.A");
    assert_eq!(first.differs_in, ["new", "other"]);
    assert_eq!(first.file_there, Some(true));
    assert_eq!(
        first.file.as_ref().unwrap().as_str(),
        "osgi/configs/org.example.A.config"
    );
    let keys: Vec<&str> = first
        .entries
        .iter()
        .map(|entry| entry.key.as_str())
        .collect();
    assert_eq!(keys, ["list", "other", "same"]);
    assert_eq!(
        row(&facts, "org.example.Made").known_as(),
        "org.example.Factory"
    );
    assert!(row(&facts, "org.example.Null").entries.is_empty());
    assert!(row(&facts, "org.example.Kept").stays_without_file);
    let orphan = only(&facts, codes::CONFIGURATION_ORPHAN);
    assert_eq!(orphan.subject, "org.example.Gone");
    assert!(!format!("{facts:?}").contains("secret"));
}

#[test]
fn a_store_that_is_configured_in_the_database_only_is_found() {
    let (scratch, mut machine) = running();
    scratch.write("data/elsewhere/1/2/3/1.0", b"12345");
    let rows = vec![text(STORE, "rootDir=\"data/elsewhere\"\r\n")];
    let facts = look(&scratch, &mut machine, rows);
    assert!(
        facts
            .store
            .root
            .as_ref()
            .unwrap()
            .ends_with("data/elsewhere")
    );
    assert_eq!((facts.store.files, facts.store.bytes), (1, 5));
    let finding = only(&facts, codes::STORE_IN_DATABASE);
    assert!(finding.evidence.iter().any(|line| line.contains(STORE)));
}

#[test]
fn a_file_of_the_store_counts_before_its_row() {
    let (scratch, mut machine) = running();
    scratch.write(
        &format!("osgi/configs/{STORE}.config"),
        b"rootDir=\"data/first\"\n",
    );
    let rows = vec![text(STORE, "rootDir=\"data/second\"\r\n")];
    let facts = look(&scratch, &mut machine, rows);
    assert!(facts.store.root.as_ref().unwrap().ends_with("data/first"));
    assert!(with_code(&facts, codes::STORE_IN_DATABASE).is_empty());
}

#[test]
fn an_advanced_store_without_a_root_anywhere_is_named() {
    let (scratch, mut machine) = running();
    scratch.set("dl.store.impl=com.liferay.portal.store.file.system.AdvancedFileSystemStore");
    let facts = look(&scratch, &mut machine, Vec::new());
    let finding = only(&facts, codes::STORE_NOT_FILES);
    assert!(finding.message.contains("neither"), "{}", finding.message);
}

/// Rows of 7.2 name their files in full.
#[test]
fn rows_of_a_moved_home_are_made_again() {
    let (scratch, mut machine) = running();
    scratch.write("osgi/configs/org.example.A.config", b"a=\"1\"\n");
    let dictionary =
        "felix.fileinstall.filename=\"file:/opt/old/osgi/configs/org.example.A.config\"\r\n";
    let facts = look(
        &scratch,
        &mut machine,
        vec![text("org.example.A", dictionary)],
    );
    let finding = only(&facts, codes::CONFIGURATION_ORPHAN);
    assert_eq!(finding.severity, Severity::Note);
    assert!(
        finding
            .message
            .contains("osgi/configs/org.example.A.config")
    );
}

/// Felix's reader goes on after a line that Liferay's stops at (layout-and-artifacts 5).
#[test]
fn both_readers_are_asked() {
    let (scratch, mut machine) = running();
    let path = "osgi/configs/org.example.Bad.config";
    scratch.write(path, b"a=\"1\"\nb=2\nc=\"3\"\n");
    let facts = look(&scratch, &mut machine, Vec::new());
    let file = facts
        .configurations
        .iter()
        .find(|file| file.path.as_str() == path)
        .unwrap();
    let keys = |line| -> Vec<&str> {
        let entries = &file.reading(line).unwrap().entries;
        entries.iter().map(|entry| entry.key.as_str()).collect()
    };
    assert_eq!(keys((7, 2)), ["a", "b", "c"]);
    assert_eq!(keys((7, 4)), ["a"]);
    let remarks = &file.later.as_ref().unwrap().remarks;
    assert!(
        remarks
            .iter()
            .any(|remark| remark.loses && remark.line == 2)
    );
    // In a file with an unquoted value 7.2 takes quotation marks for a part of every value.
    assert_eq!(file.read_differently, ["a"]);
}
