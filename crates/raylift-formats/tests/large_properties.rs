//! What a properties file of ten megabytes costs.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/limits.rs"]
#[allow(unreachable_pub, reason = "shared between tests")]
mod limits;

use raylift_formats::properties::{self, Encoding};

const SIZE: usize = 10 << 20;

#[test]
fn ten_megabytes_cost_little_more_than_their_size() {
    for (what, piece) in [
        ("one line", "x"),
        ("one line of escapes", "\\u00e4"),
        ("one line of backslashes", "\\\\"),
        ("joined lines", "some value,\\\n  "),
        ("comments", "# a comment\n"),
        ("empty lines", "\r\n"),
    ] {
        let file = format!("key={}", piece.repeat(SIZE / piece.len()));
        limits::bounded(what, || {
            let read = properties::read(file.as_bytes(), Encoding::Utf8).value;
            assert_eq!(read.entries().first().unwrap().line, 1);
        });
    }
    let line = format!("key={}\n", "x".repeat(SIZE));
    limits::bounded("edits", || {
        let set = properties::set(line.as_bytes(), "key", "1");
        assert_eq!(set, b"key=1\n");
        let removed = properties::remove(line.as_bytes(), "key", Some("too long"));
        assert_eq!(removed.len(), line.len() + "# too long\n# ".len());
    });
}
