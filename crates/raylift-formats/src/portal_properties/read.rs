//! One file as `PropertiesConfiguration` loads it.

use super::text::{list, trim, unescape};
use crate::diagnostic::{Diagnostic, Parsed};
use crate::properties::{Encoding, decode_all};

/// A longer key can end the Java machine: the expression that finds keys calls itself for every character.
const LONGEST_KEY: usize = 1500;
/// More remarks are not kept.
const MOST: usize = 1000;

/// One line of a file that says something.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// The key, escapes resolved.
    pub key: String,
    /// What it adds to the key's list. For an include: the names of files, which may hold placeholders.
    pub values: Vec<String>,
    /// Line on which it starts, from one.
    pub line: u32,
    /// The key is `include`, in any letter case: the files are loaded in this place, as if they stood there.
    pub is_include: bool,
}

/// Reads a file. An error among the diagnostics means that the portal goes on without the whole file and without what
/// it includes, and says so only on the level debug.
pub fn read(bytes: &[u8]) -> Parsed<Vec<Item>> {
    let text = decode_all(bytes, Encoding::Utf8);
    let mut reader = Reader {
        items: Vec::new(),
        diagnostics: Vec::new(),
    };
    let mut pending = String::new();
    let mut begin = 0;
    for (index, line) in lines(&text).enumerate() {
        let number = u32::try_from(index).map_or(u32::MAX, |index| index.saturating_add(1));
        let line = trim(line);
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        if begin == 0 {
            begin = number;
        }
        let joins = line.len() - line.trim_end_matches('\\').len();
        if joins % 2 == 1 {
            pending.push_str(line.get(..line.len() - 1).unwrap_or_default());
            continue;
        }
        if pending.is_empty() {
            reader.property(line, begin);
        } else {
            pending.push_str(line);
            reader.property(&pending, begin);
            pending.clear();
        }
        begin = 0;
    }
    if begin > 0 {
        reader.warn(
            begin,
            "the last value waits for another line: the portal loses it",
        );
    }
    Parsed {
        value: reader.items,
        diagnostics: reader.diagnostics,
    }
}

struct Reader {
    items: Vec<Item>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn warn(&mut self, line: u32, message: &str) {
        if self.diagnostics.len() < MOST {
            self.diagnostics.push(Diagnostic::warning(line, message));
        }
    }

    fn property(&mut self, text: &str, line: u32) {
        let Some((key, value)) = split(text) else {
            self.warn(line, "no =, : or blank ends the key: the portal drops it");
            self.items.push(Item {
                key: String::new(),
                values: vec![String::new()],
                line,
                is_include: false,
            });
            return;
        };
        if ends_in_escape(value) || ends_in_escape(key) {
            self.warn(
                line,
                "\\u at the end has less than four digits: the portal drops it",
            );
        }
        if key.len() > LONGEST_KEY {
            self.warn(line, "so long a key can keep the server from starting");
        }
        let (Ok(key), Ok(value)) = (unescape(key, false), unescape(value, true)) else {
            self.diagnostics.push(Diagnostic::error(
                line,
                "\\u is not followed by four hexadecimal digits: the portal goes on without the whole file",
            ));
            return;
        };
        let is_include = key.eq_ignore_ascii_case("include");
        let values = if is_include {
            value
                .split(',')
                .filter(|name| !name.is_empty())
                .map(|name| trim(name).to_owned())
                .collect()
        } else {
            list(&value)
        };
        self.items.push(Item {
            key,
            values,
            line,
            is_include,
        });
    }
}

/// True for a text that ends with `\u` and fewer than four characters.
fn ends_in_escape(text: &str) -> bool {
    let Some((before, after)) = text.rsplit_once("\\u") else {
        return false;
    };
    let backslashes = before.len() - before.trim_end_matches('\\').len();
    backslashes % 2 == 0 && after.encode_utf16().count() < 4
}

/// Natural lines: LF, CR or CR LF ends one.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let (line, after) = rest.split_at_checked(end)?;
        rest = after
            .strip_prefix("\r\n")
            .or_else(|| after.strip_prefix(['\r', '\n']))
            .unwrap_or_default();
        Some(line)
    })
}

/// Key and value of a property (`PropertiesReader.PROPERTY_PATTERN`): a backslash takes the next character into the key,
/// whatever it is; a blank, `=` or `:` ends it. A line separator of Unicode is matched by nothing in the pattern.
fn split(text: &str) -> Option<(&str, &str)> {
    let is_blank = |letter: char| matches!(letter, ' ' | '\t' | '\u{b}' | '\u{c}' | '\r' | '\n');
    let is_line_end = |letter: char| matches!(letter, '\u{85}' | '\u{2028}' | '\u{2029}');
    let mut letters = text.char_indices();
    let key_end = loop {
        let (at, letter) = letters.next()?;
        if letter == '\\' {
            let (_, escaped) = letters.next()?;
            if is_line_end(escaped) {
                return None;
            }
        } else if is_blank(letter) || matches!(letter, '=' | ':') {
            break at;
        }
    };
    let (key, rest) = text.split_at_checked(key_end)?;
    let rest = rest.trim_start_matches(is_blank);
    let value = rest
        .strip_prefix(['=', ':'])
        .unwrap_or(rest)
        .trim_start_matches(is_blank);
    if value.contains(is_line_end) {
        return None;
    }
    Some((trim(key), trim(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &str) -> Vec<(String, Vec<String>, u32)> {
        read(text.as_bytes())
            .value
            .into_iter()
            .map(|item| (item.key, item.values, item.line))
            .collect()
    }

    #[test]
    fn what_differs_from_java() {
        assert_eq!(
            items("a=1, 2\\, 3 \n\n# c\na:x \\\n\n #c\n  y\nlost=\\"),
            [
                ("a".to_owned(), vec!["1".to_owned(), "2, 3".to_owned()], 1),
                ("a".to_owned(), vec!["x y".to_owned()], 4),
            ]
        );
        assert!(read(b"a=\\u12x4").has_errors());
        let includes = read(b"Include = a, b").value;
        assert!(includes.iter().all(|item| item.is_include));
    }
}
