//! Lists in one value, element by element, each of which keeps its place and its way of being written.

use std::collections::HashMap;
use std::ops::Range;

use super::{Item, Outcome, Part, Verb, Work};

/// One element of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// What tells it from the others.
    pub(super) name: String,
    /// Its value by meaning.
    pub(super) value: String,
    /// Its place in the file.
    pub(super) range: Range<usize>,
}

/// A list in a file.
pub(super) struct List<'a> {
    /// The elements in order.
    pub(super) elements: &'a [Element],
    /// Where the first element of an empty list goes.
    pub(super) empty_at: usize,
}

impl List<'_> {
    /// By name; of several the first.
    fn by_name(&self) -> HashMap<&str, &Element> {
        let elements = self.elements.iter().rev();
        elements
            .map(|element| (element.name.as_str(), element))
            .collect()
    }

    fn place(&self, element: Option<&Element>) -> Range<usize> {
        element.map_or(self.empty_at..self.empty_at, |element| {
            element.range.clone()
        })
    }
}

/// Merges lists. `separator` comes between an element and a new one beside it; `title` makes an item's place out of an
/// element's name.
pub(super) fn merge(
    work: &mut Work<'_>,
    old: Option<&List<'_>>,
    base: &List<'_>,
    other: &List<'_>,
    separator: &str,
    title: &dyn Fn(&str) -> String,
) {
    let olds = old.map(List::by_name).unwrap_or_default();
    let (bases, others) = (base.by_name(), other.by_name());
    let mut removed = vec![false; base.elements.len()];
    for (element, removed) in base.elements.iter().zip(&mut removed) {
        if others.contains_key(element.name.as_str()) {
            continue;
        }
        let place = title(&element.name);
        let before = olds.get(element.name.as_str());
        match work.decide(&Item {
            place: &place,
            old: before.map(|element| element.value.as_str()),
            base: Some(&element.value),
            other: None,
        }) {
            Outcome::Nothing => {}
            Outcome::Apply(verb) => {
                *removed = true;
                work.changed(&place, verb);
            }
            Outcome::Conflict(why) => {
                work.conflict(&place, why, element.range.clone(), other.place(None));
            }
        }
    }
    remove(work, base, &removed);
    let mut staying: HashMap<&str, &Element> = HashMap::new();
    for (element, removed) in base.elements.iter().zip(&removed).rev() {
        if !*removed {
            staying.insert(&element.name, element);
        }
    }
    let anything_stays = removed.iter().any(|removed| !removed);
    let start = base
        .elements
        .first()
        .map_or(base.empty_at, |first| first.range.start);
    let mut behind: Option<&Element> = None;
    let mut first = true;
    for element in other.elements {
        let here = bases.get(element.name.as_str()).copied();
        let place = title(&element.name);
        let before = olds.get(element.name.as_str());
        let outcome = work.decide(&Item {
            place: &place,
            old: before.map(|element| element.value.as_str()),
            base: here.map(|element| element.value.as_str()),
            other: Some(&element.value),
        });
        match outcome {
            Outcome::Nothing => {}
            Outcome::Conflict(why) => {
                work.conflict(&place, why, base.place(here), element.range.clone());
            }
            Outcome::Apply(Verb::Added) => {
                let glue = || Part::Glue(separator.to_owned());
                let own = Part::Other(element.range.clone());
                let (at, insert) = match behind {
                    Some(behind) => (behind.range.end, vec![glue(), own]),
                    None if anything_stays => (start, vec![own, glue()]),
                    None if first => (start, vec![own]),
                    None => (start, vec![glue(), own]),
                };
                first = false;
                work.splice(at..at, insert);
                work.changed(&place, Verb::Added);
            }
            Outcome::Apply(verb) => {
                if let Some(here) = here {
                    work.splice(here.range.clone(), vec![Part::Other(element.range.clone())]);
                    work.changed(&place, verb);
                }
            }
        }
        behind = staying.get(element.name.as_str()).copied().or(behind);
    }
}

/// Takes elements out, each with the separator before the next one that stays, or else with the one before it.
pub(super) fn remove(work: &mut Work<'_>, base: &List<'_>, removed: &[bool]) {
    let mut last_kept: Option<&Element> = None;
    let mut run: Option<usize> = None;
    let mut end = 0;
    for (element, removed) in base.elements.iter().zip(removed) {
        end = element.range.end;
        if *removed {
            run.get_or_insert(element.range.start);
            continue;
        }
        if let Some(start) = run.take() {
            work.splice(start..element.range.start, Vec::new());
        }
        last_kept = Some(element);
    }
    if let Some(start) = run {
        let start = last_kept.map_or(start, |kept| kept.range.end);
        work.splice(start..end, Vec::new());
    }
}

/// The elements of a list as written: between commas outside of quotation marks, without the blanks and joined line
/// ends around them.
pub(super) fn elements(bytes: &[u8], value: Range<usize>) -> Vec<Element> {
    let written = bytes.get(value.clone()).unwrap_or_default();
    let mut elements = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    for at in 0..=written.len() {
        let byte = written.get(at);
        quoted ^= byte == Some(&b'"');
        if byte.is_some() && (quoted || byte != Some(&b',')) {
            continue;
        }
        let piece = written.get(start..at).unwrap_or_default();
        let is_around = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'\\' | 0x0c);
        let before = piece.iter().take_while(|byte| is_around(byte)).count();
        let after = piece
            .iter()
            .rev()
            .take_while(|byte| is_around(byte))
            .count();
        if before < piece.len() {
            let range = value.start + start + before..value.start + at - after;
            let text: String = piece
                .get(before..piece.len() - after)
                .unwrap_or_default()
                .iter()
                .map(|byte| char::from(*byte))
                .collect();
            let name = text.trim_matches('"').to_owned();
            elements.push(Element {
                value: name.clone(),
                name,
                range,
            });
        }
        start = at + 1;
    }
    elements
}

/// What stands between the first two elements of the base: a comma, with a joined line end where the list has one
/// element a line.
pub(super) fn separator(bytes: &[u8], elements: &[Element]) -> String {
    let between = match elements {
        [first, second, ..] => bytes.get(first.range.end..second.range.start),
        _ => None,
    };
    between
        .filter(|between| between.iter().filter(|byte| **byte == b',').count() == 1)
        .and_then(|between| std::str::from_utf8(between).ok())
        .unwrap_or(",")
        .to_owned()
}
