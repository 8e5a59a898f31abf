//! Metatypes of real bundles, and documents with everything the format has, against Felix's own reader.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::Parts;
use raylift_formats::bundle::{Jar, bundle_facts};
use raylift_formats::metatype;
use raylift_model::facts::{AttributeType, Metatype};
use raylift_model::names::RelativePath;

/// Real bundles with metatypes, and how many PIDs these describe.
const BUNDLES: &[(&str, usize)] = &[
    (
        "com.liferay:com.liferay.dynamic.data.mapping.service:2.1.0",
        1,
    ),
    ("com.liferay:com.liferay.portal.upgrade:2.8.9", 1),
    ("org.apache.felix:org.apache.felix.fileinstall:3.6.4", 1),
];

const FOLDER: &str = "OSGI-INF/metatype/";

/// What the oracle prints for a document that was read so.
fn lines(definitions: &[Metatype]) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for definition in definitions {
        let class = &definition.class;
        for (kind, pids) in [
            ("pid", &definition.pids),
            ("factory", &definition.factory_pids),
        ] {
            lines.extend(pids.iter().map(|pid| format!("{kind}\t{pid}\t{class}")));
        }
        for attribute in &definition.attributes {
            let mut options = attribute.options.clone();
            options.sort();
            let required = if attribute.required {
                "required"
            } else {
                "optional"
            };
            lines.insert(format!(
                "attribute\t{class}\t{}\t{}\t{}\t{required}\t{}",
                attribute.id,
                number(attribute.value_type),
                attribute.cardinality,
                options.join(" ")
            ));
        }
    }
    lines
}

/// Constants of `org.osgi.service.metatype.AttributeDefinition` (OSGi Compendium, section 105.13).
fn number(value_type: AttributeType) -> u32 {
    match value_type {
        AttributeType::String => 1,
        AttributeType::Long => 2,
        AttributeType::Integer => 3,
        AttributeType::Short => 4,
        AttributeType::Character => 5,
        AttributeType::Byte => 6,
        AttributeType::Double => 7,
        AttributeType::Float => 8,
        AttributeType::Boolean => 11,
        AttributeType::Password => 12,
        AttributeType::Unknown => panic!("a type that is not known"),
    }
}

fn ask(parts: &Parts, documents: &[&Path]) -> Vec<BTreeSet<String>> {
    let reader = parts
        .find("org.apache.felix:org.apache.felix.metatype:1.2.4")
        .unwrap();
    let printed = common::run_java(&[reader], &common::oracle("Metatype.java"), documents);
    let mut answers: Vec<BTreeSet<String>> = Vec::new();
    for line in String::from_utf8(printed).unwrap().lines() {
        if line == "document" {
            answers.push(BTreeSet::new());
        } else {
            answers.last_mut().unwrap().insert(line.to_owned());
        }
    }
    answers
}

#[test]
fn felix_reads_the_same_in_real_and_in_made_up_documents() {
    let parts = Parts::load();
    let scratch = tempfile::tempdir().unwrap();
    let mut documents: Vec<PathBuf> =
        vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/metatype/annotations.xml")];
    for (coordinate, _) in BUNDLES {
        let bytes = fs::read(parts.find(coordinate).unwrap()).unwrap();
        let mut jar = Jar::open(&bytes).unwrap();
        for name in jar.names_in(FOLDER) {
            let path = scratch.path().join(format!("{}.xml", documents.len()));
            fs::write(&path, jar.read(&name, 1 << 20).unwrap().unwrap()).unwrap();
            documents.push(path);
        }
    }
    let paths: Vec<&Path> = documents.iter().map(PathBuf::as_path).collect();
    let answers = ask(&parts, &paths);
    assert_eq!(answers.len(), documents.len());
    assert!(answers.len() > BUNDLES.len());
    for (path, answer) in documents.iter().zip(answers) {
        let read = metatype::read(&fs::read(path).unwrap()).unwrap();
        assert_eq!(read.diagnostics, [], "{path:?}");
        assert!(!answer.is_empty());
        assert_eq!(lines(&read.value), answer, "{path:?}");
    }
}

#[test]
fn the_metatypes_of_real_bundles_are_among_their_facts() {
    let parts = Parts::load();
    for (coordinate, count) in BUNDLES {
        let bytes = fs::read(parts.find(coordinate).unwrap()).unwrap();
        let file = RelativePath::new("osgi/modules/a.jar");
        let facts = bundle_facts(&bytes, &file, None).unwrap().unwrap();
        assert_eq!(facts.metatypes.undetermined, Vec::<String>::new());
        let pids: usize = facts
            .metatypes
            .definitions
            .iter()
            .map(|definition| definition.pids.len() + definition.factory_pids.len())
            .sum();
        assert_eq!(pids, *count, "{coordinate}");
    }
}
