//! Changing one key and leaving everything else as it is.

use std::ops::Range;

use thiserror::Error;

use super::dialect::{Dialect, FileKind, Reading};
use super::entry::{Config, ConfigEntry, Shape, ValueType};
use super::read::layout;
use super::store::{Definition, Layout};
use super::write::{is_key, value};
use crate::line_end;
use crate::splice::{self, Splice};

/// Why a file was not changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EditError {
    /// The server takes nothing out of the file, so there is nothing to add to.
    #[error("the server takes nothing out of this file")]
    Refused,
    /// Both readers know only ASCII letters, digits, `-`, `_` and `.` in keys.
    #[error("{0} is not a key that the server reads")]
    NotAKey(String),
    /// No way of writing it leaves the other keys as they are: the place is below a line at which the server stops, or
    /// the server takes the whole file for plain texts.
    #[error("{0} cannot be changed without changing what the server reads of the rest")]
    NotPossible(String),
}

/// Sets one key: see [`set_splices`].
///
/// # Errors
///
/// As there.
pub fn set(
    bytes: &[u8],
    dialect: Dialect,
    key: &str,
    value_type: ValueType,
    shape: &Shape,
) -> Result<Vec<u8>, EditError> {
    let splices = set_splices(bytes, dialect, key, value_type, shape)?;
    splice::apply(bytes, &splices).map_err(|_| EditError::NotPossible(key.to_owned()))
}

/// Sets one key of a `.config` file. Only the bytes of its value change; a new key gets a line at the end. What is
/// written is ASCII. A file in which the key has this value already is not changed at all.
///
/// # Errors
///
/// When the changed file would not be read as the old one with this one difference.
pub fn set_splices(
    bytes: &[u8],
    dialect: Dialect,
    key: &str,
    value_type: ValueType,
    shape: &Shape,
) -> Result<Vec<Splice>, EditError> {
    if !is_key(key) {
        return Err(EditError::NotAKey(key.to_owned()));
    }
    let before = whole(bytes, dialect)?;
    let mut wanted = before.parsed.value.clone();
    match wanted.entries.iter_mut().find(|entry| entry.key == key) {
        Some(entry) if (entry.value_type, &entry.shape) == (value_type, shape) => {
            return Ok(Vec::new());
        }
        Some(entry) => {
            entry.value_type = value_type;
            entry.shape = shape.clone();
        }
        None => wanted.entries.push(ConfigEntry {
            key: key.to_owned(),
            value_type,
            shape: shape.clone(),
            line: 0,
        }),
    }
    let text = value(value_type, shape);
    let line = format!("{key}={text}");
    let end = line_end::first(bytes).unwrap_or("\r\n");
    let definition = before.definitions_of(key).next_back();
    let attempts: Vec<Vec<Splice>> = match definition {
        Some(definition) => [
            value_place(bytes, definition).map(|place| with_value(bytes, definition, place, &text)),
            Some(replaced(bytes, definition, &line)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        // A last line without an end, or one whose backslash waits for more, needs line ends before the new one.
        None => (0..3)
            .map(|breaks| format!("{}{line}{end}", end.repeat(breaks)))
            .map(|line| vec![Splice::insert(bytes.len(), line)])
            .collect(),
    };
    first_that_reads(bytes, attempts, dialect, &wanted, key)
}

/// Takes one key out: see [`remove_splices`].
///
/// # Errors
///
/// As there.
pub fn remove(bytes: &[u8], dialect: Dialect, key: &str) -> Result<Vec<u8>, EditError> {
    let splices = remove_splices(bytes, dialect, key)?;
    splice::apply(bytes, &splices).map_err(|_| EditError::NotPossible(key.to_owned()))
}

/// Takes one key out of a `.config` file, with every line on which it is set. No splices for a key that is not there.
///
/// # Errors
///
/// When the changed file would not be read as the old one without this key.
pub fn remove_splices(bytes: &[u8], dialect: Dialect, key: &str) -> Result<Vec<Splice>, EditError> {
    let before = whole(bytes, dialect)?;
    let mut wanted = before.parsed.value.clone();
    wanted.entries.retain(|entry| entry.key != key);
    if wanted.entries.len() == before.parsed.value.entries.len() {
        return Ok(Vec::new());
    }
    let pieces = before
        .definitions_of(key)
        .flat_map(|definition| definition.pieces.iter().cloned());
    let attempt = pieces.map(Splice::delete).collect();
    first_that_reads(bytes, vec![attempt], dialect, &wanted, key)
}

fn whole(bytes: &[u8], dialect: Dialect) -> Result<Layout, EditError> {
    let layout = layout(bytes, &Reading::new(dialect, FileKind::Config));
    if layout.parsed.value.refused {
        return Err(EditError::Refused);
    }
    Ok(layout)
}

fn first_that_reads(
    bytes: &[u8],
    attempts: Vec<Vec<Splice>>,
    dialect: Dialect,
    wanted: &Config,
    key: &str,
) -> Result<Vec<Splice>, EditError> {
    let reads = |splices: &Vec<Splice>| {
        splice::apply(bytes, splices).is_ok_and(|edited| {
            let reading = Reading::new(dialect, FileKind::Config);
            same(&layout(&edited, &reading).parsed.value, wanted)
        })
    };
    attempts
        .into_iter()
        .find(reads)
        .ok_or_else(|| EditError::NotPossible(key.to_owned()))
}

fn same(read: &Config, wanted: &Config) -> bool {
    let same = |(left, right): (&ConfigEntry, &ConfigEntry)| {
        (&left.key, left.value_type, &left.shape) == (&right.key, right.value_type, &right.shape)
    };
    !read.refused
        && read.entries.len() == wanted.entries.len()
        && read.entries.iter().zip(&wanted.entries).all(same)
}

/// Where the value of a definition begins: after the first separator that its key leaves, and blanks.
fn value_place(bytes: &[u8], definition: &Definition) -> Option<usize> {
    for piece in definition.pieces.iter() {
        let line = bytes.get(piece.clone())?;
        if let Some(place) = line.iter().position(|byte| matches!(byte, b'=' | b':')) {
            let after = line.get(place + 1..)?;
            let blanks = after
                .iter()
                .take_while(|byte| matches!(byte, b' ' | b'\t'))
                .count();
            return Some(piece.start + place + 1 + blanks);
        }
    }
    None
}

/// The value from a place on replaced; further lines of it go.
fn with_value(bytes: &[u8], definition: &Definition, place: usize, text: &str) -> Vec<Splice> {
    definition
        .pieces
        .iter()
        .filter(|piece| piece.end > place)
        .map(|piece| {
            if piece.start <= place {
                Splice::replace(place..end_of(bytes, piece), text)
            } else {
                Splice::delete(piece.clone())
            }
        })
        .collect()
}

/// The whole definition replaced by one line.
fn replaced(bytes: &[u8], definition: &Definition, line: &str) -> Vec<Splice> {
    let start = definition
        .pieces
        .iter()
        .next()
        .map_or(0, |piece| piece.start);
    with_value(bytes, definition, start, line)
}

/// End of the content of a stretch of lines.
fn end_of(bytes: &[u8], piece: &Range<usize>) -> usize {
    let line_end = match bytes.get(piece.clone()).unwrap_or_default() {
        [.., b'\r', b'\n'] => 2,
        [.., b'\r' | b'\n'] => 1,
        _ => 0,
    };
    piece.end - line_end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(text: &str) -> Shape {
        Shape::Scalar(text.to_owned())
    }

    fn edited(file: &str, key: &str, text: &str) -> String {
        let edited = [Dialect::Felix, Dialect::Liferay].map(|dialect| {
            let bytes = set(
                file.as_bytes(),
                dialect,
                key,
                ValueType::String,
                &scalar(text),
            );
            String::from_utf8(bytes.unwrap()).unwrap()
        });
        assert_eq!(edited[0], edited[1]);
        edited[0].clone()
    }

    #[test]
    fn only_the_value_changes() {
        let file = "# note\r\n\r\na = I\"1\"\r\nlist=[ \\\r\n  \"x\", \\\r\n  ]\r\nz=\"1\"";
        assert_eq!(
            edited(file, "a", "2 3"),
            file.replace("I\"1\"", "\"2\\ 3\"")
        );
        assert_eq!(
            edited(file, "list", "y"),
            "# note\r\n\r\na = I\"1\"\r\nlist=\"y\"\r\nz=\"1\""
        );
        assert_eq!(edited(file, "z", "1"), file);
    }

    #[test]
    fn a_new_key_gets_a_line_of_its_own() {
        assert_eq!(edited("", "a", "b"), "a=\"b\"\r\n");
        assert_eq!(edited("x=\"y\"", "a", "b"), "x=\"y\"\r\na=\"b\"\r\n");
        assert_eq!(edited("x=\"y\"\n", "a", "b"), "x=\"y\"\na=\"b\"\n");
        assert_eq!(
            edited("# only a note", "a", "b"),
            "# only a note\r\na=\"b\"\r\n"
        );
    }

    #[test]
    fn a_key_is_removed_with_all_its_lines_and_no_comment() {
        let file = "a=[\\\n\"x\",\\\n# note\n\"y\"]\nb=\"1\"\na=\"z\"\n";
        for dialect in [Dialect::Felix, Dialect::Liferay] {
            let left = remove(file.as_bytes(), dialect, "a").unwrap();
            assert_eq!(String::from_utf8(left).unwrap(), "# note\nb=\"1\"\n");
            assert_eq!(
                remove(file.as_bytes(), dialect, "c").unwrap(),
                file.as_bytes()
            );
        }
    }

    #[test]
    fn what_would_change_more_is_refused() {
        let set = |file: &str, dialect, key: &str| {
            super::set(
                file.as_bytes(),
                dialect,
                key,
                ValueType::String,
                &scalar("new"),
            )
        };
        let not_possible = Err(EditError::NotPossible("b".to_owned()));
        assert_eq!(set("a=\"1\"\nbad\n", Dialect::Liferay, "b"), not_possible);
        assert_eq!(set("a=1\n", Dialect::Felix, "b"), not_possible);
        assert_eq!(
            set("a=I\"x\"\n", Dialect::Liferay, "b"),
            Err(EditError::Refused)
        );
        assert_eq!(
            set("", Dialect::Liferay, "b c"),
            Err(EditError::NotAKey("b c".to_owned()))
        );
    }
}
