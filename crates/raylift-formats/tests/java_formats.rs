//! Properties and manifests against `java.util.Properties` and `java.util.jar.Manifest`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use raylift_formats::bundle::Manifest;
use raylift_formats::properties::{self, Encoding};

type Entries = BTreeMap<String, String>;

/// What Java understood of one case; `None` when it refused it.
type Answer = Option<Entries>;

struct Cases {
    bytes: Vec<u8>,
}

impl Cases {
    fn add(&mut self, reader: u8, case: &[u8]) {
        self.bytes.push(reader);
        self.bytes
            .extend_from_slice(&u32::try_from(case.len()).unwrap().to_be_bytes());
        self.bytes.extend_from_slice(case);
    }

    fn answers(&self) -> Vec<Answer> {
        let file = std::env::temp_dir().join(format!(
            "raylift-formats-{}-{}",
            std::process::id(),
            self.bytes.len()
        ));
        fs::write(&file, &self.bytes).unwrap();
        let printed = String::from_utf8(common::run_java(
            &[],
            &common::oracle("Formats.java"),
            &[&file],
        ))
        .unwrap();
        fs::remove_file(&file).unwrap();
        let mut answers: Vec<Answer> = Vec::new();
        for line in printed.lines() {
            match (line, line.split_once('\t')) {
                ("ok", _) => answers.push(Some(Entries::new())),
                ("refused", _) => answers.push(None),
                (_, Some((key, value))) => {
                    let last = answers.last_mut().unwrap().as_mut().unwrap();
                    last.insert(from_units(key), from_units(value));
                }
                _ => panic!("{line}"),
            }
        }
        answers
    }
}

fn from_units(hexadecimal: &str) -> String {
    let units: Vec<u16> = hexadecimal
        .as_bytes()
        .chunks(4)
        .map(|digits| u16::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect();
    String::from_utf16_lossy(&units)
}

fn generate<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

/// Pieces that matter to the format, mixed with others.
fn pieces(pieces: &'static [&'static str], longest: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(pieces), 0..longest)
        .prop_map(|parts| parts.concat().into_bytes())
}

const PROPERTIES: &[&str] = &[
    "a",
    "b",
    "key",
    "value",
    "=",
    ":",
    " ",
    "\t",
    "\u{c}",
    "\\",
    "\\\\",
    "\n",
    "\r",
    "\r\n",
    "#",
    "!",
    "\\\n",
    "\\\r\n",
    "\\\r",
    "\\u0041",
    "\\u00e4",
    "\\ud83d\\ude00",
    "\\u12",
    "\\t",
    "\\=",
    "\\ ",
    "ä",
    "€",
    "😀",
    "\\\n  ",
    ",",
];

#[test]
fn properties_are_read_as_java_reads_them() {
    let mut texts = generate(&pieces(PROPERTIES, 24), 12_000);
    let arbitrary = generate(&prop::collection::vec(any::<u8>(), 0..40), 3_000);
    let mut cases = Cases { bytes: Vec::new() };
    texts.iter().for_each(|text| cases.add(b'U', text));
    texts
        .iter()
        .chain(&arbitrary)
        .for_each(|text| cases.add(b'P', text));
    let answers = cases.answers();
    let latin_1 = texts.iter().chain(&arbitrary).cloned().collect::<Vec<_>>();
    assert_eq!(answers.len(), texts.len() + latin_1.len());
    let encodings =
        std::iter::repeat_n(Encoding::Utf8, texts.len()).chain(std::iter::repeat(Encoding::Latin1));
    texts.extend(latin_1);
    let mut refused = 0;
    for ((text, encoding), answer) in texts.iter().zip(encodings).zip(&answers) {
        let read = properties::read(text, encoding);
        let shown = String::from_utf8_lossy(text);
        match answer {
            None => {
                refused += 1;
                assert!(read.has_errors(), "Java refuses {shown:?}");
            }
            Some(expected) => {
                assert!(!read.has_errors(), "Java accepts {shown:?}");
                let entries = read.value.entries().iter();
                let found: Entries = entries
                    .map(|entry| (entry.key.clone(), entry.value.clone()))
                    .collect();
                assert_eq!(found, *expected, "{shown:?} as {encoding:?}");
            }
        }
    }
    assert!(
        refused > 100 && refused < texts.len() / 2,
        "{refused} refused: the cases say little"
    );
}

#[test]
fn setting_one_key_changes_for_java_this_key_alone() {
    let texts = generate(&pieces(PROPERTIES, 16), 5_000);
    let keys = generate(
        &prop::sample::select(vec!["a", "key", "b value", "new.key", "=x", "#", "ä"]),
        texts.len(),
    );
    let values = generate(
        &prop::sample::select(vec!["", "1", " x ", "a\\b", "#:=", "zeile\r\nzwei", "ä😀"]),
        texts.len(),
    );
    let mut cases = Cases { bytes: Vec::new() };
    for ((text, key), value) in texts.iter().zip(&keys).zip(&values) {
        cases.add(b'U', text);
        cases.add(b'U', &properties::set(text, key, value));
    }
    let answers = cases.answers();
    let mut compared = 0;
    for (pair, (text, (key, value))) in answers
        .chunks(2)
        .zip(texts.iter().zip(keys.iter().zip(&values)))
    {
        let [Some(before), Some(after)] = pair else {
            continue;
        };
        // A lone backslash at the very end is an empty key; it cannot survive a line after it.
        if before.contains_key("") {
            continue;
        }
        let mut expected = before.clone();
        expected.insert((*key).to_owned(), (*value).to_owned());
        assert_eq!(
            *after,
            expected,
            "{:?} with {key:?} set to {value:?}",
            String::from_utf8_lossy(text)
        );
        compared += 1;
    }
    assert!(compared > texts.len() / 2, "only {compared} compared");
}

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
    let mut cases = Cases { bytes: Vec::new() };
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
