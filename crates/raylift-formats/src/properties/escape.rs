//! Escapes in keys and values.

use super::read::Encoding;

/// What became of some raw bytes.
pub(super) struct Unescaped {
    pub(super) text: String,
    /// `\u` without four hexadecimal digits: `java.util.Properties` refuses the whole file.
    pub(super) malformed: bool,
    /// Bytes that are not UTF-8, or half of a surrogate pair.
    pub(super) replaced: bool,
}

/// Decodes bytes and their escapes: `\t`, `\n`, `\r`, `\f`, `\uXXXX`; before any other character a backslash is
/// dropped. `\u` gives UTF-16 code units, so two of them may make one character.
pub(super) fn unescape(raw: &[u8], encoding: Encoding) -> Unescaped {
    let mut units: Vec<u16> = Vec::with_capacity(raw.len());
    let mut result = Unescaped {
        text: String::new(),
        malformed: false,
        replaced: false,
    };
    let mut rest = raw;
    while !rest.is_empty() {
        let plain = rest
            .iter()
            .position(|byte| *byte == b'\\')
            .unwrap_or(rest.len());
        let (before, after) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
        push(before, encoding, &mut units, &mut result.replaced);
        rest = match after {
            [b'\\', b'u', digits @ ..] => match hexadecimal(digits) {
                Some(unit) => {
                    units.push(unit);
                    digits.get(4..).unwrap_or_default()
                }
                None => {
                    result.malformed = true;
                    units.push(u16::from(b'u'));
                    digits
                }
            },
            [b'\\', letter @ (b't' | b'n' | b'r' | b'f'), tail @ ..] => {
                units.push(match letter {
                    b't' => 0x09,
                    b'n' => 0x0a,
                    b'r' => 0x0d,
                    _ => 0x0c,
                });
                tail
            }
            // A backslash before a backslash is one; it must not start the next escape.
            [b'\\', b'\\', tail @ ..] => {
                units.push(u16::from(b'\\'));
                tail
            }
            [b'\\', tail @ ..] => tail,
            _ => &[],
        };
    }
    result.text = String::from_utf16(&units).unwrap_or_else(|_| {
        result.replaced = true;
        String::from_utf16_lossy(&units)
    });
    result
}

fn push(bytes: &[u8], encoding: Encoding, units: &mut Vec<u16>, replaced: &mut bool) {
    match encoding {
        Encoding::Latin1 => units.extend(bytes.iter().map(|byte| u16::from(*byte))),
        Encoding::Utf8 => {
            let text = String::from_utf8_lossy(bytes);
            *replaced |= matches!(text, std::borrow::Cow::Owned(_));
            units.extend(text.encode_utf16());
        }
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u16> {
    let digits = digits.get(..4)?;
    let text = std::str::from_utf8(digits)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u16::from_str_radix(text, 16).ok()
}

/// Writes a key or a value so that it is read back as it is, in any encoding: only ASCII is written.
pub(super) fn escape(text: &str, is_key: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (index, character) in text.chars().enumerate() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\u{c}' => escaped.push_str("\\f"),
            ' ' if is_key || index == 0 => escaped.push_str("\\ "),
            '=' | ':' | '#' | '!' if is_key || index == 0 => {
                escaped.push('\\');
                escaped.push(character);
            }
            ' '..='~' => escaped.push(character),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    escaped.push_str(&format!("\\u{unit:04X}"));
                }
            }
        }
    }
    escaped
}
