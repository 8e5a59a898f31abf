//! Reading a file as the server does.

use super::dialect::{Dialect, FileKind, Reading};
use super::entry::Config;
use super::java_text::{decode, natural_lines};
use super::store::Layout;
use super::{felix, liferay};
use crate::diagnostic::{Diagnostic, Level, Parsed};
use crate::properties::Encoding;

/// Reads a `.config` file of a release whose line is not known, with both readers.
///
/// The answer is the later reader's. Where the older one takes something else out of the file, a diagnostic says so:
/// an error, unless one of the two already has one.
pub fn read(bytes: &[u8]) -> Parsed<Config> {
    let mut later = read_as(bytes, Dialect::Liferay);
    let older = read_as(bytes, Dialect::Felix);
    if same(&later.value, &older.value) {
        return later;
    }
    let differs: Vec<&str> = later
        .value
        .entries
        .iter()
        .chain(&older.value.entries)
        .map(|entry| entry.key.as_str())
        .filter(|key| !same_entry(&later.value, &older.value, key))
        .collect();
    let keys = match differs.as_slice() {
        [] => "the whole file".to_owned(),
        [first, ..] => format!("key {first}"),
    };
    let message = format!("7.2 and later releases read {keys} differently");
    later.diagnostics.push(Diagnostic::error(0, message));
    later
}

fn same(left: &Config, right: &Config) -> bool {
    left.refused == right.refused
        && left.entries.len() == right.entries.len()
        && left
            .entries
            .iter()
            .all(|entry| same_entry(left, right, &entry.key))
}

fn same_entry(left: &Config, right: &Config, key: &str) -> bool {
    match (left.get(key), right.get(key)) {
        (Some(left), Some(right)) => {
            (left.value_type, &left.shape) == (right.value_type, &right.shape)
        }
        (left, right) => left.is_none() && right.is_none(),
    }
}

/// Reads a `.config` file as a line of releases does by default, with nothing known of the server's machine.
pub fn read_as(bytes: &[u8], dialect: Dialect) -> Parsed<Config> {
    read_with(bytes, &Reading::new(dialect, FileKind::Config))
}

/// Reads a file exactly as told.
///
/// What the server's Configuration Admin then refuses counts as refused. Of 7.2's values in hexadecimal floating-point
/// notation, and of files that 7.2 reads as XML, the diagnostics say that they are not determined.
pub fn read_with(bytes: &[u8], reading: &Reading<'_>) -> Parsed<Config> {
    let mut parsed = layout(bytes, reading).parsed;
    let mut of_the_bytes = look_at_bytes(bytes, reading);
    of_the_bytes.append(&mut parsed.diagnostics);
    parsed.diagnostics = of_the_bytes;
    parsed
}

/// The file with the places of its keys.
pub(super) fn layout(bytes: &[u8], reading: &Reading<'_>) -> Layout {
    match reading.dialect {
        Dialect::Felix => felix::read(bytes, reading),
        Dialect::Liferay => liferay::read(bytes, reading),
    }
}

/// What is odd about the bytes, whatever they mean.
fn look_at_bytes(bytes: &[u8], reading: &Reading<'_>) -> Vec<Diagnostic> {
    let mut diagnostics = notice_encoding(bytes, reading.encoding);
    if let Some(line) = first_line(bytes, &|content| content.contains(&0)) {
        let at = diagnostics
            .iter()
            .position(|remark| remark.severity == Level::Warning)
            .unwrap_or(diagnostics.len());
        diagnostics.insert(
            at,
            Diagnostic::warning(line, "the line holds a NUL character"),
        );
    }
    diagnostics
}

/// What of the bytes does not suit an encoding: byte order marks, and letters that the server takes for others.
/// [`read_with`] says the same, among all the rest.
pub fn notice_encoding(bytes: &[u8], encoding: Encoding) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    if bytes.starts_with(b"\xef\xbb\xbf") {
        diagnostics.push(Diagnostic::error(
            1,
            "the file begins with a byte order mark, which the server takes for a part of the first line",
        ));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        diagnostics.push(Diagnostic::error(1, "the file is written in UTF-16"));
    }
    let message = match encoding {
        Encoding::Utf8 => {
            let line = first_line(bytes, &|content| decode(content, Encoding::Utf8).1);
            line.map(|line| {
                (
                    line,
                    "the line is not UTF-8; the server takes U+FFFD for what it cannot read",
                )
            })
        }
        Encoding::Latin1 => {
            let is_utf_8 = !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok();
            let line = is_utf_8
                .then(|| first_line(bytes, &|content| !content.is_ascii()))
                .flatten();
            line.map(|line| {
                (
                    line,
                    "the line is written in UTF-8, and the server reads ISO-8859-1: each such character becomes several",
                )
            })
        }
    };
    if let Some((line, message)) = message {
        diagnostics.push(Diagnostic::new(Level::Warning, line, message));
    }
    diagnostics
}

/// Number of the first line that is such.
fn first_line(bytes: &[u8], found: &dyn Fn(&[u8]) -> bool) -> Option<u32> {
    natural_lines(bytes)
        .find(|line| bytes.get(line.content.clone()).is_some_and(found))
        .map(|line| line.number)
}
