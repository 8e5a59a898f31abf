//! Configuration files against Felix's file install 3.6.4 (7.2), against the specification of the later reader
//! (`java/oracle/Config.java`), and against Liferay's own class where it can be had.
//!
//! The number of cases is multiplied by `RAYLIFT_CONFIG_ROUNDS`; `RAYLIFT_LIFERAY_CLASSES` names a class path with
//! `com.liferay.portal.file.install.properties`, of a home's `osgi/static`, and what it links against.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says how much it compared"
)]

mod common;
#[path = "config_cases/mod.rs"]
mod config_cases;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use config_cases::{Case, cfg_files, files, keys_and_values};
use raylift_formats::config::{
    self, Config, ConfigEntry, Dialect, FileKind, Reading, Shape, ValueType, Variable,
};

/// What arrives at the Configuration Admin: for each key its type, its shape, its values.
type Entries = BTreeMap<String, (String, String, Vec<String>)>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    Entries(Entries),
    Refused,
    Hangs,
}

/// The system properties of `Config.java`; no other is set.
fn variable(name: &str) -> Variable {
    match name {
        "known" => Variable::Set("a \"value\"".to_owned()),
        "number" => Variable::Set("42".to_owned()),
        "open" => Variable::Set("${kno".to_owned()),
        "back" => Variable::Set("x\\\\".to_owned()),
        "empty" => Variable::Set(String::new()),
        _ => Variable::Unset,
    }
}

fn reading(letter: u8) -> Reading<'static> {
    let (dialect, kind) = match letter {
        b'F' => (Dialect::Felix, FileKind::Config),
        b'C' => (Dialect::Liferay, FileKind::Cfg),
        _ => (Dialect::Liferay, FileKind::Config),
    };
    Reading {
        variable: &variable,
        ..Reading::new(dialect, kind)
    }
}

fn class_path() -> Vec<PathBuf> {
    let parts = common::Parts::load();
    let mut class_path: Vec<PathBuf> = [
        "org.apache.felix:org.apache.felix.fileinstall:3.6.4",
        "org.apache.felix:org.apache.felix.configadmin:1.9.16",
        "org.osgi:org.osgi.core:6.0.0",
    ]
    .iter()
    .map(|coordinate| parts.find(coordinate).unwrap().to_owned())
    .collect();
    if let Some(more) = std::env::var_os("RAYLIFT_LIFERAY_CLASSES") {
        class_path.extend(std::env::split_paths(&more));
    }
    class_path
}

fn has_liferay_classes() -> bool {
    std::env::var_os("RAYLIFT_LIFERAY_CLASSES").is_some()
}

fn rounds() -> usize {
    std::env::var("RAYLIFT_CONFIG_ROUNDS").map_or(1, |text| text.parse().unwrap())
}

/// Asks Java about cases, each a letter for the reader and the bytes.
fn ask(cases: &[(u8, &[u8])]) -> Vec<Answer> {
    let mut bytes = Vec::new();
    for (reader, case) in cases {
        bytes.push(*reader);
        bytes.extend_from_slice(&u32::try_from(case.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(case);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases");
    fs::write(&file, bytes).unwrap();
    let class_path = class_path();
    let class_path: Vec<_> = class_path.iter().map(PathBuf::as_path).collect();
    let printed = common::run_java(&class_path, &common::oracle("Config.java"), &[&file]);
    let mut answers: Vec<Answer> = Vec::new();
    for line in String::from_utf8(printed).unwrap().lines() {
        match line {
            "ok" => answers.push(Answer::Entries(Entries::new())),
            "refused" => answers.push(Answer::Refused),
            "hangs" => answers.push(Answer::Hangs),
            _ => {
                let mut fields = line.split('\t').map(str::to_owned);
                let key = fields.next().unwrap();
                let value_type = fields.next().unwrap();
                let shape = fields.next().unwrap();
                let Some(Answer::Entries(entries)) = answers.last_mut() else {
                    panic!("{line}");
                };
                entries.insert(text(&key), (value_type, shape, fields.collect()));
            }
        }
    }
    assert_eq!(answers.len(), cases.len());
    answers
}

fn text(hexadecimal: &str) -> String {
    let units: Vec<u16> = hexadecimal
        .as_bytes()
        .chunks(4)
        .map(|digits| u16::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect();
    String::from_utf16_lossy(&units)
}

/// What raylift read, as `Config.java` would print it.
fn described(config: &Config) -> Entries {
    let entry = |entry: &ConfigEntry| {
        let texts = entry.shape.texts();
        let is_empty_collection = matches!(entry.shape, Shape::Collection(_)) && texts.is_empty();
        let value_type = if is_empty_collection {
            "?"
        } else {
            entry.value_type.name()
        };
        let values = texts.iter().map(|text| value(entry.value_type, text));
        (
            value_type.to_owned(),
            entry.shape.name().to_owned(),
            values.collect(),
        )
    };
    config
        .entries
        .iter()
        .map(|one| (one.key.clone(), entry(one)))
        .collect()
}

fn value(value_type: ValueType, text: &str) -> String {
    match value_type {
        ValueType::Float => {
            let number: f32 = text.parse().unwrap();
            let bits = if number.is_nan() {
                0x7fc0_0000
            } else {
                number.to_bits()
            };
            bits.cast_signed().to_string()
        }
        ValueType::Double => {
            let number: f64 = text.parse().unwrap();
            let bits = if number.is_nan() {
                0x7ff8_0000_0000_0000
            } else {
                number.to_bits()
            };
            bits.cast_signed().to_string()
        }
        _ => text.to_owned(),
    }
}

/// Texts of Java come as code units, so that they are shown as they are; those of numbers with a point as bits.
fn comparable(entries: Entries) -> Entries {
    let is_text = |value_type: &str| !matches!(value_type, "Float" | "Double");
    entries
        .into_iter()
        .map(|(key, (value_type, shape, values))| {
            let values = if is_text(&value_type) {
                values.iter().map(|value| text(value)).collect()
            } else {
                values
            };
            (key, (value_type, shape, values))
        })
        .collect()
}

fn ours(letter: u8, bytes: &[u8]) -> (Answer, Vec<String>) {
    let read = config::read_with(bytes, &reading(letter));
    let messages: Vec<String> = read.diagnostics.iter().map(ToString::to_string).collect();
    let says = |words: &str| messages.iter().any(|message| message.contains(words));
    let answer = match read.value.refused {
        true if says("without end") => Answer::Hangs,
        true => Answer::Refused,
        false => Answer::Entries(described(&read.value)),
    };
    (answer, messages)
}

/// How often each outcome came, so that a run that compares nothing is noticed.
#[derive(Debug, Default)]
struct Counts {
    compared: usize,
    refused: usize,
    keys: usize,
    several: usize,
    left_out: usize,
    hangs: usize,
}

/// Cases where raylift answers "not determined", which Java does not know.
fn is_left_out(bytes: &[u8], messages: &[String]) -> bool {
    bytes.first() == Some(&b'<')
        || messages
            .iter()
            .any(|message| message.contains("not determined"))
}

fn compare(letter: u8, cases: &[Case]) -> Counts {
    let mut counts = Counts::default();
    let mut asked: Vec<(&[u8], Answer, Vec<String>)> = Vec::new();
    for case in cases {
        let (answer, messages) = ours(letter, case);
        if is_left_out(case, &messages) {
            counts.left_out += 1;
        } else if answer == Answer::Hangs && counts.hangs >= 1 {
            // Each costs a thread that never ends.
            counts.left_out += 1;
        } else {
            counts.hangs += usize::from(answer == Answer::Hangs);
            asked.push((case, answer, messages));
        }
    }
    let questions: Vec<(u8, &[u8])> = asked.iter().map(|(case, ..)| (letter, *case)).collect();
    let mut disagreements = Vec::new();
    for ((case, ours, messages), java) in asked.iter().zip(ask(&questions)) {
        let java = match java {
            Answer::Entries(entries) => Answer::Entries(comparable(entries)),
            other => other,
        };
        counts.compared += 1;
        match &java {
            Answer::Entries(entries) => {
                counts.keys += entries.len();
                counts.several += entries.values().filter(|entry| entry.1 != "scalar").count();
            }
            _ => counts.refused += 1,
        }
        if *ours != java {
            disagreements.push(format!(
                "{:?}\n  ours {ours:?}\n  Java {java:?}\n  {messages:?}",
                String::from_utf8_lossy(case)
            ));
        }
    }
    println!(
        "reader {}: {counts:?}, {} disagreements",
        char::from(letter),
        disagreements.len()
    );
    let shown = disagreements.len().min(8);
    assert!(
        disagreements.is_empty(),
        "{} disagreements:\n{}",
        disagreements.len(),
        disagreements[..shown].join("\n")
    );
    counts
}

#[test]
fn cfg_files_are_read_as_felix_reads_them() {
    let counts = compare(b'F', &cfg_files(2_000 * rounds(), 7));
    assert!(counts.keys > counts.compared, "{counts:?}");
}

#[test]
fn files_are_read_as_felix_reads_them() {
    let counts = compare(b'F', &files(4_000 * rounds(), 1));
    assert!(counts.keys > counts.compared, "{counts:?}");
    assert!(
        counts.refused > counts.compared / 20 && counts.refused < counts.compared / 2,
        "{counts:?}"
    );
    assert!(counts.several > counts.compared / 20, "{counts:?}");
}

#[test]
fn files_are_read_as_the_later_reader_is_specified() {
    let letters: &[u8] = if has_liferay_classes() { b"SL" } else { b"S" };
    for letter in letters {
        let counts = compare(*letter, &files(4_000 * rounds(), 2));
        assert!(counts.keys > counts.compared / 2, "{counts:?}");
        assert!(
            counts.refused > counts.compared / 20 && counts.refused < counts.compared / 2,
            "{counts:?}"
        );
        assert!(counts.several > counts.compared / 20, "{counts:?}");
        assert!(counts.hangs > 0, "{counts:?}");
    }
}

#[test]
fn cfg_files_are_read_as_liferays_class_reads_them() {
    // The class lies in no public repository; without it there is nothing to ask.
    if has_liferay_classes() {
        let counts = compare(b'C', &cfg_files(4_000 * rounds(), 3));
        assert!(counts.keys > counts.compared / 2, "{counts:?}");
    }
}

#[test]
fn every_file_is_written_back_as_it_was() {
    for bytes in config_cases::corpus() {
        for dialect in [Dialect::Felix, Dialect::Liferay] {
            for entry in config::read_as(&bytes, dialect).value.entries {
                if config::is_key(&entry.key) {
                    let set =
                        config::set(&bytes, dialect, &entry.key, entry.value_type, &entry.shape);
                    assert_eq!(set.unwrap(), bytes);
                }
            }
            assert_eq!(
                config::remove(&bytes, dialect, "no.such.key").unwrap_or(bytes.clone()),
                bytes
            );
        }
    }
}

/// Java reads the edited file as the old one with this one difference.
#[test]
fn an_edit_changes_one_key_for_java() {
    let all = files(1_500 * rounds(), 5);
    let new = keys_and_values(all.len(), 6);
    for (letter, dialect) in [(b'F', Dialect::Felix), (b'S', Dialect::Liferay)] {
        let mut questions: Vec<(u8, Vec<u8>)> = Vec::new();
        let mut edits = Vec::new();
        for (bytes, entries) in all.iter().zip(&new) {
            let key = ["a", "b", "new.key"][bytes.len() % 3];
            let value = &entries[0];
            let set = config::set(bytes, dialect, key, value.value_type, &value.shape);
            let removed = config::remove(bytes, dialect, key);
            // Variables are set for Java and not known to an edit: a file may be refused for what is in them.
            let (Ok(set), Ok(removed)) = (set, removed) else {
                continue;
            };
            if bytes.windows(2).any(|pair| pair == b"${") {
                continue;
            }
            questions.extend([bytes, &set, &removed].map(|bytes| (letter, bytes.clone())));
            edits.push((key, value));
        }
        let questions: Vec<(u8, &[u8])> = questions
            .iter()
            .map(|(letter, bytes)| (*letter, &bytes[..]))
            .collect();
        let answers = ask(&questions);
        for ((key, value), answers) in edits.iter().zip(answers.chunks(3)) {
            let [
                Answer::Entries(before),
                Answer::Entries(set),
                Answer::Entries(removed),
            ] = answers
            else {
                panic!("{key} {value:?}: {answers:?}");
            };
            let mut expected = comparable(before.clone());
            expected.remove(*key);
            assert_eq!(comparable(removed.clone()), expected);
            let one = Config {
                entries: vec![ConfigEntry {
                    key: (*key).to_owned(),
                    ..(*value).clone()
                }],
                ..Config::default()
            };
            expected.extend(described(&one));
            assert_eq!(comparable(set.clone()), expected);
        }
        println!("reader {}: {} edits", char::from(letter), edits.len());
        assert!(edits.len() > all.len() / 5, "only {} edits", edits.len());
    }
}

#[test]
fn what_is_written_is_read_back_by_java() {
    let all = keys_and_values(600 * rounds(), 4);
    let texts: Vec<Vec<u8>> = all
        .iter()
        .map(|entries| config::write(entries).into_bytes())
        .collect();
    let letters: &[u8] = if has_liferay_classes() { b"FSL" } else { b"FS" };
    for letter in letters {
        let questions: Vec<(u8, &[u8])> = texts.iter().map(|text| (*letter, &text[..])).collect();
        for (entries, answer) in all.iter().zip(ask(&questions)) {
            let config = Config {
                entries: entries.clone(),
                ..Config::default()
            };
            let Answer::Entries(java) = answer else {
                panic!("{answer:?} for {entries:?}");
            };
            assert_eq!(comparable(java), described(&config));
        }
    }
}
