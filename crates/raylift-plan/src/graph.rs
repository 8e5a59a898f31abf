//! The module executor's graph, as Liferay builds and walks it.
//!
//! `ReleaseGraphManager` of the 7.x line: vertices are version texts, compared exactly; one edge per step;
//! of several edges between the same two versions one is kept; ends are reachable vertices without an outgoing
//! edge, other than the current one; the path with the fewest edges wins. Of two paths with equally few edges Liferay
//! takes either.
//!
//! `tests/graph.rs` holds it against the real classes of the 7.0 line, from the call of `register` to the path.

mod edges;

use std::collections::{BTreeMap, VecDeque};

use raylift_model::version::SchemaVersion;

pub use edges::{ANY_DATABASE, Doubt, Edges, edges, initial, is_later};

/// One edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The version before the steps.
    pub from: SchemaVersion,
    /// The version after them.
    pub to: SchemaVersion,
    /// Classes of the steps, in order; several only where one edge takes them all.
    pub classes: Vec<String>,
}

/// What the executor would do from one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Walk {
    /// Nothing is reachable: nothing runs, without a word.
    Nothing,
    /// Exactly one end: this path runs.
    Path(Vec<Edge>),
    /// Several ends: `IllegalStateException`, nothing runs.
    SeveralEnds(Vec<SchemaVersion>),
}

/// What the executor would do when the module's row holds `current`.
pub fn walk(edges: &[Edge], current: &SchemaVersion) -> Walk {
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

/// Whether several paths with equally few edges lead to the end of `path`: then Liferay may take another one.
pub fn has_equals(edges: &[Edge], path: &[Edge]) -> bool {
    let (Some(first), Some(last)) = (path.first(), path.last()) else {
        return false;
    };
    let mut level: BTreeMap<&SchemaVersion, usize> = BTreeMap::from([(&first.from, 1)]);
    for _ in path {
        let mut next: BTreeMap<&SchemaVersion, usize> = BTreeMap::new();
        for edge in edges {
            if let Some(ways) = level.get(&edge.from) {
                let known = next.entry(&edge.to).or_default();
                *known = known.saturating_add(*ways);
            }
        }
        level = next;
    }
    level.get(&last.to).is_some_and(|ways| *ways > 1)
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
            classes: vec!["S".to_owned()],
        }
    }

    fn versions(edges: &[Edge], current: &str) -> Vec<String> {
        match walk(edges, &SchemaVersion::new(current)) {
            Walk::Path(path) => path.iter().map(|edge| edge.to.to_string()).collect(),
            Walk::Nothing => Vec::new(),
            Walk::SeveralEnds(ends) => ends.iter().map(|end| format!("?{end}")).collect(),
        }
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
