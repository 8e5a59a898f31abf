//! Manifests that are wrong or far too long. What `java.util.jar.Manifest` makes of wrong ones is asked of Java in
//! `java_formats.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "common/limits.rs"]
#[allow(unreachable_pub, reason = "shared between tests")]
mod limits;

use limits::bounded;
use raylift_formats::bundle::{Manifest, clauses};
use raylift_formats::osgi_filter::Filter;

/// JAR File Specification: a line ends with CR LF, LF or CR, and bytes are joined before they are decoded, wherever in
/// a character the line was folded.
#[test]
fn a_value_is_the_same_however_it_is_folded() {
    let value = "Straße €😀";
    for line_end in ["\r\n", "\n", "\r"] {
        for at in 0..=value.len() {
            let (first, second) = value.as_bytes().split_at(at);
            let fold = format!("{line_end} ");
            let bytes = [b"A: ", first, fold.as_bytes(), second, line_end.as_bytes()].concat();
            let read = Manifest::read(&bytes);
            assert_eq!(read.value.get("A"), Some(value), "{line_end:?} at {at}");
            assert!(!read.has_errors(), "{line_end:?} at {at}");
        }
    }
}

#[test]
fn long_manifests_end() {
    let headers: String = (0..200_000)
        .map(|number| format!("A{number}: \n"))
        .collect();
    let read = bounded("headers", || Manifest::read(headers.as_bytes()));
    assert_eq!(read.value.headers().len(), 10_000);
    assert!(read.has_errors());
    for line in ["A: \n", "x\n", " \n", "A:x\r", "\u{feff}"] {
        let bytes = line.repeat((2 << 20) / line.len());
        let read = bounded(line, || Manifest::read(bytes.as_bytes()));
        assert!(read.diagnostics.len() <= 200, "{line:?}");
        assert!(!read.diagnostics.is_empty(), "{line:?}");
    }
    let folded = format!("A: {}\n", "\n x".repeat(1 << 20));
    let read = bounded("folds", || Manifest::read(folded.as_bytes()));
    assert_eq!(read.value.get("A").map(str::len), Some(1 << 20));
}

#[test]
fn long_values_end() {
    for piece in [",", ";", "\"", "\\\"", "a;b=c,", "a=", "\"\\"] {
        let text = piece.repeat((2 << 20) / piece.len());
        bounded(piece, || clauses(&text));
    }
}

#[test]
fn filters_in_filters_end() {
    for piece in ["(!", "(&", "(|(a=b)", "(", "(a=*"] {
        let text = piece.repeat(1 << 20);
        assert!(bounded(piece, || Filter::parse(&text)).is_err());
    }
    let (open, close) = ("(!".repeat(1 << 18), ")".repeat(1 << 18));
    let _ = bounded("closed filters", || {
        Filter::parse(&format!("{open}(a=b){close}"))
    });
}
