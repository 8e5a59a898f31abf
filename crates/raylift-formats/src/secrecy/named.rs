//! Elements that name a secret in one attribute and hold it in another (`Environment`, `Parameter`), in any order.

use std::ops::Range;

use super::{HIDDEN, first_secret};
use crate::secret_names::is_secret_name;

/// The text in which, in every start tag that names a secret, the other attributes have no values any more. The lines
/// stay as many as they are.
pub(super) fn without_values(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at_checked(at).unwrap_or((rest, ""));
        shown.push_str(before);
        let length = start_tag(tag).unwrap_or(1);
        let (tag, after) = tag.split_at_checked(length).unwrap_or((tag, ""));
        push(&mut shown, tag);
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// Length of the start tag at the beginning; values hold no `<`.
fn start_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut characters = text.char_indices().skip(1).peekable();
    characters
        .next_if(|(_, first)| first.is_alphabetic() || *first == '_')
        .map(|_| ())?;
    for (at, character) in characters {
        match (quote, character) {
            (_, '<') => return None,
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    None
}

fn push(shown: &mut String, tag: &str) {
    let attributes = attributes(tag);
    let value = |range: &Range<usize>| tag.get(range.clone()).unwrap_or_default();
    let is_name = |name: &str| name.eq_ignore_ascii_case("name") || name == "key";
    let names_secret = attributes.iter().any(|(name, range)| {
        is_name(name) && (is_secret_name(value(range)) || first_secret(value(range)).is_some())
    });
    if !names_secret {
        shown.push_str(tag);
        return;
    }
    let mut end = 0;
    for (_, range) in attributes.iter().filter(|(name, _)| !is_name(name)) {
        shown.push_str(tag.get(end..range.start).unwrap_or_default());
        shown.push_str(HIDDEN);
        shown.extend(value(range).matches('\n'));
        end = range.end;
    }
    shown.push_str(tag.get(end..).unwrap_or_default());
}

/// Names of a start tag's attributes, and the places of their values.
fn attributes(tag: &str) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((before, rest)) = tag.get(at..).and_then(|rest| {
        let quote = rest.find(['"', '\''])?;
        rest.split_at_checked(quote)
    }) {
        let start = at + before.len() + 1;
        let mut inside = rest.chars();
        let Some(length) = inside.next().and_then(|quote| inside.as_str().find(quote)) else {
            break;
        };
        let name = before
            .trim_end()
            .strip_suffix('=')
            .and_then(|before| before.split_whitespace().next_back());
        if let Some(name) = name {
            found.push((name, start..start + length));
        }
        at = start + length + 1;
    }
    found
}
