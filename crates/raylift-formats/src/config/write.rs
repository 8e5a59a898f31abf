//! Writing values so that both readers take the same out of them.

use super::entry::{ConfigEntry, Shape, ValueType};
use super::java_number;

/// Writes entries as lines that end with CR LF, only ASCII, one line each.
///
/// Both readers take the same out of it, with two exceptions: a collection makes 7.2 take the whole file for plain
/// texts, and keys must consist of ASCII letters, digits, `-`, `_` and `.` ([`is_key`]). A number of type `Float` or
/// `Double` is written with a point, so that no reader takes it for bits.
pub fn write(entries: &[ConfigEntry]) -> String {
    let mut text = String::new();
    for entry in entries {
        text.push_str(&entry.key);
        text.push('=');
        text.push_str(&value(entry.value_type, &entry.shape));
        text.push_str("\r\n");
    }
    text
}

/// True when both readers take a text for a key.
pub fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// The part of a line after the equals sign.
pub(super) fn value(value_type: ValueType, shape: &Shape) -> String {
    let mut text = String::new();
    text.extend(value_type.letter());
    match shape {
        Shape::Scalar(value) => text.push_str(&quoted(value_type, value)),
        Shape::Array(values) => several(&mut text, '[', value_type, values, ']'),
        Shape::Collection(values) => several(&mut text, '(', value_type, values, ')'),
    }
    text
}

fn several(text: &mut String, open: char, value_type: ValueType, values: &[String], close: char) {
    text.push(open);
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&quoted(value_type, value));
    }
    text.push(close);
}

fn quoted(value_type: ValueType, value: &str) -> String {
    let number = match value_type {
        ValueType::Float => java_number::written(value, false),
        ValueType::Double => java_number::written(value, true),
        _ => None,
    };
    format!("\"{}\"", escaped(number.as_deref().unwrap_or(value)))
}

/// Escapes a text for between quotation marks.
///
/// A backslash is `\u005c`: 7.2 takes a backslash away from `\\` before it resolves escapes. Braces have one before
/// them, so that `${` is no variable; `$__` is `\u0024__`, since 7.2 makes `$` of it.
pub fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '{' | '}' | '"' | '=' | ' ' => {
                text.push('\\');
                text.push(character);
            }
            '$' if characters.peek() == Some(&'_') => text.push_str("\\u0024"),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            '!'..='~' if character != '\\' => text.push(character),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::{ConfigEntry, Dialect, Shape, ValueType, read_as};
    use super::*;

    fn entry(key: &str, value_type: ValueType, shape: Shape) -> ConfigEntry {
        ConfigEntry {
            key: key.to_owned(),
            value_type,
            shape,
            line: 1,
        }
    }

    #[test]
    fn the_auto_upgrade_file_is_written() {
        let entry = entry(
            "autoUpgrade",
            ValueType::Boolean,
            Shape::Scalar("false".to_owned()),
        );
        assert_eq!(write(&[entry]), "autoUpgrade=B\"false\"\r\n");
    }

    #[test]
    fn what_is_written_is_read_back_by_both() {
        let values = [
            "",
            "a b=c",
            "{x}\\\"",
            "ä😀\u{1}\t\r\n",
            "${a}",
            "$__x",
            "C:\\\\d\\u0041",
            "\\}",
            "\\\\{",
        ]
        .map(str::to_owned);
        let mut entries = Vec::new();
        for shape in [
            Shape::Scalar(values.concat()),
            Shape::Array(values.to_vec()),
            Shape::Array(Vec::new()),
        ] {
            let key = format!("key-{}", entries.len());
            entries.push(entry(&key, ValueType::String, shape));
        }
        for (value_type, text) in [
            (ValueType::Integer, "-2147483648"),
            (ValueType::Long, "9223372036854775807"),
            (ValueType::Short, "-32768"),
            (ValueType::Byte, "127"),
            (ValueType::Character, "\\"),
            (ValueType::Boolean, "true"),
            (ValueType::Float, "1.0e20"),
            (ValueType::Float, "NaN"),
            (ValueType::Double, "-Infinity"),
            (ValueType::Double, "0.1"),
        ] {
            for shape in [
                Shape::Scalar(text.to_owned()),
                Shape::Array(vec![text.to_owned(); 2]),
            ] {
                let key = format!("key-{}", entries.len());
                entries.push(entry(&key, value_type, shape));
            }
        }
        for (entry, line) in entries.iter_mut().zip(1..) {
            entry.line = line;
        }
        let text = write(&entries);
        assert!(text.is_ascii());
        for dialect in [Dialect::Felix, Dialect::Liferay] {
            let read = read_as(text.as_bytes(), dialect);
            assert_eq!(read.diagnostics, [], "{dialect}");
            assert_eq!(read.value.entries, entries, "{dialect}");
        }
    }

    #[test]
    fn a_number_without_a_point_is_written_with_one() {
        let whole = entry("a", ValueType::Float, Shape::Scalar("1".to_owned()));
        assert_eq!(write(&[whole]), "a=F\"1.0\"\r\n");
    }
}
