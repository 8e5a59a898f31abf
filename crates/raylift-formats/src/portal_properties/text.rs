//! Escapes and lists of Commons Configuration.

use std::iter::Peekable;
use std::str::Chars;

/// `\u` whose four characters are no hexadecimal number: the reader throws, and the portal goes on without the file.
pub(super) struct Malformed;

/// The separator of a list (`AbstractConfiguration.getDefaultListDelimiter`).
pub(super) const DELIMITER: char = ',';

/// Resolves escapes of a key (`StringEscapeUtils.unescapeJava` of commons-lang 2) or of a value
/// (`PropertiesConfiguration.unescapeJava`), where an escaped comma stays escaped for [`list`].
pub(super) fn unescape(raw: &str, is_value: bool) -> Result<String, Malformed> {
    if !raw.contains('\\') {
        return Ok(raw.to_owned());
    }
    let mut units: Vec<u16> = Vec::with_capacity(raw.len());
    let mut buffer = [0; 2];
    let mut push =
        |units: &mut Vec<u16>, letter: char| units.extend(letter.encode_utf16(&mut buffer).iter());
    let mut letters = raw.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            push(&mut units, letter);
            continue;
        }
        match letters.next() {
            None => push(&mut units, '\\'),
            Some('u') => units.extend(unit(&mut letters)?),
            Some('r') => push(&mut units, '\r'),
            Some('f') => push(&mut units, '\u{c}'),
            Some('t') => push(&mut units, '\t'),
            Some('n') => push(&mut units, '\n'),
            Some('b') => push(&mut units, '\u{8}'),
            Some(DELIMITER) if is_value => {
                push(&mut units, '\\');
                push(&mut units, DELIMITER);
            }
            Some(other) => push(&mut units, other),
        }
    }
    Ok(String::from_utf16_lossy(&units))
}

/// The UTF-16 unit behind `\u`: four units that `Integer.parseInt` reads to the base of 16, a sign included; nothing
/// when the text ends before there are four.
fn unit(letters: &mut Peekable<Chars<'_>>) -> Result<Option<u16>, Malformed> {
    let mut digits = String::new();
    let mut units = 0;
    while units < 4 {
        let Some(letter) = letters.next() else {
            return Ok(None);
        };
        units += letter.len_utf16();
        digits.push(letter);
    }
    let (negative, digits) = match digits.strip_prefix(['+', '-']) {
        Some(rest) => (digits.starts_with('-'), rest),
        None => (false, digits.as_str()),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Malformed);
    }
    let value = u16::from_str_radix(digits, 16).map_err(|_| Malformed)?;
    Ok(Some(if negative {
        value.wrapping_neg()
    } else {
        value
    }))
}

/// What one value adds to a key: the parts between commas without the blanks around them; `\,` is a comma and `\\` a
/// backslash. A value whose only comma is its first character is none (`PropertyConverter.toIterator` and `split`).
pub fn list(value: &str) -> Vec<String> {
    if value.find(DELIMITER).is_none_or(|at| at == 0) {
        return vec![value.to_owned()];
    }
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut escaped = false;
    for letter in value.chars() {
        if escaped {
            if letter != DELIMITER && letter != '\\' {
                part.push('\\');
            }
            part.push(letter);
            escaped = false;
        } else if letter == DELIMITER {
            parts.push(trim(&part).to_owned());
            part.clear();
        } else if letter == '\\' {
            escaped = true;
        } else {
            part.push(letter);
        }
    }
    if escaped {
        part.push('\\');
    }
    parts.push(trim(&part).to_owned());
    parts
}

/// `String.trim`: everything up to the blank is one.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|letter| letter <= ' ')
}
