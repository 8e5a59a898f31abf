//! Cases that the JDK's own readers answer.

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Keys and values.
pub(crate) type Entries = BTreeMap<String, String>;

/// What Java understood of one case; `None` when it refused it.
pub(crate) type Answer = Option<Entries>;

/// Cases for `Formats.java`.
#[derive(Default)]
pub(crate) struct Cases {
    bytes: Vec<u8>,
}

impl Cases {
    pub(crate) fn add(&mut self, reader: u8, case: &[u8]) {
        self.bytes.push(reader);
        self.bytes
            .extend_from_slice(&u32::try_from(case.len()).unwrap().to_be_bytes());
        self.bytes.extend_from_slice(case);
    }

    pub(crate) fn answers(&self) -> Vec<Answer> {
        let file = std::env::temp_dir().join(format!(
            "raylift-formats-{}-{}",
            std::process::id(),
            self.bytes.len()
        ));
        fs::write(&file, &self.bytes).unwrap();
        let printed = String::from_utf8(crate::common::run_java(
            &[],
            &crate::common::oracle("Formats.java"),
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

/// Text of hexadecimal UTF-16 units.
pub(crate) fn from_units(hexadecimal: &str) -> String {
    let units: Vec<u16> = hexadecimal
        .as_bytes()
        .chunks(4)
        .map(|digits| u16::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect();
    String::from_utf16_lossy(&units)
}

/// The same values in every run.
pub(crate) fn generate<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

/// Pieces that matter to the format, mixed with others.
pub(crate) fn pieces(
    pieces: &'static [&'static str],
    longest: usize,
) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(pieces), 0..longest)
        .prop_map(|parts| parts.concat().into_bytes())
}
