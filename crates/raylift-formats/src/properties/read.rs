//! Keys and values with their places.

use std::collections::HashSet;
use std::ops::Range;

use super::check::{Remarks, check};
use super::decode::decode;
use super::escape::unescape;
use super::lines::{Lines, LogicalLine};
use crate::diagnostic::Parsed;

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `Properties.load(Reader)` over UTF-8: how Liferay reads portal properties
    /// (`ClassLoaderAggregateProperties`).
    Utf8,
    /// ISO-8859-1: `Properties.load(InputStream)`, for example the upgrade client's files.
    Latin1,
}

/// One key with its value. Its ranges count bytes of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The key, escapes resolved.
    pub key: String,
    /// The value, escapes resolved.
    pub value: String,
    /// Line on which it starts, from one.
    pub line: u32,
    /// The whole logical line: from the start of its first natural line to behind its line end. Lone backslashes on
    /// lines before, which Java joins with it, belong to it.
    pub line_bytes: Range<usize>,
    /// The key as written.
    pub key_bytes: Range<usize>,
    /// The value as written, up to the line end; joining backslashes and line ends inside of it included.
    pub value_bytes: Range<usize>,
    /// Between key and line end: separator, blanks and the value as written.
    pub(super) after_key: Range<usize>,
}

/// All keys of one file in its order, repeated ones included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    entries: Vec<Property>,
}

impl Properties {
    /// The value `java.util.Properties` has for a key: of a repeated key the last one. (Liferay's own reader of portal
    /// properties joins repeated keys into a list.)
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entry(key).map(|property| property.value.as_str())
    }

    /// The last entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Property> {
        self.entries
            .iter()
            .rev()
            .find(|property| property.key == key)
    }

    /// All entries in the order of the file.
    pub fn entries(&self) -> &[Property] {
        &self.entries
    }
}

/// Reads a file as `java.util.Properties` does. Where Java refuses the whole file (a `\u` without four digits), this
/// goes on and says so with an error. Linear in time and memory; and an entry costs about 150
/// bytes more than its text; at most a thousand remarks of each kind are kept.
pub fn read(bytes: &[u8], encoding: Encoding) -> Parsed<Properties> {
    let mut remarks = Remarks::default();
    check(bytes, encoding, &mut remarks);
    let entries: Vec<Property> = Lines::new(bytes)
        .map(|line| property(bytes, &line, encoding, &mut remarks))
        .collect();
    let mut seen = HashSet::new();
    for entry in &entries {
        if !seen.insert(entry.key.as_str()) {
            let message = if entry.key.len() <= LONGEST_NAME {
                format!("key {} stands there again", entry.key)
            } else {
                "a very long key stands there again".to_owned()
            };
            remarks.warn(entry.line, message);
        }
    }
    Parsed {
        value: Properties { entries },
        diagnostics: remarks.in_order(),
    }
}

/// Longer keys, in bytes, are not repeated in remarks.
const LONGEST_NAME: usize = 300;

fn property(
    file: &[u8],
    line: &LogicalLine,
    encoding: Encoding,
    remarks: &mut Remarks,
) -> Property {
    let (key_end, value_start) = split(file, line);
    let mut text = |range: &Range<usize>| {
        let parts: Vec<Range<usize>> = line
            .parts
            .iter()
            .map(|part| part.start.max(range.start)..part.end.min(range.end))
            .filter(|part| !part.is_empty())
            .collect();
        let (decoded, _) = decode(file, &parts, encoding);
        let unescaped = unescape(&decoded);
        if unescaped.malformed {
            remarks.error(
                line.number,
                "\\u is not followed by four hexadecimal digits: Java refuses the whole file",
            );
        }
        if unescaped.replaced {
            remarks.warn(line.number, "\\u gives half of a character");
        }
        unescaped.text
    };
    if line.parts.is_empty() {
        // Lone backslashes are all there is: an empty key, in whose place anything may be written.
        return Property {
            key: String::new(),
            value: String::new(),
            line: line.number,
            line_bytes: line.begin..line.after,
            key_bytes: line.begin..line.begin,
            value_bytes: line.begin..line.end,
            after_key: line.begin..line.end,
        };
    }
    let first = line.parts.first().map_or(line.end, |part| part.start);
    // What comes after the last byte may start with a backslash that joined nothing; it belongs to the value's place.
    let after_last = line.parts.last().map_or(line.end, |part| part.end);
    let after_key = key_end.unwrap_or(after_last);
    // A key that reaches over a line end ends where its last byte is, not where the next line's first one is.
    let key_stop = line
        .parts
        .iter()
        .rev()
        .find(|part| part.start < after_key)
        .map_or(first, |part| part.end.min(after_key));
    let value_start = value_start.unwrap_or(after_last);
    Property {
        key: text(&(first..key_stop)),
        value: text(&(value_start..line.end)),
        line: line.number,
        line_bytes: line.begin..line.after,
        key_bytes: first..key_stop,
        value_bytes: value_start..line.end,
        after_key: after_key..line.end,
    }
}

/// Places of the first byte after the key and of the value's first byte, where there are such: the key ends at the first
/// `=`, `:` or blank without a backslash before it; blanks and one `=` or `:` separate.
fn split(file: &[u8], line: &LogicalLine) -> (Option<usize>, Option<usize>) {
    let is_blank = |byte: u8| matches!(byte, b' ' | b'\t' | 0x0c);
    let is_separator = |byte: u8| matches!(byte, b'=' | b':');
    let mut escaped = false;
    let mut key_end = None;
    let mut separated = false;
    for (place, byte) in line.bytes(file) {
        if key_end.is_none() {
            if !escaped && (is_blank(byte) || is_separator(byte)) {
                key_end = Some(place);
            } else {
                escaped = byte == b'\\' && !escaped;
                continue;
            }
        }
        if is_separator(byte) && !separated {
            separated = true;
        } else if !is_blank(byte) {
            return (key_end, Some(place));
        }
    }
    (key_end, None)
}
