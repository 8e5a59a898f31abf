//! Liferay's classes for Tomcat, which `ROOT.xml` names and which come and go with the releases: a context that names one
//! that is gone does not start (layout-and-artifacts 1.3).

use std::collections::BTreeSet;

const PACKAGE: &str = "com.liferay.support.tomcat.";

/// The classes that a context names and the release's does not.
pub(super) fn gone(context: &[u8], release: &str) -> Vec<String> {
    let context = String::from_utf8_lossy(context);
    let there = classes(release);
    classes(&context)
        .difference(&there)
        .map(|class| (*class).to_owned())
        .collect()
}

/// All that are named outside comments.
fn classes(text: &str) -> BTreeSet<&str> {
    let outside = text.split("<!--").enumerate().filter_map(|(at, piece)| {
        if at == 0 {
            return Some(piece);
        }
        piece.split_once("-->").map(|(_, after)| after)
    });
    outside
        .flat_map(|piece| {
            piece.match_indices(PACKAGE).filter_map(move |(at, _)| {
                piece
                    .get(at..)?
                    .split(|last: char| !(last.is_alphanumeric() || "._$".contains(last)))
                    .next()
            })
        })
        .collect()
}
