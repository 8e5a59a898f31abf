//! Properties and edits of them against `java.util.Properties`.
//!
//! `RAYLIFT_CASES` multiplies the number of cases.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "common/cases.rs"]
mod cases;
mod common;

use cases::{Answer, Cases, Entries, generate, pieces};
use proptest::prelude::*;
use raylift_formats::Level;
use raylift_formats::properties::{self, Encoding};
use raylift_formats::splice;

const PIECES: &[&str] = &[
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
    "\u{feff}",
    "\0",
];

fn scale() -> usize {
    std::env::var("RAYLIFT_CASES").map_or(1, |times| times.parse().unwrap())
}

/// Pieces of the format with pieces of characters among them: a mutated file.
fn broken() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        3 => prop::sample::select(PIECES).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::sample::select(vec![
            &b"\xc3"[..], b"\xa4", b"\xe2\x82", b"\xed\xa0\x80", b"\xed\xb0", b"\xf0\x9f\x98", b"\xf4\x90\x80\x80",
            b"\xff\xfe", b"\xc0\x80", b"\xe0\x80\x80", b"\xf8\x88",
        ]).prop_map(<[u8]>::to_vec),
    ];
    prop::collection::vec(part, 0..20).prop_map(|parts| parts.concat())
}

#[test]
fn properties_are_read_as_java_reads_them() {
    let mut texts = generate(&pieces(PIECES, 24), 12_000 * scale());
    texts.extend(generate(&broken(), 6_000 * scale()));
    texts.extend(generate(
        &prop::collection::vec(any::<u8>(), 0..40),
        3_000 * scale(),
    ));
    let readers = [(b'U', Encoding::Utf8), (b'P', Encoding::Latin1)];
    let mut refused = 0;
    for chunk in texts.chunks(50_000) {
        for (reader, encoding) in readers {
            let mut cases = Cases::default();
            chunk.iter().for_each(|text| cases.add(reader, text));
            let answers = cases.answers();
            assert_eq!(answers.len(), chunk.len());
            for (text, answer) in chunk.iter().zip(&answers) {
                compare(text, encoding, answer);
                refused += usize::from(answer.is_none());
            }
        }
    }
    assert!(
        refused > 100 && refused < texts.len(),
        "{refused} refused: the cases say little"
    );
    println!(
        "{} files, each in two encodings; {refused} refused",
        texts.len()
    );
}

fn compare(text: &[u8], encoding: Encoding, answer: &Answer) {
    let read = properties::read(text, encoding);
    let shown = String::from_utf8_lossy(text);
    let Some(expected) = answer else {
        assert!(read.has_errors(), "Java refuses {shown:?}");
        return;
    };
    assert!(!read.has_errors(), "Java accepts {shown:?}");
    let mut before = 0;
    let mut found = Entries::new();
    for entry in read.value.entries() {
        found.insert(entry.key.clone(), entry.value.clone());
        let line = &entry.line_bytes;
        assert!(before <= line.start && line.end <= text.len(), "{shown:?}");
        assert!(line.start <= entry.key_bytes.start, "{shown:?}");
        assert!(entry.key_bytes.end <= entry.value_bytes.start, "{shown:?}");
        assert!(entry.value_bytes.end <= line.end, "{shown:?}");
        before = line.end;
    }
    assert_eq!(found, *expected, "{shown:?} as {encoding:?}");
}

const KEYS: &[&str] = &[
    "a", "a", "b", "b", "key", "key", "value", "b value", "new.key", "=x", "#", "ä", "",
];
const VALUES: &[&str] = &["", "1", " x ", "a\\b", "#:=", "zeile\r\nzwei", "ä😀"];

/// An edit, and what it should make of the map.
fn edited(text: &[u8], number: usize, key: &str, value: &str) -> Option<Vec<u8>> {
    match number % 4 {
        0 => Some(properties::set(text, key, value)),
        1 => Some(properties::remove(text, key, None)),
        2 => Some(properties::remove(text, key, Some("moved to\na module"))),
        _ => properties::rename(text, key, "x:y"),
    }
}

fn expected(before: &Entries, number: usize, key: &str, value: &str) -> Entries {
    let mut map = before.clone();
    match number % 4 {
        0 => {
            map.insert(key.to_owned(), value.to_owned());
        }
        1 | 2 => {
            map.remove(key);
        }
        _ => {
            let value = map.remove(key).unwrap();
            map.insert("x:y".to_owned(), value);
        }
    }
    map
}

#[test]
fn an_edit_changes_for_java_its_own_key_alone() {
    let count = 12_000 * scale();
    let mut texts = generate(&pieces(PIECES, 16), count);
    texts.extend(generate(&broken(), count));
    let keys = generate(&prop::sample::select(KEYS), texts.len());
    let values = generate(&prop::sample::select(VALUES), texts.len());
    let mut compared = [0; 4];
    let all: Vec<usize> = (0..texts.len()).collect();
    for chunk in all.chunks(25_000) {
        let mut cases = Cases::default();
        let mut asked = Vec::new();
        for &number in chunk {
            let (text, key, value) = (&texts[number], keys[number], values[number]);
            if let Some(after) = edited(text, number, key, value) {
                cases.add(b'U', text);
                cases.add(b'U', &after);
                asked.push((number, after));
            }
        }
        for (pair, (number, after)) in cases.answers().chunks(2).zip(&asked) {
            let (text, key, value) = (&texts[*number], keys[*number], values[*number]);
            let [Some(before), Some(found)] = pair else {
                continue;
            };
            // A lone backslash at the very end is an empty key; it cannot survive a line after it.
            if number % 4 == 0 && before.contains_key("") && !key.is_empty() {
                continue;
            }
            assert_eq!(
                *found,
                expected(before, *number, key, value),
                "edit {} of {key:?} ({value:?}): {:?} became {:?}",
                number % 4,
                String::from_utf8_lossy(text),
                String::from_utf8_lossy(after)
            );
            compared[number % 4] += usize::from(before.contains_key(key) || number % 4 == 0);
        }
    }
    println!("{compared:?} set, removed, commented out, renamed");
    assert!(
        compared.iter().all(|count| *count > 70 * scale()),
        "{compared:?}"
    );
}

#[test]
fn nothing_but_the_entry_changes() {
    for text in generate(&broken(), 4_000) {
        for key in ["a", "key"] {
            let read = properties::read(&text, Encoding::Utf8).value;
            let own: Vec<_> = read
                .entries()
                .iter()
                .filter(|entry| entry.key == key)
                .collect();
            let mut left: Vec<u8> = Vec::new();
            let mut at = 0;
            for entry in &own {
                left.extend_from_slice(&text[at..entry.line_bytes.start]);
                at = entry.line_bytes.end;
            }
            left.extend_from_slice(&text[at..]);
            assert_eq!(properties::remove(&text, key, None), left);
            if own.is_empty() {
                assert!(properties::remove_splices(&text, key, Some("x")).is_empty());
            }
        }
        assert_eq!(splice::apply(&text, &[]).unwrap(), text);
    }
}

fn remarks(bytes: &[u8], encoding: Encoding) -> Vec<(u32, Level)> {
    properties::read(bytes, encoding)
        .diagnostics
        .iter()
        .map(|remark| (remark.line, remark.severity))
        .collect()
}

#[test]
fn what_is_wrong_is_said_at_its_line() {
    let warning = Level::Warning;
    for (bytes, expected) in [
        (&b"a=1\n"[..], vec![]),
        (b"\xef\xbb\xbfa=1\n", vec![(1, warning)]),
        (b"\xff\xfea\0=\0", vec![(1, warning)]),
        (b"a=1\nb=\0\n#\0\n", vec![(2, warning), (3, warning)]),
        (b"a=\xc3\xa4\nb=x,\\\r\n  \xe4\n", vec![(3, warning)]),
        (b"a=1\rb=2\r", vec![(1, Level::Note)]),
        (b"a=1\n\nb=\\\n\\u12\n", vec![(3, Level::Error)]),
        (b"a=1\n#\na=2\n", vec![(3, warning)]),
        (b"a=\\ud83dx\n", vec![(1, warning)]),
    ] {
        assert_eq!(
            remarks(bytes, Encoding::Utf8),
            expected,
            "{:?}",
            String::from_utf8_lossy(bytes)
        );
    }
    assert_eq!(
        remarks("a=1\nb=ä\n".as_bytes(), Encoding::Latin1),
        [(2, warning)]
    );
    assert_eq!(remarks(b"a=\xe4\n", Encoding::Latin1), []);
    let many = remarks(&b"a=\xe4\n".repeat(5_000), Encoding::Utf8);
    assert!(many.len() < 2_100, "{}", many.len());
}
