//! The document store: where it lies, and its rows against its files.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Scratch, TestMachine, request};
use raylift_model::codes;
use raylift_model::facts::SiteFacts;
use raylift_model::finding::Severity;
use raylift_model::secret::Secret;
use raylift_survey::machine::{ConfigurationText, DatabaseAnswer, DocumentRow};
use raylift_survey::site::survey;

const ADVANCED: &str = "com.liferay.portal.store.file.system.AdvancedFileSystemStore";
const ADVANCED_PID: &str =
    "com.liferay.portal.store.file.system.configuration.AdvancedFileSystemStoreConfiguration";

fn row(id: i64, name: &str, size: u64) -> DocumentRow {
    DocumentRow {
        file_version_id: id,
        company_id: 20099,
        data_repository_id: 20121,
        name: name.to_owned(),
        version: "1.0".to_owned(),
        size,
    }
}

fn look(scratch: &Scratch, answer: DatabaseAnswer, census: bool) -> SiteFacts {
    let mut machine = TestMachine::new();
    machine.database = Ok(answer);
    let java = machine.java(scratch.around());
    let mut request = request(&scratch.home);
    request.settings.server.java_home = Some(java);
    request.census = census;
    survey(&machine, &request).unwrap()
}

fn severity(facts: &SiteFacts, code: &str) -> Option<Severity> {
    facts
        .findings
        .iter()
        .find(|finding| finding.code.as_str() == code)
        .map(|finding| finding.severity)
}

#[test]
fn rows_and_files_are_counted_against_each_other() {
    let scratch = Scratch::good();
    for (path, content) in [
        ("20099/20121/1/1.0", "abc"),
        ("20099/20121/2/1.0", "cut"),
        ("20099/20121/9/1.0", "nobody's"),
        ("20099/0/document_thumbnail/1/1.0", "small"),
        ("README.txt", "made by the server"),
    ] {
        scratch.write(&format!("data/document_library/{path}"), content.as_bytes());
    }
    let documents = vec![row(3, "1", 3), row(2, "2", 30), row(1, "3", 3)];
    let answer = DatabaseAnswer {
        documents,
        ..DatabaseAnswer::default()
    };
    let facts = look(&scratch, answer.clone(), true);
    let census = facts.store.census.as_ref().unwrap();
    assert_eq!((census.rows, census.with_file, census.missing()), (3, 2, 1));
    assert_eq!(
        (census.other_size, census.surplus, census.derived),
        (1, Some(1), 1)
    );
    assert_eq!(census.missing_examples, ["20099/20121/3/1.0"]);
    assert_eq!(census.surplus_examples, ["20099/20121/9/1.0"]);
    assert_eq!(facts.store.files, 5);
    assert_eq!(facts.store.samples.len(), 2);
    assert_eq!(
        severity(&facts, codes::DOCUMENTS_MISSING),
        Some(Severity::Warning)
    );
    assert_eq!(
        severity(&facts, codes::DOCUMENT_SIZES),
        Some(Severity::Warning)
    );
    assert_eq!(
        severity(&facts, codes::DOCUMENTS_SURPLUS),
        Some(Severity::Note)
    );

    let sampled = look(&scratch, answer, false);
    assert_eq!(sampled.store.census, None);
    assert_eq!(sampled.store.samples, facts.store.samples);
    assert_eq!(severity(&sampled, codes::DOCUMENTS_SURPLUS), None);
}

#[test]
fn a_root_that_only_the_database_has_is_found() {
    let scratch = Scratch::good();
    scratch.set(&format!("dl.store.impl={ADVANCED}"));
    scratch.write(
        "elsewhere/20099/20121/32/40/32401.afsh/32401_1.0.afsh",
        b"abc",
    );
    let documents = vec![row(1, "32401", 3)];
    let answer = DatabaseAnswer {
        documents,
        configurations: vec![ConfigurationText {
            pid: ADVANCED_PID.to_owned(),
            dictionary: Some(Secret::new("rootDir=\"elsewhere\"\r\n".to_owned())),
        }],
        ..DatabaseAnswer::default()
    };
    let facts = look(&scratch, answer.clone(), true);
    let root = scratch.home.join("elsewhere").display().to_string();
    assert_eq!(facts.store.root.as_deref(), Some(root.as_str()));
    assert!(facts.store.configured_in_database && facts.store.configured_by.is_none());
    let census = facts.store.census.as_ref().unwrap();
    assert_eq!(
        (census.rows, census.missing(), census.surplus),
        (1, 0, Some(0))
    );

    // The file wins over the row, which the server makes of it.
    scratch.write(
        &format!("osgi/configs/{ADVANCED_PID}.config"),
        b"rootDir=\"file_store\"\n",
    );
    let by_file = look(&scratch, answer, true);
    assert!(by_file.store.root.unwrap().ends_with("/file_store"));
    assert!(!by_file.store.configured_in_database && by_file.store.configured_by.is_some());
}

#[test]
fn without_a_root_the_advanced_store_is_a_warning() {
    let scratch = Scratch::good();
    scratch.set(&format!("dl.store.impl={ADVANCED}"));
    let facts = look(&scratch, DatabaseAnswer::default(), true);
    assert_eq!(facts.store.root, None);
    assert_eq!(
        severity(&facts, codes::STORE_NOT_FILES),
        Some(Severity::Warning)
    );
}

#[test]
fn other_stores_are_named_and_left_alone() {
    for (class, place, expected) in [
        (
            "com.liferay.portal.store.s3.S3Store",
            "Amazon S3",
            Severity::Warning,
        ),
        (
            "com.liferay.portal.store.s3.IBMS3Store",
            "IBM",
            Severity::Warning,
        ),
        (
            "com.liferay.portal.store.gcs.GCSStore",
            "Google",
            Severity::Warning,
        ),
        (
            "com.liferay.portal.store.azure.AzureStore",
            "Azure",
            Severity::Warning,
        ),
        (
            "com.liferay.portal.store.cmis.CMISStore",
            "CMIS",
            Severity::Warning,
        ),
        (
            "com.liferay.portal.store.jcr.JCRStore",
            "content repository",
            Severity::Warning,
        ),
        (
            "com.liferay.portal.store.db.DBStore",
            "the database",
            Severity::Note,
        ),
        ("com.acme.Store", "cannot look", Severity::Warning),
    ] {
        let scratch = Scratch::good();
        scratch.set(&format!("dl.store.impl={class}"));
        let facts = look(&scratch, DatabaseAnswer::default(), true);
        let finding = facts
            .findings
            .iter()
            .find(|finding| finding.code.as_str() == codes::STORE_NOT_FILES)
            .unwrap();
        assert_eq!(finding.severity, expected, "{class}");
        assert!(
            finding.message.contains(place),
            "{class}: {}",
            finding.message
        );
        assert_eq!((facts.store.root, facts.store.census), (None, None));
    }
}
