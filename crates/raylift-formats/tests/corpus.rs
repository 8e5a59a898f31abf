//! Everything that a fuzzer has found, and what it began with, goes through the readers once more.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "shared with the fuzz targets")]
mod fuzzed;
#[path = "common/limits.rs"]
#[allow(unreachable_pub, reason = "shared between tests")]
mod limits;

use std::fs;
use std::path::Path;

fn replay(target: &str, read: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "{target} has {} files", files.len());
    for file in files {
        let bytes = fs::read(&file).unwrap();
        limits::bounded(&file.display().to_string(), || read(&bytes));
    }
}

#[test]
fn class_reader() {
    replay("class_reader", fuzzed::class_reader);
}

#[test]
fn manifest_reader() {
    replay("manifest_reader", fuzzed::manifest_reader);
}

#[test]
fn config_reader() {
    replay("config_reader", fuzzed::config_reader);
}

#[test]
fn archive_walker() {
    replay("archive_walker", fuzzed::archive_walker);
}

#[test]
fn properties_reader() {
    replay("properties_reader", fuzzed::properties_reader);
}
