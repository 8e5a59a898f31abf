//! The module executor's graph, as Liferay builds and walks it.
//!
//! `ReleaseGraphManager` of the 7.x line: vertices are version texts, compared exactly; one edge per step;
//! a second edge between the same two versions is dropped; ends are reachable vertices without an outgoing
//! edge, other than the current one; the path with the fewest edges wins.

use std::collections::{BTreeMap, VecDeque};

use raylift_model::facts::{BundleFacts, PublishedStep, Registration};
use raylift_model::version::SchemaVersion;

/// `upgrade.db.type` of a step that is taken on every database (upgrade-internals 2.2).
pub(crate) const ANY_DATABASE: &str = "any";

/// One edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) from: SchemaVersion,
    pub(crate) to: SchemaVersion,
    pub(crate) class: String,
}

/// What the executor would do from one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Walk {
    /// Nothing is reachable: nothing runs, without a word.
    Nothing,
    /// Exactly one end: this path runs.
    Path(Vec<Edge>),
    /// Several ends: `IllegalStateException`, nothing runs.
    SeveralEnds(Vec<SchemaVersion>),
}

/// All edges of a bundle by the 7.0 to 7.3 rules: `-step-N` names inside one `register` call, counted down
/// (`UpgradeStepRegistry`), the initial edge of Service Builder modules (`InitialUpgradeExtender`), and the steps that
/// components publish for it; one without `upgrade.db.type` is never taken.
pub(crate) fn edges(bundle: &BundleFacts, published: &[&PublishedStep]) -> Vec<Edge> {
    let mut edges = Vec::new();
    if bundle.liferay_service {
        let to = bundle
            .require_schema_version
            .clone()
            .unwrap_or_else(|| bundle.version.to_string());
        push(
            &mut edges,
            Edge {
                from: SchemaVersion::zero(),
                to: SchemaVersion::new(to),
                class: "Initial Database Creation".to_owned(),
            },
        );
    }
    for registration in &bundle.upgrades.registrations {
        for edge in split(registration) {
            push(&mut edges, edge);
        }
    }
    for step in published {
        if step.database.as_deref() == Some(ANY_DATABASE) {
            push(
                &mut edges,
                Edge {
                    from: step.from.clone(),
                    to: step.to.clone(),
                    class: step.class.clone(),
                },
            );
        }
    }
    edges
}

fn push(edges: &mut Vec<Edge>, edge: Edge) {
    if !edges
        .iter()
        .any(|known| known.from == edge.from && known.to == edge.to)
    {
        edges.push(edge);
    }
}

fn split(registration: &Registration) -> Vec<Edge> {
    let mut from = registration.from.clone();
    let count = registration.classes.len();
    let mut edges = Vec::with_capacity(count);
    for (index, class) in registration.classes.iter().enumerate() {
        let left = count - index - 1;
        let to = if left == 0 {
            registration.to.clone()
        } else {
            SchemaVersion::new(format!("{}-step-{left}", registration.to))
        };
        edges.push(Edge {
            from,
            to: to.clone(),
            class: class.clone(),
        });
        from = to;
    }
    edges
}

/// Walks from `current`.
pub(crate) fn walk(edges: &[Edge], current: &SchemaVersion) -> Walk {
    let reached = breadth_first(edges, current);
    let ends: Vec<&SchemaVersion> = reached
        .keys()
        .copied()
        .filter(|version| *version != current && !edges.iter().any(|edge| edge.from == **version))
        .collect();
    match ends.as_slice() {
        [] => Walk::Nothing,
        [end] => Walk::Path(trace(&reached, end)),
        several => Walk::SeveralEnds(several.iter().map(|version| (*version).clone()).collect()),
    }
}

/// Every reachable version with the edge by which the shortest path enters it.
fn breadth_first<'a>(
    edges: &'a [Edge],
    current: &'a SchemaVersion,
) -> BTreeMap<&'a SchemaVersion, Option<&'a Edge>> {
    let mut reached: BTreeMap<&SchemaVersion, Option<&Edge>> = BTreeMap::from([(current, None)]);
    let mut queue = VecDeque::from([current]);
    while let Some(version) = queue.pop_front() {
        for edge in edges.iter().filter(|edge| edge.from == *version) {
            if !reached.contains_key(&edge.to) {
                reached.insert(&edge.to, Some(edge));
                queue.push_back(&edge.to);
            }
        }
    }
    reached
}

fn trace(reached: &BTreeMap<&SchemaVersion, Option<&Edge>>, end: &SchemaVersion) -> Vec<Edge> {
    let mut path = Vec::new();
    let mut at = end;
    while let Some(Some(edge)) = reached.get(at) {
        path.push((*edge).clone());
        at = &edge.from;
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: &str, to: &str) -> Edge {
        Edge {
            from: SchemaVersion::new(from),
            to: SchemaVersion::new(to),
            class: "S".to_owned(),
        }
    }

    fn versions(edges: &[Edge], current: &str) -> Vec<String> {
        match walk(edges, &SchemaVersion::new(current)) {
            Walk::Path(path) => path.iter().map(|edge| edge.to.to_string()).collect(),
            Walk::Nothing => Vec::new(),
            Walk::SeveralEnds(ends) => ends.iter().map(|end| format!("?{end}")).collect(),
        }
    }

    #[test]
    fn three_steps_in_one_call_count_down() {
        let registration = Registration {
            name: None,
            from: SchemaVersion::new("1.0.0"),
            to: SchemaVersion::new("2.0.0"),
            classes: vec!["A".to_owned(), "B".to_owned(), "C".to_owned()],
        };
        let edges = split(&registration);
        assert_eq!(
            versions(&edges, "1.0.0"),
            ["2.0.0-step-2", "2.0.0-step-1", "2.0.0"]
        );
        assert_eq!(versions(&edges, "2.0.0-step-1"), ["2.0.0"]);
    }

    // The answers below are those of the real ReleaseGraphManager (real-core facts, section 7).

    #[test]
    fn fewest_edges_win() {
        let edges = [
            edge("1.0.0", "1.1.0"),
            edge("1.1.0", "2.0.0"),
            edge("1.0.0", "2.0.0"),
        ];
        assert_eq!(versions(&edges, "1.0.0"), ["2.0.0"]);
    }

    #[test]
    fn versions_are_texts() {
        assert!(versions(&[edge("1.0", "1.1.0")], "1.0.0").is_empty());
    }

    #[test]
    fn two_ends_count_only_when_reachable() {
        let edges = [
            edge("0.0.0", "3.0.0"),
            edge("0.0.1", "1.0.0"),
            edge("1.0.0", "2.0.0"),
        ];
        assert_eq!(versions(&edges, "0.0.0"), ["3.0.0"]);
        assert_eq!(versions(&edges, "1.0.0"), ["2.0.0"]);
        let ambiguous = [
            edge("0.0.0", "3.0.0"),
            edge("0.0.0", "1.0.0"),
            edge("1.0.0", "2.0.0"),
        ];
        assert_eq!(versions(&ambiguous, "0.0.0"), ["?2.0.0", "?3.0.0"]);
    }

    #[test]
    fn a_gap_ends_silently_and_a_cycle_runs_nothing() {
        assert_eq!(
            versions(&[edge("1.0.0", "1.1.0"), edge("1.2.0", "2.0.0")], "1.0.0"),
            ["1.1.0"]
        );
        assert!(versions(&[edge("1.0.0", "1.1.0"), edge("1.1.0", "1.0.0")], "1.0.0").is_empty());
        assert!(versions(&[edge("1.0.0", "1.1.0")], "9.9.9").is_empty());
    }
}
