//! Bytes to text, as a Java reader does it.

use std::borrow::Cow;
use std::ops::Range;

use super::read::Encoding;

/// The text of some stretches of a file, and whether some bytes had no meaning and were replaced by U+FFFD. Stretches
/// are decoded one by one: a character cannot reach over a line end.
pub(super) fn decode<'file>(
    file: &'file [u8],
    parts: &[Range<usize>],
    encoding: Encoding,
) -> (Cow<'file, str>, bool) {
    let bytes = |part: &Range<usize>| file.get(part.clone()).unwrap_or_default();
    if let [part] = parts
        && let Some(text) = as_written(bytes(part), encoding)
    {
        return (Cow::Borrowed(text), false);
    }
    let mut text = String::with_capacity(parts.iter().map(Range::len).sum());
    let mut replaced = false;
    for part in parts {
        replaced |= push(&mut text, bytes(part), encoding);
    }
    (Cow::Owned(text), replaced)
}

/// The text of a whole file.
pub(crate) fn decode_all(file: &[u8], encoding: Encoding) -> Cow<'_, str> {
    let whole = 0..file.len();
    decode(file, std::slice::from_ref(&whole), encoding).0
}

/// The bytes themselves, where they are text already.
fn as_written(bytes: &[u8], encoding: Encoding) -> Option<&str> {
    if encoding == Encoding::Latin1 && !bytes.is_ascii() {
        return None;
    }
    std::str::from_utf8(bytes).ok()
}

fn push(text: &mut String, bytes: &[u8], encoding: Encoding) -> bool {
    if encoding == Encoding::Latin1 {
        text.extend(bytes.iter().map(|byte| char::from(*byte)));
        return false;
    }
    let mut replaced = false;
    let mut rest = bytes;
    while !rest.is_empty() {
        let (valid, bad) = match std::str::from_utf8(rest) {
            Ok(valid) => (valid, 0),
            Err(error) => {
                let (valid, after) = rest
                    .split_at_checked(error.valid_up_to())
                    .unwrap_or((rest, &[]));
                let bad = surrogate(after)
                    .or(error.error_len())
                    .unwrap_or(after.len());
                (std::str::from_utf8(valid).unwrap_or_default(), bad)
            }
        };
        text.push_str(valid);
        if bad > 0 {
            text.push(char::REPLACEMENT_CHARACTER);
            replaced = true;
        }
        rest = rest.get(valid.len() + bad..).unwrap_or_default();
    }
    replaced
}

/// Length of half of a surrogate pair, complete or cut short: Java's decoder replaces it as one, where the Unicode
/// standard's advice, which Rust follows, is to replace each byte.
fn surrogate(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] => Some(3),
        [0xed, 0xa0..=0xbf, ..] => Some(2),
        _ => None,
    }
}
