//! The graph of upgrade steps against Liferay's own classes: the registry of the 7.0 line, a real service registry,
//! and `ReleaseGraphManager` with the JGraphT it was built with.
//!
//! Every answer must be the same, step by step and class by class. One thing is left open: where two paths have equally
//! few steps, which one the real code takes depends on the order in a Fibonacci heap. There both must have the same
//! number of steps, the same end, and consist of edges that the real graph has.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../raylift-formats/tests/common/mod.rs"]
mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use common::Parts;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use raylift_model::facts::{
    AutomaticSwitch, BundleFacts, ExecutorFacts, ModuleRegistrations, PublishedStep, Registration,
    StepGrouping,
};
use raylift_model::names::{BundleSymbolicName, RelativePath};
use raylift_model::version::{OsgiVersion, SchemaVersion};
use raylift_plan::graph::{self, Edge, Edges, Walk};

const GRAPHS: usize = 12_000;

/// Texts that are the same number, that sort otherwise as text than as number, and names of steps.
const VERSIONS: [&str; 12] = [
    "0.0.0",
    "0.0.1",
    "1.0",
    "1.0.0",
    "1.0.1",
    "1.1.0",
    "2.0.0-step-2",
    "2.0.0-step-1",
    "2.0.0",
    "3.0.0",
    "9.0.0",
    "10.0.0",
];

/// What is asked of every graph beside its own versions.
const UNKNOWN: [&str; 3] = ["9.9.9", "3.0.0-step-1", "tango"];

#[derive(Debug, Clone)]
struct Call {
    from: &'static str,
    to: &'static str,
    steps: usize,
}

#[derive(Debug, Clone)]
struct Module {
    calls: Vec<Call>,
    published: Vec<(&'static str, &'static str, Option<&'static str>)>,
    initial: Option<&'static str>,
}

fn version() -> impl Strategy<Value = &'static str> {
    select(&VERSIONS[..])
}

/// A call between any two versions: forward, backward, to itself; with few of them there are gaps, with many cycles.
fn call() -> impl Strategy<Value = Call> {
    let steps = prop_oneof![6 => Just(1_usize), 1 => Just(0), 2 => Just(2), 1 => 3..5_usize];
    (version(), version(), steps).prop_map(|(from, to, steps)| Call { from, to, steps })
}

/// A call that goes forward, mostly with one step: many of them have several paths, equally short ones among them.
fn forward() -> impl Strategy<Value = Call> {
    (call(), 1..5_usize).prop_map(|(call, ahead)| {
        let at = VERSIONS.iter().position(|text| *text == call.from).unwrap();
        let ahead = (at + ahead).min(VERSIONS.len() - 1);
        Call {
            from: VERSIONS[at.min(VERSIONS.len() - 2)],
            to: VERSIONS[ahead],
            ..call
        }
    })
}

/// Calls from one version to the next, as registrators mostly have them, some of them twice.
fn chain() -> impl Strategy<Value = Vec<Call>> {
    let places = prop::collection::btree_set(0..VERSIONS.len(), 2..7);
    (places, 1..4_usize, 0..3_usize).prop_map(|(places, steps, twice)| {
        let places: Vec<usize> = places.into_iter().collect();
        let mut calls: Vec<Call> = places
            .windows(2)
            .map(|pair| Call {
                from: VERSIONS[pair[0]],
                to: VERSIONS[pair[1]],
                steps: 1 + pair[0] % steps,
            })
            .collect();
        calls.extend_from_within(..twice.min(calls.len()));
        calls
    })
}

fn module() -> impl Strategy<Value = Module> {
    let calls = prop_oneof![
        3 => (chain(), prop::collection::vec(call(), 0..4))
            .prop_map(|(chain, others)| [chain, others].concat())
            .prop_shuffle(),
        1 => chain(),
        2 => prop::collection::vec(call(), 0..9),
        3 => prop::collection::vec(forward(), 8..24),
    ];
    let database = select(&[Some("any"), Some("any"), None, Some("oracle")][..]);
    let published = prop_oneof![
        3 => Just(Vec::new()),
        1 => prop::collection::vec((version(), version(), database), 1..4),
    ];
    let initial = prop::option::weighted(0.25, version());
    (calls, published, initial).prop_map(|(calls, published, initial)| Module {
        calls,
        published,
        initial,
    })
}

impl Module {
    fn facts(&self) -> BundleFacts {
        let mut classes = (0..).map(|number| format!("Step{number}"));
        BundleFacts {
            file: RelativePath::new("osgi/modules/a.jar"),
            entry: None,
            symbolic_name: BundleSymbolicName::new("a"),
            version: OsgiVersion::new(1, 0, 0),
            vendor: None,
            require_schema_version: self.initial.map(str::to_owned),
            liferay_service: self.initial.is_some(),
            fragment: false,
            upgrades: ModuleRegistrations {
                registrations: self
                    .calls
                    .iter()
                    .map(|call| Registration {
                        name: None,
                        from: SchemaVersion::new(call.from),
                        to: SchemaVersion::new(call.to),
                        classes: classes.by_ref().take(call.steps).collect(),
                    })
                    .collect(),
                published: self
                    .published
                    .iter()
                    .map(|(from, to, database)| PublishedStep {
                        name: BundleSymbolicName::new("a"),
                        from: SchemaVersion::new(*from),
                        to: SchemaVersion::new(*to),
                        class: classes.next().unwrap(),
                        database: database.map(str::to_owned),
                    })
                    .collect(),
                ..ModuleRegistrations::default()
            },
            release_filters: Vec::new(),
            metatypes: Default::default(),
            sql: Default::default(),
            executor: None,
        }
    }
}

/// The module as `Graph.java` reads it, in the order of registration that raylift assumes.
fn lines(facts: &BundleFacts) -> String {
    let mut text = "graph\n".to_owned();
    for step in &facts.upgrades.published {
        let database = step.database.as_deref().unwrap_or_default();
        writeln!(
            text,
            "publish\t{}\t{}\t{}\t{database}",
            step.from, step.to, step.class
        )
        .unwrap();
    }
    for call in &facts.upgrades.registrations {
        let mut fields = vec![call.from.to_string(), call.to.to_string()];
        fields.extend(call.classes.iter().cloned());
        writeln!(text, "register\t{}", fields.join("\t")).unwrap();
    }
    if let Some(to) = &facts.require_schema_version {
        writeln!(text, "initial\t{to}").unwrap();
    }
    text
}

fn ask(text: &str) -> Vec<String> {
    let parts = Parts::load();
    let class_path: Vec<&Path> = [
        "org.eclipse.platform:org.eclipse.osgi:3.13.0",
        "com.liferay:com.liferay.portal.upgrade:2.8.9",
        "org.jgrapht:jgrapht-core:0.9.1",
        "com.liferay:com.liferay.osgi.service.tracker.collections:2.0.5",
        "com.liferay:com.liferay.osgi.util:3.0.0",
        "org.apache.felix:org.apache.felix.utils:1.8.6",
        "com.liferay.portal:com.liferay.portal.kernel:3.46.1",
    ]
    .iter()
    .map(|coordinate| {
        parts
            .find(coordinate)
            .unwrap_or_else(|| panic!("{coordinate} is not among the parts"))
    })
    .collect();
    let file = std::env::temp_dir().join(format!("raylift-graph-{}", std::process::id()));
    fs::write(&file, text).unwrap();
    let printed = common::run_java(&class_path, &common::oracle("Graph.java"), &[&file]);
    fs::remove_file(&file).unwrap();
    String::from_utf8(printed)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// The answer of the real code.
/// The executor of 7.0, whose classes answer.
const EXECUTOR: ExecutorFacts = ExecutorFacts {
    grouping: StepGrouping::Hyphen,
    expands: false,
    initialization_needs_core: false,
    switch: AutomaticSwitch::AutoUpgrade,
};

#[derive(Debug, PartialEq)]
enum Real {
    Nothing,
    Path(Vec<Edge>),
    Ends(BTreeSet<String>),
}

fn real(line: &str) -> Real {
    let fields: Vec<&str> = line.split('\t').collect();
    match fields[0] {
        "nothing" => Real::Nothing,
        "path" => Real::Path(
            fields[1..]
                .chunks(3)
                .map(|step| Edge {
                    from: SchemaVersion::new(step[0]),
                    to: SchemaVersion::new(step[1]),
                    classes: vec![step[2].to_owned()],
                })
                .collect(),
        ),
        "ends" => Real::Ends(fields[1..].iter().map(|end| (*end).to_owned()).collect()),
        other => panic!("{other:?}"),
    }
}

fn own(walk: Walk) -> Real {
    match walk {
        Walk::Nothing => Real::Nothing,
        Walk::Path(path) => Real::Path(path),
        Walk::SeveralEnds(ends) => Real::Ends(ends.iter().map(ToString::to_string).collect()),
    }
}

/// How many shortest paths lead from one version to another, counted level by level.
fn shortest_paths(edges: &[Edge], from: &SchemaVersion, to: &SchemaVersion) -> usize {
    let mut seen = BTreeSet::from([from]);
    let mut level = BTreeMap::from([(from, 1_usize)]);
    while !level.is_empty() && !level.contains_key(to) {
        let mut next: BTreeMap<&SchemaVersion, usize> = BTreeMap::new();
        for edge in edges {
            if let Some(ways) = level.get(&edge.from)
                && !seen.contains(&edge.to)
            {
                *next.entry(&edge.to).or_default() += ways;
            }
        }
        seen.extend(next.keys().copied());
        level = next;
    }
    level.get(to).copied().unwrap_or_default()
}

/// Both are paths between the same versions with equally many of the graph's edges.
fn equally_good(edges: &[Edge], own: &[Edge], real: &[Edge]) -> bool {
    let is_path = |path: &[Edge]| {
        path.iter().all(|edge| edges.contains(edge))
            && path.windows(2).all(|pair| pair[0].to == pair[1].from)
    };
    own.len() == real.len()
        && own[0].from == real[0].from
        && own[own.len() - 1].to == real[real.len() - 1].to
        && is_path(own)
        && is_path(real)
}

#[derive(Debug, Default)]
struct Counts {
    nothing: usize,
    paths: usize,
    equally_short: usize,
    several_ends: usize,
}

#[test]
fn the_graph_answers_as_the_real_one() {
    let mut runner = TestRunner::deterministic();
    let strategy = module();
    let mut text = String::new();
    let mut questions = Vec::new();
    for _ in 0..GRAPHS {
        let facts = strategy.new_tree(&mut runner).unwrap().current().facts();
        let published: Vec<&PublishedStep> = facts.upgrades.published.iter().collect();
        let Edges { edges, doubts } = graph::edges(&facts, &published, &EXECUTOR, true);
        assert_eq!(doubts, []);
        let mut currents: BTreeSet<String> = VERSIONS.into_iter().map(str::to_owned).collect();
        currents.extend(UNKNOWN.into_iter().map(str::to_owned));
        currents.extend(edges.iter().map(|edge| edge.to.to_string()));
        let lines = lines(&facts);
        text.push_str(&lines);
        for current in currents {
            writeln!(text, "current\t{current}").unwrap();
            questions.push((lines.clone(), edges.clone(), SchemaVersion::new(current)));
        }
    }
    let answers = ask(&text);
    assert_eq!(answers.len(), questions.len());

    let mut counts = Counts::default();
    let mut different = Vec::new();
    for ((lines, edges, current), answer) in questions.iter().zip(&answers) {
        let own = own(graph::walk(edges, current));
        let real = real(answer);
        let same = match (&own, &real) {
            (Real::Path(own), Real::Path(real)) => {
                counts.paths += 1;
                let unique = shortest_paths(edges, current, &real[real.len() - 1].to) == 1;
                counts.equally_short += usize::from(!unique);
                own == real || (!unique && equally_good(edges, own, real))
            }
            (Real::Nothing, _) => {
                counts.nothing += 1;
                own == real
            }
            _ => {
                counts.several_ends += 1;
                own == real
            }
        };
        if !same {
            different.push(format!("{lines}from {current}\nown {own:?}\nreal {real:?}"));
        }
    }
    assert!(
        different.is_empty(),
        "{} of {} answers differ, the first three:\n{}",
        different.len(),
        answers.len(),
        different[..different.len().min(3)].join("\n\n")
    );
    // A generator that no longer makes one of these kinds would let errors through.
    assert!(
        counts.nothing > 10_000
            && counts.paths > 10_000
            && counts.equally_short > 500
            && counts.several_ends > 5_000,
        "{counts:?}"
    );
}
