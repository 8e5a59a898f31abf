//! Scenario files: what is shipped reads, what is wrong is named.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers may panic like the test itself"
)]

use std::path::Path;

use raylift_lab::{LabError, ReleaseVersion, Scenario};

fn refused(text: &str) -> String {
    match Scenario::parse(text, Path::new("odd.toml")) {
        Err(error @ LabError::Scenario { .. }) => error.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn an_unknown_key_is_named_with_file_and_line() {
    let message = refused("[release]\nversion = \"7.2.0\"\n\n[site]\nheep = \"512m\"\n");
    for part in ["odd.toml", "line 5", "heep"] {
        assert!(message.contains(part), "{part} is not in: {message}");
    }
}

#[test]
fn an_unknown_section_is_named() {
    assert!(refused("[sight]\nheap = \"512m\"\n").contains("sight"));
}

#[test]
fn an_unknown_release_is_named_with_the_known_ones() {
    let message = refused("[release]\nversion = \"7.3.0\"\n");
    for part in ["7.3.0", "7.2.0", "7.2.0b", "7.2.1"] {
        assert!(message.contains(part), "{part} is not in: {message}");
    }
}

#[test]
fn an_unknown_engine_is_named_with_the_known_ones() {
    let message = refused("[site]\nengine = \"oracle\"\n");
    for part in ["oracle", "hsqldb", "postgresql", "mariadb"] {
        assert!(message.contains(part), "{part} is not in: {message}");
    }
}

#[test]
fn an_unknown_key_of_a_document_is_named() {
    assert!(
        refused("[[site.documents]]\ntitle = \"a\"\ntext = \"b\"\nsise = 3\n").contains("sise")
    );
}

#[test]
fn a_value_of_another_type_is_refused() {
    assert!(refused("[site]\nconsole = \"yes\"\n").contains("line 2"));
}

#[test]
fn an_absent_file_is_named() {
    let error = Scenario::read(Path::new("/nowhere/x.toml")).expect_err("absent");
    assert!(error.to_string().contains("/nowhere/x.toml"));
}

#[test]
fn every_shipped_scenario_reads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("scenarios") {
        let path = entry.expect("entry").path();
        Scenario::read(&path).unwrap_or_else(|error| panic!("{error}"));
        count += 1;
    }
    assert!(count >= 10);
}

#[test]
fn a_written_scenario_reads_back_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let scenario = Scenario::read(&folder.join("demo-site.toml")).expect("scenario");
    assert_eq!(scenario.release.version, ReleaseVersion::Ga1);
    assert_eq!(scenario.site.documents.len(), 2);
    let text = toml::to_string(&scenario).expect("text");
    assert_eq!(
        Scenario::parse(&text, Path::new("again.toml")).expect("again"),
        scenario
    );
}
