//! The difference between two versions of a configuration file, as a person reads it.

use std::fmt::Write as _;

use raylift_formats::secrecy::shown_lines;
use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};

/// Unchanged lines around a change.
const AROUND: usize = 3;

/// Unified form (POSIX `diff -u`) without the two lines that name the files. Secrets are hidden, on both sides; a line in
/// which only a secret differs still shows as changed. Empty when nothing differs.
pub fn difference(old: &str, new: &str) -> String {
    let before: Vec<&str> = old.lines().collect();
    let after: Vec<&str> = new.lines().collect();
    let (shown_before, shown_after) = (shown_lines(old), shown_lines(new));
    let mut text = String::new();
    let changes = capture_diff_slices(Algorithm::Myers, &before, &after);
    for group in group_diff_ops(changes, AROUND) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            continue;
        };
        let span = |start: usize, end: usize| match end - start {
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            count => format!("{},{count}", start + 1),
        };
        let _ = writeln!(
            text,
            "@@ -{} +{} @@",
            span(first.old_range().start, last.old_range().end),
            span(first.new_range().start, last.new_range().end)
        );
        for operation in &group {
            lines(operation, &shown_before, &shown_after, &mut text);
        }
    }
    text
}

fn lines(operation: &DiffOp, before: &[String], after: &[String], text: &mut String) {
    let (tag, old, new) = operation.as_tag_tuple();
    let mut put = |sign: ChangeTag, lines: Option<&[String]>| {
        for line in lines.unwrap_or_default() {
            let _ = writeln!(text, "{sign}{line}");
        }
    };
    match tag {
        similar::DiffTag::Equal => put(ChangeTag::Equal, before.get(old)),
        similar::DiffTag::Delete => put(ChangeTag::Delete, before.get(old)),
        similar::DiffTag::Insert => put(ChangeTag::Insert, after.get(new)),
        similar::DiffTag::Replace => {
            put(ChangeTag::Delete, before.get(old));
            put(ChangeTag::Insert, after.get(new));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_lines_stand_between_their_neighbours() {
        let old = "a\nb\nc\nd\ne\nf\n";
        let new = "a\nb\nc\nD\ne\nf\ng\n";
        assert_eq!(
            difference(old, new),
            "@@ -1,6 +1,7 @@\n a\n b\n c\n-d\n+D\n e\n f\n+g\n"
        );
        assert_eq!(difference(old, old), "");
        assert_eq!(difference("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
    }

    #[test]
    fn a_changed_secret_shows_as_a_change_and_stays_hidden() {
        assert_eq!(
            difference("password=one\n", "password=two\n"),
            "@@ -1 +1 @@\n-pass***\n+pass***\n"
        );
    }
}
