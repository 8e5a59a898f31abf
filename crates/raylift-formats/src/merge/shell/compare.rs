//! Scripts that are compared word by word, because they cannot be merged.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::script::{Assignment, Script};
use super::{Merge, NOT_UNDERSTOOD, WOVEN, option_name};
use crate::merge::{Item, Outcome};

/// What a script says, comments aside: options by name, other variables by name with an equals sign.
struct Said(HashMap<String, Vec<String>>);

impl Said {
    fn of(script: &Script, bytes: &[u8]) -> Self {
        let mut said = Self(HashMap::new());
        for assignment in &script.assignments {
            for (key, _, word) in words(assignment) {
                said.add(key, word);
            }
        }
        for range in &script.opaque {
            let text = String::from_utf8_lossy(bytes.get(range.clone()).unwrap_or_default());
            for line in text.lines() {
                said.line(line);
            }
        }
        said
    }

    fn add(&mut self, key: String, word: &str) {
        self.0.entry(key).or_default().push(word.to_owned());
    }

    fn line(&mut self, line: &str) {
        let is_between =
            |character: char| character.is_whitespace() || "\"'`;&|<>()".contains(character);
        for token in line.split(is_between).filter(|token| !token.is_empty()) {
            if token.starts_with('#') {
                return;
            }
            self.add(option_name(token), token);
            let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
            if let Some((name, value)) = token.split_once('=')
                && name.chars().all(is_name)
            {
                self.add(option_name(value), value);
                self.add(format!("{name}="), value);
            }
        }
    }

    /// This word where it is said, else the last one with its key.
    fn value(&self, key: &str, word: &str) -> Option<&str> {
        let values = self.0.get(key)?;
        let same = values.iter().find(|value| *value == word);
        same.or(values.last()).map(String::as_str)
    }
}

/// Of an assignment each word with its key and place.
fn words(assignment: &Assignment) -> Vec<(String, String, &str)> {
    let name = &assignment.name;
    if !assignment.is_options() {
        return vec![(format!("{name}="), name.clone(), &assignment.written)];
    }
    let words = assignment.options.iter();
    words
        .map(|option| {
            let place = format!("{name} {}", option.name);
            (option.name.clone(), place, option.value.as_str())
        })
        .collect()
}

impl Merge<'_> {
    /// What the other script says and the base does not, or no longer says and the base does, is one conflict. So is
    /// every difference from the old one where nothing can be said about single words.
    pub(super) fn compare(&mut self) {
        if self.sides.old == Some(self.sides.other) || self.sides.base == self.sides.other {
            return;
        }
        let is_opaque = |script: &Script| !script.not_understood.is_empty();
        let opaque = is_opaque(self.other) || self.old.is_some_and(is_opaque);
        let why = if opaque || is_opaque(self.base) {
            NOT_UNDERSTOOD
        } else {
            WOVEN
        };
        let lacks = match self.differs() {
            _ if opaque || self.is_woven() => self.other_lines(),
            Some(statements) => statements,
            None => return,
        };
        self.work.whole("the script", why, &self.sides, lacks);
    }

    /// Statements of the other script with something that the base does not say; `None` when nothing differs.
    fn differs(&self) -> Option<Vec<Range<usize>>> {
        let base = Said::of(self.base, self.sides.base);
        let other = Said::of(self.other, self.sides.other);
        let (old, bytes) = (self.old, self.sides.old);
        let before = old.zip(bytes).map(|(old, bytes)| Said::of(old, bytes));
        let old = |key: &str, word: &str| before.as_ref()?.value(key, word);
        let is_change = |place: &str, key: &str, word: &str, there: Option<&str>| {
            let outcome = self.work.decide(&Item {
                place,
                old: old(key, word),
                base: base.value(key, word),
                other: there,
            });
            !matches!(outcome, Outcome::Nothing)
        };
        let lacks: Vec<Range<usize>> = self
            .other
            .assignments
            .iter()
            .filter(|assignment| {
                let mut words = words(assignment).into_iter();
                words.any(|(key, place, word)| is_change(&place, &key, word, Some(word)))
            })
            .map(|assignment| assignment.statement.clone())
            .collect();
        let gone = self.old.iter().flat_map(|old| &old.assignments);
        let mut gone = gone.flat_map(words);
        let differs = !lacks.is_empty()
            || gone.any(|(key, place, word)| {
                !other.0.contains_key(&key) && is_change(&place, &key, word, None)
            });
        differs.then_some(lacks)
    }

    /// Lines of the other script that the base has not to the letter, comments aside.
    fn other_lines(&self) -> Vec<Range<usize>> {
        let lines = |bytes: &[u8]| {
            let mut at = 0;
            let lines = bytes.split_inclusive(|byte| *byte == b'\n').map(|line| {
                at += line.len();
                at - line.len()..at - line.len() + line.trim_ascii_end().len()
            });
            lines.collect::<Vec<_>>()
        };
        let of = |bytes: &'_ [u8], range: &Range<usize>| {
            let line = bytes.get(range.clone()).unwrap_or_default();
            line.trim_ascii().to_vec()
        };
        let (base, other) = (self.sides.base, self.sides.other);
        let own: HashSet<Vec<u8>> = lines(base).iter().map(|range| of(base, range)).collect();
        lines(other)
            .into_iter()
            .filter(|range| {
                let line = of(other, range);
                !line.is_empty() && !line.starts_with(b"#") && !own.contains(&line)
            })
            .collect()
    }
}
