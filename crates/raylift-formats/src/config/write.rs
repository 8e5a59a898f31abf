//! Writing `.config` files.

use super::{ConfigEntry, Shape};

/// Writes entries in the form both readers of Liferay accept. Values are escaped as Felix writes them: a backslash
/// before `{`, `}`, `"`, `=`, blank and backslash, `\uXXXX` for other control characters.
pub fn write(entries: &[ConfigEntry]) -> String {
    let mut text = String::new();
    for entry in entries {
        text.push_str(&entry.key);
        text.push('=');
        text.extend(entry.value_type.letter());
        match &entry.shape {
            Shape::Scalar(value) => text.push_str(&quoted(value)),
            Shape::Array(values) => several(&mut text, '[', values, ']'),
            Shape::Collection(values) => several(&mut text, '(', values, ')'),
        }
        text.push_str("\r\n");
    }
    text
}

fn several(text: &mut String, open: char, values: &[String], close: char) {
    text.push(open);
    // 7.2's reader is said to refuse blanks after a comma, so there is none.
    text.push_str(
        &values
            .iter()
            .map(|value| quoted(value))
            .collect::<Vec<_>>()
            .join(","),
    );
    text.push(close);
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", escaped(value))
}

/// One value with its escapes, without the quotation marks around it.
pub fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '{' | '}' | '"' | '=' | ' ' | '\\' => {
                text.push('\\');
                text.push(character);
            }
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            control if control < ' ' => text.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::{ConfigEntry, Shape, ValueType, read};
    use super::*;

    #[test]
    fn the_auto_upgrade_file_is_written() {
        let entry = ConfigEntry {
            key: "autoUpgrade".to_owned(),
            value_type: ValueType::Boolean,
            shape: Shape::Scalar("false".to_owned()),
            line: 1,
        };
        assert_eq!(write(&[entry]), "autoUpgrade=B\"false\"\r\n");
    }

    #[test]
    fn what_is_written_is_read_back() {
        let values = ["", "a b=c", "{x}\\\"", "ä\u{1}\t\r\n"].map(str::to_owned);
        let entries: Vec<ConfigEntry> = [
            Shape::Scalar(values.concat()),
            Shape::Array(values.to_vec()),
            Shape::Collection(values.to_vec()),
        ]
        .into_iter()
        .zip(1..)
        .map(|(shape, line)| ConfigEntry {
            key: format!("key-{line}"),
            value_type: ValueType::String,
            shape,
            line,
        })
        .collect();
        let read = read(write(&entries).as_bytes());
        assert_eq!(read.diagnostics, []);
        assert_eq!(read.value.entries, entries);
    }
}
