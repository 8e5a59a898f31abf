//! Configuration files for tests: put together out of what matters to the readers, mutated, and collected ones.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config as RunnerConfig, RngAlgorithm, TestRng, TestRunner};
use raylift_formats::config::{ConfigEntry, Shape, ValueType};

/// The bytes of one file.
pub(crate) type Case = Vec<u8>;

fn runner(seed: u8) -> TestRunner {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    TestRunner::new_with_rng(RunnerConfig::default(), rng)
}

fn generate<S: Strategy>(strategy: &S, count: usize, seed: u8) -> Vec<S::Value> {
    let mut runner = runner(seed);
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

const KEYS: &[&str] = &[
    "a", "b", "c", "key.one", "K-2_x", "A", "known", "ä", "a\\ b", "a\\:b", "\\u0061", "x y", "",
    "\\u00", "é\\=",
];
const SEPARATORS: &[&str] = &[
    "=", " = ", ":", " ", "\t=\t", "==", "= ", " : ", "=\u{b}", "\\=",
];
const LINE_ENDS: &[&str] = &["\n", "\r\n", "\r", "\n\n", "\n \n", "\r\n\r\n", ""];
const JOINTS: &[&str] = &[
    ",", ", ", ",\\\n  ", ",\\\r\n", " , ", ",,", " ", ",\\\r\t", ",\n", "\\,",
];
const TEXTS: &[&str] = &[
    "",
    "x",
    "value",
    "a b",
    "ä",
    "€",
    "😀",
    "\\\"",
    "\\\\",
    "\\\\\\\\",
    "\\=",
    "\\ ",
    "\\t",
    "\\n",
    "\\r",
    "\\b",
    "\\f",
    "\\u0041",
    "\\u00e4",
    "\\ud83d",
    "\\u+041",
    "\\u-001",
    "\\u12",
    "\\u12g4",
    "\\u\u{ff10}\u{ff11}\u{ff12}\u{ff26}",
    "\\{",
    "\\}",
    "{",
    "}",
    "$",
    "${",
    "${a}",
    "${b}",
    "${c}",
    "${known}",
    "${open}wn}",
    "${unknown.name}",
    "${}",
    "${number}",
    "${back}",
    "${empty}",
    "${empty:-full}",
    "${known:+on}",
    "${no:-${number}}",
    "${no:+x}",
    "${a:-b:+c}",
    "$__{a}",
    "$\\{a\\}",
    "${a\\}",
    "${a\\}b}",
    "}${",
    "env:X",
    "${env:NO_SUCH_NAME}",
    "\t",
    "\u{c}",
    "\u{b}",
    "\u{0}",
    "#",
    "!",
    "'",
    "\\'",
    "[",
    "]",
    "(",
    ")",
    ",",
    "\u{a0}",
    "\u{2003}",
    "\u{feff}",
    "\\\n",
    "\\\n  ",
    "\\\r\n",
];
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "+7",
    "127",
    "128",
    "-128",
    "32767",
    "32768",
    "2147483647",
    "2147483648",
    "-2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "1.5",
    ".5",
    "1.",
    ".",
    "1.5e3",
    "1.5E-400",
    "1.0e400",
    "1.5f",
    "1.5D",
    "1.e",
    " 1.5 ",
    " 1",
    "1e5",
    "NaN",
    "Infinity",
    "NaN.",
    "1065353216",
    "4607182418800017408",
    "٣",
    "1٣",
    "\u{ff11}",
    "0.1",
    "3.4028236e38",
    "1.17549435E-38",
    "0.30000001192092896",
    "123456789.123456789",
    "-0.0",
    "1_000",
    "0x1F",
    "true",
    "TRUE",
    "false",
    "yes",
    "",
];

fn element() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::collection::vec(select(TEXTS), 0..4).prop_map(|parts| parts.concat()),
        3 => select(NUMBERS).prop_map(str::to_owned),
        1 => "[ -~]{0,6}",
    ]
}

fn quoted() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => element().prop_map(|text| format!("\"{text}\"")),
        1 => element(),
        1 => element().prop_map(|text| format!("\"{text}")),
    ]
}

fn several(open: &'static str, close: &'static str) -> impl Strategy<Value = String> {
    (
        prop::collection::vec((quoted(), select(JOINTS)), 0..4),
        prop::bool::weighted(0.7),
        select(vec!["", " ", "\\\n  ", "\\\r\n", " \\\n"]),
    )
        .prop_map(move |(elements, plain, inner)| {
            let mut text = format!("{open}{inner}");
            let count = elements.len();
            for (index, (element, joint)) in elements.into_iter().enumerate() {
                text.push_str(&element);
                if index + 1 < count {
                    text.push_str(if plain { "," } else { joint });
                }
            }
            text + inner + close
        })
}

fn value() -> impl Strategy<Value = String> {
    let letter = select(vec![
        "", "", "", "", "T", "I", "L", "F", "D", "X", "S", "C", "B", "i", "l", "f", "d", "x", "s",
        "c", "b", "t", "K", " ",
    ]);
    let body = prop_oneof![
        8 => quoted(),
        4 => several("[", "]"),
        2 => several("(", ")"),
        1 => several("{", "}"),
        1 => element(),
        1 => (quoted(), quoted()).prop_map(|(left, right)| left + " " + &right),
    ];
    let end = select(vec!["", "", "", "", "", " ", "\t", "\\", ";", " #"]);
    (letter, body, end).prop_map(|(letter, body, end)| format!("{letter}{body}{end}"))
}

/// A value that fits its letter, so that whole files are accepted.
fn fitting() -> impl Strategy<Value = String> {
    let number = |letter: &'static str, texts: &'static [&'static str]| {
        let shape = select(vec![("", ""), ("[", "]")]);
        (shape, prop::collection::vec(select(texts), 1..3)).prop_map(
            move |((open, close), texts)| {
                let quoted: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
                if open.is_empty() {
                    format!("{letter}{}", quoted[0])
                } else {
                    format!("{letter}{open}{}{close}", quoted.join(","))
                }
            },
        )
    };
    prop_oneof![
        3 => "[a-z A-Z0-9./:\\\\,'äé€$_-]{0,12}".prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\"))),
        1 => number("I", &["0", "-1", "2147483647", "+5", "٣"]),
        1 => number("L", &["0", "9223372036854775807"]),
        1 => number("F", &["0.1", "1.5f", "1065353216", "-0.0", "16777217.0", " 2.5e-3D "]),
        1 => number("D", &["0.1", "4607182418800017408", "1.7976931348623157e308", "4.9E-324", ".5"]),
        1 => number("X", &["127", "-128"]),
        1 => number("S", &["32767", "-32768"]),
        1 => number("C", &["x", "\\u00e4", "long", "\\\"", "😀"]),
        1 => number("B", &["true", "FALSE", "no"]),
    ]
}

fn line() -> impl Strategy<Value = String> {
    let key = prop_oneof![6 => select(vec!["a", "b", "c", "key.one", "K-2_x"]), 1 => select(KEYS)];
    let separator = prop_oneof![8 => Just("="), 2 => Just(" = "), 1 => select(SEPARATORS)];
    let value = prop_oneof![5 => fitting(), 5 => value()];
    let end = prop_oneof![8 => select(vec!["\n", "\r\n"]), 1 => select(LINE_ENDS)];
    let comment = (
        select(vec!["# comment", " #", "#a=\"b\"", "!x", "#\\"]),
        select(LINE_ENDS),
    )
        .prop_map(|(text, end)| format!("{text}{end}"));
    prop_oneof![
        20 => (key, separator, value, end).prop_map(|(key, separator, value, end)| format!("{key}{separator}{value}{end}")),
        2 => comment,
        1 => prop::collection::vec(select(TEXTS), 1..6).prop_map(|parts| parts.concat() + "\n"),
    ]
}

/// Pieces of a file in any order.
fn jumble() -> impl Strategy<Value = Case> {
    let piece = prop_oneof![
        4 => select(TEXTS),
        2 => select(KEYS),
        2 => select(SEPARATORS),
        2 => select(LINE_ENDS),
        1 => select(NUMBERS),
        2 => select(vec!["\"", "a=\"", "\"\n", "I[", "]", "(", ")"]),
    ];
    prop::collection::vec(piece, 0..16).prop_map(|parts| parts.concat().into_bytes())
}

fn mutated(original: impl Strategy<Value = Case>) -> impl Strategy<Value = Case> {
    let byte = prop_oneof![3 => select(b"\"\\=[](){}$,\n\r \t#IBF:\x00\xff\xc3\xed\xa0".to_vec()), 1 => any::<u8>()];
    (
        original,
        prop::collection::vec((any::<prop::sample::Index>(), byte, 0..3_u8), 0..4),
    )
        .prop_map(|(mut bytes, changes)| {
            for (place, byte, how) in changes {
                if bytes.is_empty() {
                    break;
                }
                let place = place.index(bytes.len());
                match how {
                    0 => bytes[place] = byte,
                    1 => bytes.insert(place, byte),
                    _ => {
                        bytes.remove(place);
                    }
                }
            }
            bytes
        })
}

/// The collected files: the corpus of the fuzz target.
pub(crate) fn corpus() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/config_reader");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| fs::read(file).unwrap())
        .filter(|bytes| bytes.len() < 20_000)
        .collect()
}

/// About as many files as wanted, always the same for a seed.
pub(crate) fn files(count: usize, seed: u8) -> Vec<Case> {
    let whole = || {
        prop_oneof![
            3 => prop::collection::vec(line(), 0..5).prop_map(|lines| lines.concat().into_bytes()),
            2 => prop::collection::vec(
                (select(vec!["a", "b", "c", "d", "e.f"]), fitting()),
                1..5
            )
            .prop_map(|lines| {
                lines
                    .into_iter()
                    .map(|(key, value)| format!("{key}={value}\r\n"))
                    .collect::<String>()
                    .into_bytes()
            }),
        ]
    };
    let mut files = generate(&whole(), count / 2, seed);
    files.extend(generate(&mutated(whole()), count / 4, seed));
    files.extend(generate(&jumble(), count / 8, seed));
    let collected = corpus();
    files.extend(collected.iter().cloned());
    files.extend(generate(&mutated(select(collected)), count / 8, seed));
    files
}

/// Files with plain keys and values, always the same for a seed.
pub(crate) fn cfg_files(count: usize, seed: u8) -> Vec<Case> {
    let value = prop_oneof![3 => element(), 1 => "[a-z ,.:/\\\\]{0,9}"];
    let line = (select(KEYS), select(SEPARATORS), value, select(LINE_ENDS)).prop_map(
        |(key, separator, value, end)| {
            let separator = if separator.contains('=') {
                separator
            } else {
                "="
            };
            format!("{key}{separator}{value}{end}")
        },
    );
    let comment = select(vec!["# a=b\n", "!\n", " # c = d\n", "\n"]).prop_map(str::to_owned);
    let whole = || {
        prop::collection::vec(prop_oneof![8 => line.clone(), 1 => comment.clone()], 1..4)
            .prop_map(|lines| lines.concat().into_bytes())
    };
    let mut files = generate(&whole(), count * 3 / 4, seed);
    files.extend(generate(&mutated(whole()), count / 4, seed));
    files
}

/// Entries of every type and form that 7.2 knows, with texts that are hard to write.
pub(crate) fn keys_and_values(count: usize, seed: u8) -> Vec<Vec<ConfigEntry>> {
    let text = prop_oneof![
        2 => prop::collection::vec(select(TEXTS), 0..5).prop_map(|parts| parts.concat()),
        1 => any::<String>(),
        1 => "[\\\\${}_\" =u0041]{0,12}",
    ];
    let typed = prop_oneof![
        4 => prop::collection::vec(text, 1..4).prop_map(|texts| (ValueType::String, texts)),
        1 => prop::collection::vec(any::<i32>(), 1..4).prop_map(|all| (ValueType::Integer, texts(&all))),
        1 => prop::collection::vec(any::<i64>(), 1..4).prop_map(|all| (ValueType::Long, texts(&all))),
        1 => prop::collection::vec(any::<i16>(), 1..4).prop_map(|all| (ValueType::Short, texts(&all))),
        1 => prop::collection::vec(any::<i8>(), 1..4).prop_map(|all| (ValueType::Byte, texts(&all))),
        1 => prop::collection::vec(any::<bool>(), 1..4).prop_map(|all| (ValueType::Boolean, texts(&all))),
        1 => prop::collection::vec("[\\u{0}-\\u{d7ff}]", 1..4).prop_map(|all| (ValueType::Character, all)),
        1 => prop::collection::vec(any::<u32>().prop_map(f32::from_bits), 1..4)
            .prop_map(|all| (ValueType::Float, all.iter().map(|one| named(format!("{one:?}"))).collect())),
        1 => prop::collection::vec(any::<u64>().prop_map(f64::from_bits), 1..4)
            .prop_map(|all| (ValueType::Double, all.iter().map(|one| named(format!("{one:?}"))).collect())),
    ];
    let entry = (typed, any::<bool>()).prop_map(|((value_type, texts), array)| ConfigEntry {
        key: String::new(),
        value_type,
        shape: if array {
            Shape::Array(texts)
        } else {
            Shape::Scalar(texts[0].clone())
        },
        line: 1,
    });
    let mut all = generate(&prop::collection::vec(entry, 1..6), count, seed);
    for entries in &mut all {
        for (entry, line) in entries.iter_mut().zip(1..) {
            entry.key = format!("key-{line}_x.y");
            entry.line = line;
        }
    }
    all
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(T::to_string).collect()
}

fn named(text: String) -> String {
    match text.as_str() {
        "inf" => "Infinity".to_owned(),
        "-inf" => "-Infinity".to_owned(),
        _ => text,
    }
}
