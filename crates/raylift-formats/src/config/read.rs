//! Reading `.config` files.

use super::{Config, ConfigEntry, Shape, ValueType};
use crate::diagnostic::{Diagnostic, Parsed};

/// Reads a file in the form both readers of Liferay accept: comment lines, `key=value` with an optional type letter
/// before a quoted value, an array or a collection, over several lines where a comma or a backslash ends one.
///
/// Everything else is an error at its line and the rest of that line is left out. The server's own readers are less
/// patient: Felix (7.2) and Liferay (7.3 and later) stop at the first line they do not understand, so after an error
/// nothing further down may be relied on.
pub fn read(bytes: &[u8]) -> Parsed<Config> {
    let mut diagnostics = Vec::new();
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, std::borrow::Cow::Owned(_)) {
        diagnostics.push(Diagnostic::warning(0, "the file is not UTF-8"));
    }
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => {
            diagnostics.push(Diagnostic::error(
                1,
                "the file starts with a byte order mark",
            ));
            rest
        }
        None => &text,
    };
    let mut reader = Reader {
        characters: text.chars().collect(),
        at: 0,
        line: 1,
    };
    let mut config = Config::default();
    while let Some(line) = reader.next_entry_line() {
        match reader.entry(line) {
            Ok(entry) => {
                if config.get(&entry.key).is_some() {
                    let message =
                        format!("key {} stands there again; the last one counts", entry.key);
                    diagnostics.push(Diagnostic::warning(line, message));
                }
                config.entries.push(entry);
            }
            Err(message) => {
                diagnostics.push(Diagnostic::error(reader.line, message));
                reader.skip_line();
            }
        }
    }
    Parsed {
        value: config,
        diagnostics,
    }
}

struct Reader {
    characters: Vec<char>,
    at: usize,
    line: u32,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += 1;
        if character == '\n' || (character == '\r' && self.peek() != Some('\n')) {
            self.line = self.line.saturating_add(1);
        }
        Some(character)
    }

    fn skip_line(&mut self) {
        while self
            .peek()
            .is_some_and(|character| !matches!(character, '\r' | '\n'))
        {
            self.take();
        }
    }

    fn skip_blanks(&mut self) {
        while self
            .peek()
            .is_some_and(|character| matches!(character, ' ' | '\t'))
        {
            self.take();
        }
    }

    /// Blanks, line ends, and backslashes that join lines.
    fn skip_blanks_and_lines(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\r' | '\n') => {
                    self.take();
                }
                Some('\\') if matches!(self.characters.get(self.at + 1), Some('\r' | '\n')) => {
                    self.take();
                }
                _ => return,
            }
        }
    }

    /// Goes to the next line with an entry and says its number.
    fn next_entry_line(&mut self) -> Option<u32> {
        loop {
            self.skip_blanks_and_lines();
            match self.peek()? {
                '#' => self.skip_line(),
                _ => return Some(self.line),
            }
        }
    }

    fn entry(&mut self, line: u32) -> Result<ConfigEntry, String> {
        let mut key = String::new();
        while let Some(character) = self.peek() {
            if !character.is_ascii_alphanumeric() && !matches!(character, '-' | '_' | '.') {
                break;
            }
            key.push(character);
            self.take();
        }
        if key.is_empty() {
            return Err("a key is missing or holds a character that is not allowed".to_owned());
        }
        self.skip_blanks();
        if self.peek() != Some('=') {
            return Err(format!("there is no equals sign after {key}"));
        }
        self.take();
        self.skip_blanks();
        let value_type = match self.peek().and_then(ValueType::of_letter) {
            Some(value_type) => {
                self.take();
                value_type
            }
            None => ValueType::String,
        };
        let shape = match self.peek() {
            Some('"') => Shape::Scalar(self.quoted()?),
            Some('[') => Shape::Array(self.several(']')?),
            Some('(') => Shape::Collection(self.several(')')?),
            _ => return Err(format!("the value of {key} is not in quotation marks")),
        };
        self.skip_blanks();
        match self.peek() {
            None | Some('\r' | '\n') => Ok(ConfigEntry {
                key,
                value_type,
                shape,
                line,
            }),
            Some(_) => Err(format!("something follows the value of {key}")),
        }
    }

    fn quoted(&mut self) -> Result<String, String> {
        self.take();
        let mut text = String::new();
        loop {
            match self.take() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escaped()?),
                Some('\r' | '\n') | None => {
                    return Err("a quotation mark is not closed on its line".to_owned());
                }
                Some(character) => text.push(character),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, String> {
        Ok(match self.take() {
            Some('b') => '\u{8}',
            Some('t') => '\t',
            Some('n') => '\n',
            Some('f') => '\u{c}',
            Some('r') => '\r',
            Some('u') => {
                let digits: String = (0..4).filter_map(|_| self.take()).collect();
                return u32::from_str_radix(&digits, 16)
                    .ok()
                    .filter(|_| digits.len() == 4)
                    .and_then(char::from_u32)
                    .ok_or_else(|| "\\u is not followed by the number of a character".to_owned());
            }
            Some(character) if !matches!(character, '\r' | '\n') => character,
            _ => {
                return Err(
                    "a backslash stands at the end of a line inside quotation marks".to_owned(),
                );
            }
        })
    }

    fn several(&mut self, close: char) -> Result<Vec<String>, String> {
        self.take();
        let mut values = Vec::new();
        loop {
            self.skip_blanks_and_lines();
            match self.peek() {
                Some('"') => {
                    values.push(self.quoted()?);
                    self.skip_blanks_and_lines();
                    match self.peek() {
                        Some(',') => {
                            self.take();
                        }
                        Some(character) if character == close => {}
                        _ => return Err("there is no comma between two values".to_owned()),
                    }
                }
                Some(character) if character == close => {
                    self.take();
                    return Ok(values);
                }
                _ => return Err("an array or a collection is not closed".to_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_auto_upgrade_file_is_read_in_both_forms() {
        for text in [
            "autoUpgrade=\"false\"",
            "# note\n\nautoUpgrade = B\"false\"\n",
        ] {
            let read = read(text.as_bytes());
            assert_eq!(read.diagnostics, [], "{text}");
            assert_eq!(
                read.value.get("autoUpgrade").unwrap().boolean(),
                Some(false)
            );
        }
        assert_eq!(
            read(b"a=B\"x\"").value.get("a").unwrap().value_type,
            ValueType::Boolean
        );
    }

    #[test]
    fn arrays_may_span_lines() {
        let read = read(
            b"list=I[ \\\r\n  \"1\", \\\r\n  \"2\", \\\r\n  ]\r\nset=(\"a\",\"b\")\r\nempty=[]\r\n",
        );
        assert_eq!(read.diagnostics, []);
        let shapes: Vec<_> = read
            .value
            .entries
            .iter()
            .map(|entry| entry.shape.clone())
            .collect();
        let texts = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            shapes,
            [
                Shape::Array(texts(&["1", "2"])),
                Shape::Collection(texts(&["a", "b"])),
                Shape::Array(Vec::new())
            ]
        );
        assert_eq!(read.value.entries[1].line, 5);
    }

    #[test]
    fn escapes_are_resolved() {
        let read = read(br#"rootDir="C\:\\data\ x\u00e4\t\"\=""#);
        assert_eq!(
            read.value.get("rootDir").unwrap().text(),
            Some("C:\\data xä\t\"=")
        );
    }

    #[test]
    fn what_is_not_understood_is_named_at_its_line() {
        for (text, line) in [
            ("a=\"1\"\nb=2\n", 2),
            ("a\n", 1),
            ("=\"x\"", 1),
            ("a=\"x", 1),
            ("a=[\"x\" \"y\"]", 1),
            ("a=\"x\" y", 1),
            ("\n\na=\"\\u12\"", 3),
        ] {
            let read = read(text.as_bytes());
            assert_eq!(read.diagnostics.len(), 1, "{text}");
            assert_eq!(read.diagnostics[0].line, line, "{text}");
        }
    }
}
