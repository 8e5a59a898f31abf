//! What both readers do with the keys they found.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use super::entry::{Config, ConfigEntry, Shape, ValueType};
use super::java_text::{Unit, Variables};
use super::substitute::Stop;
use super::value::{self, Value};
use super::{Dialect, FileKind};
use crate::diagnostic::{Diagnostic, Parsed};

/// How many variables of one value are named.
pub(super) const MOST_VARIABLES: usize = 100;

/// Lines of a key, comments between them left out: each stretch without a break is one range.
#[derive(Debug, Clone, Default)]
pub(super) struct Pieces {
    first: Range<usize>,
    /// Mostly empty, and then without memory of its own.
    more: Vec<Range<usize>>,
}

impl Pieces {
    /// Adds a line with its end.
    pub(super) fn push(&mut self, line: Range<usize>) {
        let last = self.more.last_mut().unwrap_or(&mut self.first);
        if last.start == last.end {
            *last = line;
        } else if last.end == line.start {
            last.end = line.end;
        } else {
            self.more.push(line);
        }
    }

    /// True before the first line.
    pub(super) fn is_empty(&self) -> bool {
        self.first.start == self.first.end
    }

    /// The stretches in the order of the file.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Range<usize>> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

/// One key where it stands in the file.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    /// Place of the key in [`Store::values`].
    pub(super) key: usize,
    /// The lines it consists of.
    pub(super) pieces: Pieces,
}

/// The keys of a file, each once.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// Key, text of its value, line.
    pub(super) values: Vec<(String, Vec<Unit>, u32)>,
    places: HashMap<String, usize>,
    /// Keys that stand there more than once.
    repeated: HashSet<usize>,
    /// Every place where a key stands.
    pub(super) definitions: Vec<Definition>,
}

impl Store {
    /// Place of a key in [`Store::values`].
    pub(super) fn place(&self, key: &str) -> Option<usize> {
        self.places.get(key).copied()
    }

    /// Adds a key or replaces its value; it keeps its place (`LinkedHashMap.put`).
    pub(super) fn put(
        &mut self,
        (key, value): (String, Vec<Unit>),
        line: u32,
        pieces: Pieces,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let place = match self.place(&key) {
            Some(place) => {
                if self.repeated.insert(place) {
                    let message = format!("{key} stands there again; the last one counts");
                    diagnostics.push(Diagnostic::warning(line, message));
                }
                if let Some(old) = self.values.get_mut(place) {
                    *old = (key, value, line);
                }
                place
            }
            None => {
                let place = self.values.len();
                self.places.insert(key.clone(), place);
                self.values.push((key, value, line));
                place
            }
        };
        self.definitions.push(Definition { key: place, pieces });
    }
}

/// A file as it was read, with the places of its keys.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) parsed: Parsed<Config>,
    definitions: Vec<Definition>,
    keys: Vec<String>,
}

impl Layout {
    /// Every place where a key stands, in the order of the file.
    pub(super) fn definitions_of(&self, key: &str) -> impl DoubleEndedIterator<Item = &Definition> {
        let place = self.keys.iter().position(|known| known == key);
        self.definitions
            .iter()
            .filter(move |definition| Some(definition.key) == place)
    }

    /// Nothing is taken out of the file.
    pub(super) fn refused(line: u32, reason: &str, mut diagnostics: Vec<Diagnostic>) -> Self {
        let message = format!("the server takes nothing out of this file: {reason}");
        diagnostics.push(Diagnostic::error(line, message));
        diagnostics.sort_by_key(|diagnostic| diagnostic.line);
        Self {
            parsed: Parsed {
                value: Config {
                    refused: true,
                    ..Config::default()
                },
                diagnostics,
            },
            ..Self::default()
        }
    }

    /// The same, because a value cannot be had.
    pub(super) fn stopped(line: u32, stop: &Stop, diagnostics: Vec<Diagnostic>) -> Self {
        match stop {
            Stop::Refused(reason) => Self::refused(line, reason, diagnostics),
            Stop::Endless => Self::refused(
                line,
                "it searches without end for a } that closes a variable; the thread that reads all configuration hangs",
                diagnostics,
            ),
            Stop::NotDetermined(name) => Self::refused(
                line,
                &format!("not determined: what {name} is hangs on a variable of the machine"),
                diagnostics,
            ),
            Stop::TooMuch => Self::refused(
                line,
                "not determined: variables in variables make a value that is too long to follow",
                diagnostics,
            ),
        }
    }
}

/// Turns texts of values into values, and says what the Configuration Admin refuses.
pub(super) fn finish(
    store: Store,
    typed: bool,
    (dialect, kind): (Dialect, FileKind),
    variables: &Variables,
    mut diagnostics: Vec<Diagnostic>,
) -> Layout {
    let mut config = Config::default();
    let mut refusal: Option<(u32, String)> = None;
    for (key, units, line) in &store.values {
        let names = variables.names(units, MOST_VARIABLES);
        if !names.is_empty() {
            let message = format!(
                "the value of {key} depends on the machine: {}",
                names.join(", ")
            );
            diagnostics.push(Diagnostic::warning(*line, message));
        }
        let (value_type, shape) = if typed {
            match value::read(units, dialect, variables) {
                Value::Of {
                    value_type,
                    shape,
                    remarks,
                } => {
                    for remark in remarks {
                        diagnostics.push(Diagnostic::warning(*line, format!("{key} {remark}")));
                    }
                    (value_type, shape)
                }
                Value::Refused { reason, .. } => {
                    let message = format!("{key} {reason}");
                    match &refusal {
                        None => refusal = Some((*line, message)),
                        Some(_) => diagnostics.push(Diagnostic::error(*line, message)),
                    }
                    continue;
                }
                Value::NotDetermined => {
                    let message = format!(
                        "{key} is left out here: what the server makes of it is not determined; it may refuse the whole file"
                    );
                    diagnostics.push(Diagnostic::error(*line, message));
                    continue;
                }
            }
        } else {
            let (text, lossy) = variables.render(units);
            if lossy {
                let message = format!("{key} holds half a surrogate pair, which cannot be shown");
                diagnostics.push(Diagnostic::warning(*line, message));
            }
            (ValueType::String, Shape::Scalar(text))
        };
        if !names.is_empty() {
            config.variables.push((key.clone(), names));
        }
        config.entries.push(ConfigEntry {
            key: key.clone(),
            value_type,
            shape,
            line: *line,
        });
    }
    if refusal.is_none() {
        refusal = keys_refused(&store.values);
    }
    if let Some((line, reason)) = refusal {
        return Layout::refused(line, &reason, diagnostics);
    }
    if kind == FileKind::Cfg && dialect == Dialect::Liferay {
        diagnostics.push(Diagnostic::warning(
            0,
            "7.3 and later read .cfg files only with module.framework.file.install.cfg.enabled=true",
        ));
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.line);
    Layout {
        parsed: Parsed {
            value: config,
            diagnostics,
        },
        definitions: store.definitions,
        keys: store.values.into_iter().map(|(key, ..)| key).collect(),
    }
}

/// The Configuration Admin (Felix 1.9, `CaseInsensitiveDictionary`) takes no empty key and no two keys that differ in
/// case only.
fn keys_refused(values: &[(String, Vec<Unit>, u32)]) -> Option<(u32, String)> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (key, _, line) in values {
        if key.is_empty() {
            return Some((*line, "a key is empty".to_owned()));
        }
        if let Some(other) = seen.insert(folded(key), key) {
            return Some((*line, format!("{key} and {other} differ in case only")));
        }
    }
    None
}

/// `String.compareToIgnoreCase` compares characters after `toLowerCase(toUpperCase(c))`, each one to one.
fn folded(key: &str) -> String {
    key.chars()
        .map(|character| {
            let upper = single(character, character.to_uppercase());
            single(upper, upper.to_lowercase())
        })
        .collect()
}

fn single(character: char, mut mapped: impl ExactSizeIterator<Item = char>) -> char {
    if mapped.len() == 1 {
        mapped.next().unwrap_or(character)
    } else {
        character
    }
}
