//! Keys and values with their places.

use std::ops::Range;

use super::escape::unescape;
use super::lines::{Lines, LogicalLine};
use crate::diagnostic::{Diagnostic, Parsed};

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `Properties.load(Reader)` over UTF-8: how Liferay reads portal properties
    /// (`ClassLoaderAggregateProperties`).
    Utf8,
    /// ISO-8859-1: `Properties.load(InputStream)`, for example the upgrade client's files.
    Latin1,
}

/// One key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The key, escapes resolved.
    pub key: String,
    /// The value, escapes resolved.
    pub value: String,
    /// Line on which it starts, from one.
    pub line: u32,
    /// Bytes of the file between key and line end: separator, blanks and the value as written.
    pub(super) after_key: Range<usize>,
    /// Bytes of the file that hold the value as written.
    pub(super) value_bytes: Range<usize>,
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
/// goes on and says so with an error.
pub fn read(bytes: &[u8], encoding: Encoding) -> Parsed<Properties> {
    let mut properties = Properties::default();
    let mut diagnostics = Vec::new();
    if bytes.starts_with(b"\xef\xbb\xbf") {
        diagnostics.push(Diagnostic::warning(
            1,
            "a byte order mark becomes part of the first key",
        ));
    }
    let mut seen = std::collections::HashSet::new();
    for line in Lines::new(bytes) {
        let property = property(&line, encoding, &mut diagnostics);
        if !seen.insert(property.key.clone()) {
            diagnostics.push(Diagnostic::warning(
                line.number,
                format!("key {} stands there again", property.key),
            ));
        }
        properties.entries.push(property);
    }
    Parsed {
        value: properties,
        diagnostics,
    }
}

fn property(line: &LogicalLine, encoding: Encoding, diagnostics: &mut Vec<Diagnostic>) -> Property {
    let (key_end, value_start) = split(&line.bytes);
    let mut text = |raw: &[u8]| {
        let unescaped = unescape(raw, encoding);
        if unescaped.malformed {
            diagnostics.push(Diagnostic::error(
                line.number,
                "\\u is not followed by four hexadecimal digits",
            ));
        }
        if unescaped.replaced {
            diagnostics.push(Diagnostic::warning(
                line.number,
                "some characters cannot be decoded",
            ));
        }
        unescaped.text
    };
    // What comes after the last byte may start with a backslash that joined nothing; it belongs to the value's place.
    let after_last = line.places.last().map_or(line.end, |last| last + 1);
    let place = |index: usize| line.places.get(index).copied().unwrap_or(after_last);
    Property {
        key: text(line.bytes.get(..key_end).unwrap_or_default()),
        value: text(line.bytes.get(value_start..).unwrap_or_default()),
        line: line.number,
        after_key: place(key_end)..line.end,
        value_bytes: place(value_start)..line.end,
    }
}

/// End of the key and start of the value: the key ends at the first `=`, `:` or blank without a backslash before it;
/// blanks and one `=` or `:` separate.
fn split(bytes: &[u8]) -> (usize, usize) {
    let is_blank = |byte: u8| matches!(byte, b' ' | b'\t' | 0x0c);
    let is_separator = |byte: u8| matches!(byte, b'=' | b':');
    let mut escaped = false;
    let key_end = bytes
        .iter()
        .position(|byte| {
            let ends = !escaped && (is_blank(*byte) || is_separator(*byte));
            escaped = *byte == b'\\' && !escaped;
            ends
        })
        .unwrap_or(bytes.len());
    let mut separated = false;
    let rest = bytes.get(key_end..).unwrap_or_default();
    let skipped = rest
        .iter()
        .position(|byte| {
            let first_separator = is_separator(*byte) && !separated;
            separated |= first_separator;
            !is_blank(*byte) && !first_separator
        })
        .unwrap_or(rest.len());
    (key_end, key_end + skipped)
}
