//! A copy of a database, compared with what the original held before and after.

use std::collections::{BTreeMap, BTreeSet};

use raylift_model::facts::TableFacts;

use super::return_point::Note;

/// What the copy holds and the site never held between the two readings; empty when they agree.
pub(crate) fn compare(before: &Note, copy: &Note, after: &Note) -> Vec<String> {
    let mut differences = compare_contents(before, copy, after);
    if copy.release_rows != before.release_rows && copy.release_rows != after.release_rows {
        differences.push("the rows of Release_ differ".to_owned());
    }
    let by_name = |note: &Note| -> BTreeMap<String, u64> {
        let rows = |table: &TableFacts| (table.name.clone(), table.rows);
        note.tables.iter().map(rows).collect()
    };
    let (before, copy, after) = (by_name(before), by_name(copy), by_name(after));
    let names: BTreeSet<&String> = before
        .keys()
        .chain(copy.keys())
        .chain(after.keys())
        .collect();
    for name in names {
        let rows = |tables: &BTreeMap<String, u64>| tables.get(name).copied();
        let (first, found, last) = (rows(&before), rows(&copy), rows(&after));
        let fits = match (first, found, last) {
            (Some(first), Some(found), Some(last)) => {
                (first.min(last)..=first.max(last)).contains(&found)
            }
            // A table that came or went between the two readings.
            (None, _, _) | (_, _, None) => first != last || found == first,
            (Some(_), None, Some(_)) => false,
        };
        if !fits {
            let told = |rows: Option<u64>| rows.map_or("none".to_owned(), |rows| rows.to_string());
            differences.push(format!(
                "table {name}: {} rows before, {} in the copy, {} after",
                told(first),
                told(found),
                told(last)
            ));
        }
    }
    differences
}

/// Tables whose rows or shape were the same before and after, and are not in the copy.
fn compare_contents(before: &Note, copy: &Note, after: &Note) -> Vec<String> {
    let rows = before
        .digests
        .iter()
        .filter(|(name, digest)| {
            after.digests.get(*name) == Some(digest) && copy.digests.get(*name) != Some(digest)
        })
        .map(|(name, _)| format!("table {name}: other rows in the copy"));
    let shapes = before
        .shapes
        .iter()
        .filter(|(name, shape)| {
            after.shapes.get(*name) == Some(shape) && copy.shapes.get(*name) != Some(shape)
        })
        .map(|(name, _)| format!("table {name}: other columns or indexes in the copy"));
    rows.chain(shapes).collect()
}

/// What was compared, and how.
pub(crate) fn described(before: &Note, copy: &Note, after: &Note, done: &str) -> String {
    let rows: u64 = copy.tables.iter().map(|table| table.rows).sum();
    let count = copy.tables.len();
    let resting = before
        .digests
        .iter()
        .filter(|(name, digest)| after.digests.get(*name) == Some(digest))
        .count();
    let moving = count.saturating_sub(resting);
    let how = if moving == 0 {
        "every row of them".to_owned()
    } else {
        format!(
            "every row of {resting}, of {moving} that were written to meanwhile the number of rows"
        )
    };
    format!("database: {count} tables with {rows} rows {done} and compared, {how}")
}

#[cfg(test)]
mod tests {
    use raylift_model::facts::ReleaseRow;
    use raylift_model::names::BundleSymbolicName;
    use raylift_model::version::SchemaVersion;

    use super::*;

    fn note(version: &str, tables: &[(&str, u64)]) -> Note {
        Note {
            tables: tables
                .iter()
                .map(|(name, rows)| TableFacts {
                    name: (*name).to_owned(),
                    rows: *rows,
                })
                .collect(),
            release_rows: vec![ReleaseRow {
                name: BundleSymbolicName::new("portal"),
                schema_version: SchemaVersion::new(version),
                build_number: Some(7200),
                state: None,
                verified: Some(true),
            }],
            core_row: None,
            digests: BTreeMap::new(),
            shapes: BTreeMap::new(),
            kept: None,
            copy: None,
        }
    }

    #[test]
    fn a_copy_must_lie_between_what_the_site_was_before_and_after() {
        type Tables<'a> = &'a [(&'a str, u64)];
        let cases: [(Tables<'_>, Tables<'_>, Tables<'_>, usize); 8] = [
            (&[("a", 3)], &[("a", 3)], &[("a", 3)], 0),
            (&[("a", 3)], &[("a", 4)], &[("a", 5)], 0),
            (&[("a", 5)], &[("a", 4)], &[("a", 3)], 0),
            (&[("a", 3)], &[("a", 2)], &[("a", 5)], 1),
            (&[("a", 3)], &[("a", 6)], &[("a", 5)], 1),
            (&[("a", 3), ("b", 1)], &[("a", 3)], &[("a", 3), ("b", 1)], 1),
            (&[("a", 3)], &[("a", 3), ("b", 1)], &[("a", 3)], 1),
            (&[("a", 3)], &[("a", 3), ("b", 0)], &[("a", 3), ("b", 1)], 0),
        ];
        for (before, copy, after, expected) in cases {
            let found = compare(
                &note("5.0.2", before),
                &note("5.0.2", copy),
                &note("5.0.2", after),
            );
            assert_eq!(
                found.len(),
                expected,
                "{before:?} {copy:?} {after:?}: {found:?}"
            );
        }
        let same = &[("a", 1)];
        assert_eq!(
            compare(
                &note("5.0.2", same),
                &note("5.1.0", same),
                &note("5.0.2", same)
            ),
            ["the rows of Release_ differ"]
        );
    }
}
