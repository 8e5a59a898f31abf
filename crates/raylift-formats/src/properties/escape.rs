//! Escapes in keys and values.

/// What became of some raw text.
pub(super) struct Unescaped {
    pub(super) text: String,
    /// `\u` without four hexadecimal digits: `java.util.Properties` refuses the whole file.
    pub(super) malformed: bool,
    /// Half of a surrogate pair, which no text can hold.
    pub(super) replaced: bool,
}

/// Resolves escapes: `\t`, `\n`, `\r`, `\f`, `\uXXXX`; before any other character a backslash is dropped. `\u` gives
/// UTF-16 code units, so two of them may make one character.
pub(super) fn unescape(raw: &str) -> Unescaped {
    let mut result = Unescaped {
        text: String::with_capacity(raw.len()),
        malformed: false,
        replaced: false,
    };
    // The first half of a surrogate pair, as long as the second may follow.
    let mut half: Option<u16> = None;
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        if !before.is_empty() {
            result.replace_half(&mut half);
            result.text.push_str(before);
        }
        let mut characters = after.chars();
        characters.next();
        let character = characters.next();
        rest = characters.as_str();
        if character == Some('u') {
            match hexadecimal(rest) {
                Some(unit) => {
                    result.push_unit(&mut half, unit);
                    rest = rest.get(4..).unwrap_or_default();
                    continue;
                }
                None => result.malformed = true,
            }
        }
        if let Some(character) = character {
            result.replace_half(&mut half);
            result.text.push(match character {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                'f' => '\u{c}',
                other => other,
            });
        }
    }
    if !rest.is_empty() {
        result.replace_half(&mut half);
        result.text.push_str(rest);
    }
    result.replace_half(&mut half);
    result
}

impl Unescaped {
    fn push_unit(&mut self, half: &mut Option<u16>, unit: u16) {
        if let Some(first) = half.take() {
            if let Some(Ok(character)) = char::decode_utf16([first, unit]).next() {
                self.text.push(character);
                return;
            }
            self.replace_half(&mut Some(first));
        }
        match char::from_u32(u32::from(unit)) {
            Some(character) => self.text.push(character),
            None => *half = Some(unit),
        }
    }

    fn replace_half(&mut self, half: &mut Option<u16>) {
        if half.take().is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
            self.replaced = true;
        }
    }
}

/// The value of the first four characters, when all are hexadecimal digits.
pub(crate) fn hexadecimal(text: &str) -> Option<u16> {
    let digits = text.get(..4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
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
