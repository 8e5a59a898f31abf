//! Three-way merges: examples from Tomcat's own files, and rules that hold for every file.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod rules;
mod shell;
mod xml;

use raylift_formats::merge::{Merged, Refused, Ruling, Sides, applied};

/// A merge as text, with the places of its conflicts.
pub(crate) fn with(
    merge: impl Fn(Sides<'_>) -> Result<Merged, Refused>,
    old: Option<&str>,
    base: &str,
    other: &str,
) -> Result<(String, Vec<String>), String> {
    let sides = Sides {
        old: old.map(str::as_bytes),
        base: base.as_bytes(),
        other: other.as_bytes(),
    };
    let merged = merge(sides).map_err(|refused| refused.to_string())?;
    for pair in merged.splices.windows(2) {
        assert!(pair[0].range.end < pair[1].range.start, "{pair:?} touch");
    }
    let text = applied(sides.base, sides.other, &merged.splices).unwrap();
    let conflicts = merged.conflicts.into_iter().map(|conflict| conflict.place);
    Ok((String::from_utf8(text).unwrap(), conflicts.collect()))
}

pub(crate) fn xml(
    old: Option<&str>,
    base: &str,
    other: &str,
) -> Result<(String, Vec<String>), String> {
    with(
        |sides| raylift_formats::merge::xml(sides, &|_| Ruling::Usual),
        old,
        base,
        other,
    )
}
