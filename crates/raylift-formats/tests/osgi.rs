//! OSGi versions, ranges and filters against the framework's own classes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fmt::Write as _;
use std::fs;

use common::Parts;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use raylift_formats::osgi_filter::{Filter, ServiceProperty};
use raylift_formats::version_range::VersionRange;
use raylift_model::version::OsgiVersion;

const CORE: &str = "org.osgi:org.osgi.core:6.0.0";

fn generate<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

fn joined(pieces: &'static [&'static str], longest: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..longest).prop_map(|parts| parts.concat())
}

fn ask(questions: &[String]) -> Vec<String> {
    let parts = Parts::load();
    let core = parts
        .find(CORE)
        .unwrap_or_else(|| panic!("{CORE} is not among the parts"));
    let file = std::env::temp_dir().join(format!(
        "raylift-osgi-{}-{}",
        std::process::id(),
        questions.len()
    ));
    let mut text = String::new();
    questions
        .iter()
        .for_each(|question| writeln!(text, "{question}").unwrap());
    fs::write(&file, text).unwrap();
    let printed = String::from_utf8(common::run_java(
        &[core],
        &common::oracle("Osgi.java"),
        &[&file],
    ))
    .unwrap();
    fs::remove_file(&file).unwrap();
    let answers: Vec<String> = printed.lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), questions.len());
    answers
}

fn answer<T: std::fmt::Display>(own: Option<T>) -> String {
    own.map_or_else(|| "refused".to_owned(), |value| value.to_string())
}

const VERSION: &[&str] = &[
    "0",
    "1",
    "2",
    "10",
    "007",
    "2147483647",
    "2147483648",
    ".",
    "-",
    "_",
    "a",
    "B",
    "step-1",
    " ",
    "x y",
    "+1",
];

fn good_version() -> impl Strategy<Value = String> {
    let qualifier =
        prop::sample::select(vec!["", ".a", ".A", ".step-1", ".step-10", ".step-2", ".0"]);
    (0_u8..3, 0_u8..12, 0_u8..3, qualifier)
        .prop_map(|(major, minor, micro, qualifier)| format!("{major}.{minor}.{micro}{qualifier}"))
}

#[test]
fn versions_and_ranges_agree_with_the_framework() {
    let texts = generate(&joined(VERSION, 8), 3_000);
    let pairs = generate(&(good_version(), good_version()), 3_000);
    let bracket = || prop::sample::select(vec!["[", "(", "]", ")", "", " [", ") "]);
    let end = || prop_oneof![good_version(), joined(VERSION, 4)];
    let comma = prop::sample::select(vec![",", ",", ",", " , ", ";"]);
    let shaped = (bracket(), end(), comma, end(), bracket()).prop_map(
        |(open, floor, comma, ceiling, close)| format!("{open}{floor}{comma}{ceiling}{close}"),
    );
    let good = (good_version(), good_version())
        .prop_map(|(floor, ceiling)| format!("[{floor},{ceiling})"));
    let ranges = generate(
        &(prop_oneof![shaped, good, good_version()], good_version()),
        6_000,
    );

    let mut questions: Vec<String> = texts
        .iter()
        .map(|text| format!("version\t{text}"))
        .collect();
    questions.extend(
        pairs
            .iter()
            .map(|(left, right)| format!("compare\t{left}\t{right}")),
    );
    questions.extend(
        ranges
            .iter()
            .map(|(range, version)| format!("range\t{range}\t{version}")),
    );
    let answers = ask(&questions);

    let version = |text: &str| text.parse::<OsgiVersion>().ok();
    let own_versions = texts.iter().map(|text| answer(version(text)));
    let own_orders = pairs
        .iter()
        .map(|(left, right)| answer(Some(version(left).cmp(&version(right)) as i8)));
    let own_ranges = ranges.iter().map(|(range, of)| {
        answer(
            range
                .parse::<VersionRange>()
                .ok()
                .map(|range| range.includes(&version(of).unwrap())),
        )
    });
    let own = own_versions.chain(own_orders).chain(own_ranges);
    for ((question, real), own) in questions.iter().zip(&answers).zip(own) {
        assert_eq!(own, *real, "{question:?}");
    }
    let count = |wanted: &str| answers.iter().filter(|answer| *answer == wanted).count();
    assert!(
        count("true") > 300 && count("false") > 300 && count("refused") > 300,
        "the cases say little"
    );
}

const FILTER: &[&str] = &[
    "(",
    ")",
    "&",
    "|",
    "!",
    "=",
    ">=",
    "<=",
    "~=",
    "*",
    "release.state",
    "0",
    "1",
    " ",
    "\\",
    "\\)",
    "a",
    "x",
];

fn shaped_filter() -> impl Strategy<Value = String> {
    let item = prop_oneof![
        (
            prop::sample::select(vec![">=", "<=", "=", "~="]),
            good_version()
        )
            .prop_map(|(operator, version)| format!("(release.schema.version{operator}{version})")),
        prop::sample::select(vec![
            "(release.bundle.symbolic.name=a.b)",
            "(Release.Bundle.Symbolic.Name=*b)",
            "(release.bundle.symbolic.name=a*.*b)",
            "(release.bundle.symbolic.name~=A. B)",
            "(release.bundle.symbolic.name=a\\.b)",
            "(release.bundle.symbolic.name>=a)",
            "(release.bundle.symbolic.name=)",
            "(release.state=*)",
            "(release.state=0)",
            "( release.state =0)",
            "(release.state= 0)",
            "(release.state=1)",
            "(release.state>=1)",
            "(release.other=*)",
            "(release.schema.version=*)",
            "(release.schema.version=1*)",
            "(release.schema.version=tango)",
        ])
        .prop_map(str::to_owned),
    ];
    item.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            (
                prop::sample::select(vec!["&", "|", "& ", " | "]),
                prop::collection::vec(inner.clone(), 1..4)
            )
                .prop_map(|(operator, parts)| format!("({operator}{})", parts.concat())),
            inner.prop_map(|part| format!("(!{part})")),
        ]
    })
}

#[test]
fn filters_agree_with_the_framework() {
    let filters = generate(
        &(
            prop_oneof![3 => shaped_filter(), 1 => joined(FILTER, 12)],
            good_version(),
        ),
        8_000,
    );
    let questions: Vec<String> = filters
        .iter()
        .map(|(filter, version)| format!("filter\t{filter}\t{version}"))
        .collect();
    let answers = ask(&questions);
    for ((filter, version), real) in filters.iter().zip(&answers) {
        let property = |name: &str| match name {
            "release.bundle.symbolic.name" => Some(ServiceProperty::Text("a.b".to_owned())),
            "release.schema.version" => Some(ServiceProperty::Version(version.parse().unwrap())),
            "release.state" => Some(ServiceProperty::Number(0)),
            _ => None,
        };
        let own = answer(
            Filter::parse(filter)
                .ok()
                .map(|filter| filter.matches(&property)),
        );
        assert_eq!(own, *real, "{filter} for {version}");
    }
    let count = |wanted: &str| answers.iter().filter(|answer| *answer == wanted).count();
    assert!(
        count("true") > 300 && count("false") > 300 && count("refused") > 300,
        "the cases say little"
    );
}
