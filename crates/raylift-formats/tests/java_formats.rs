//! Manifests against `java.util.jar.Manifest`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "common/cases.rs"]
mod cases;
mod common;

use std::fs;
use std::path::Path;

use cases::{Cases, Entries, generate, pieces};
use proptest::prelude::*;
use raylift_formats::bundle::Manifest;

const MANIFEST: &[&str] = &[
    "Bundle-Name",
    "Bundle-Version",
    "A",
    "a",
    "A b",
    ": ",
    ":",
    " ",
    "value",
    "x,y;z=\"1\"",
    "\n",
    "\r\n",
    "\r",
    "\n ",
    "\r\n ",
    "\r ",
    "ä",
    "😀",
    "\t",
    "Manifest-Version: 1.0\r\n",
    "A: 1\n",
    "B: 2\r",
];

/// Whole headers, folded anywhere, so that most cases are accepted.
fn folded_headers() -> impl Strategy<Value = Vec<u8>> {
    let header = (
        "[A-Za-z][A-Za-z0-9_-]{0,8}",
        "[ -~äß€😀]{0,90}",
        1_usize..72,
        prop::sample::select(vec!["\n", "\r\n", "\r"]),
    );
    prop::collection::vec(header, 0..5).prop_map(|headers| {
        let mut bytes = Vec::new();
        for (name, value, width, line_end) in headers {
            let line = [name.as_bytes(), b": ", value.as_bytes()].concat();
            let first = (name.len() + 2).max(width).min(line.len());
            bytes.extend_from_slice(&line[..first]);
            for part in line[first..].chunks(width) {
                bytes.extend_from_slice(line_end.as_bytes());
                bytes.push(b' ');
                bytes.extend_from_slice(part);
            }
            bytes.extend_from_slice(line_end.as_bytes());
        }
        bytes
    })
}

/// Java also checks what follows the main section; only cases that consist of it can be compared.
fn is_one_section(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    !text.starts_with('\n') && !text.contains("\n\n")
}

/// What the fuzzer of manifests begins with and has found.
fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/manifest_reader");
    let files = fs::read_dir(folder).unwrap();
    files
        .map(|file| fs::read(file.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn manifests_are_read_as_java_reads_them() {
    let mut texts = generate(&folded_headers(), 6_000);
    texts.extend(generate(&pieces(MANIFEST, 14), 8_000));
    texts.extend(corpus());
    texts.retain(|text| is_one_section(text));
    let mut cases = Cases::default();
    texts.iter().for_each(|text| cases.add(b'M', text));
    let answers = cases.answers();
    assert_eq!(answers.len(), texts.len());
    let (mut accepted, mut cut) = (0, 0);
    for (text, answer) in texts.iter().zip(&answers) {
        let read = Manifest::read(text);
        let shown = String::from_utf8_lossy(text);
        let Some(expected) = answer else {
            assert!(read.has_errors(), "Java refuses {shown:?}");
            continue;
        };
        accepted += 1;
        let mut headers = read.value.headers().iter();
        if text.is_empty() || text.ends_with(b"\n") || text.ends_with(b"\r") {
            assert!(
                !read.has_errors(),
                "Java accepts {shown:?}: {:?}",
                read.diagnostics
            );
        } else {
            // Java leaves out the header whose line does not end; this reader keeps it and says so.
            assert!(read.has_errors(), "{shown:?}");
            let last_line = text
                .rsplit(|byte| matches!(byte, b'\n' | b'\r'))
                .next()
                .unwrap_or_default();
            if last_line.starts_with(b" ") || last_line.contains(&b':') {
                cut += 1;
                headers.next_back();
            }
        }
        let found: Entries = headers
            .clone()
            .map(|header| (header.name.to_lowercase(), header.value.clone()))
            .collect();
        for (name, value) in expected {
            assert_eq!(
                found.get(&name.to_lowercase()),
                Some(value),
                "{name} of {shown:?}"
            );
        }
        for header in headers {
            assert!(
                expected
                    .keys()
                    .any(|name| name.eq_ignore_ascii_case(&header.name)),
                "{} of {shown:?}",
                header.name
            );
        }
    }
    assert!(
        accepted > 4_000 && accepted < texts.len(),
        "{accepted} of {} accepted",
        texts.len()
    );
    assert!(cut > 100, "only {cut} cut short");
}
