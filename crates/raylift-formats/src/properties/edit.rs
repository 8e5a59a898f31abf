//! Changing one key and leaving everything else as it is.

use super::escape::escape;
use super::read::{Encoding, Properties, read};

/// Sets one key. The last entry of the key gets the new value; a key that is not there is appended as a line of its
/// own. Every other byte stays. What is written is ASCII, so it reads the same in either encoding.
pub fn set(bytes: &[u8], key: &str, value: &str) -> Vec<u8> {
    let before = read(bytes, Encoding::Utf8).value;
    match before.entry(key) {
        Some(property) if property.value == value => bytes.to_vec(),
        Some(property) if property.value_bytes.start > property.after_key.start => {
            replace(bytes, property.value_bytes.clone(), &escape(value, false))
        }
        Some(property) => replace(
            bytes,
            property.after_key.clone(),
            &format!("={}", escape(value, false)),
        ),
        None => append(bytes, &before, key, value),
    }
}

fn replace(bytes: &[u8], range: std::ops::Range<usize>, with: &str) -> Vec<u8> {
    let mut edited = bytes.get(..range.start).unwrap_or_default().to_vec();
    edited.extend_from_slice(with.as_bytes());
    edited.extend_from_slice(bytes.get(range.end..).unwrap_or_default());
    edited
}

fn append(bytes: &[u8], before: &Properties, key: &str, value: &str) -> Vec<u8> {
    let line_end = line_end(bytes);
    let line = format!("{}={}{line_end}", escape(key, true), escape(value, false));
    let with = |breaks: usize| {
        let mut edited = bytes.to_vec();
        for _ in 0..breaks {
            edited.extend_from_slice(line_end.as_bytes());
        }
        edited.extend_from_slice(line.as_bytes());
        edited
    };
    // A last line without an end, or one whose backslash waits for more, would swallow the new one: as many line ends
    // come before it as it takes to stand alone.
    (0..3)
        .map(with)
        .find(|edited| stands_alone(edited, before, key, value))
        .unwrap_or_else(|| with(3))
}

fn stands_alone(edited: &[u8], before: &Properties, key: &str, value: &str) -> bool {
    let after = read(edited, Encoding::Utf8).value;
    let Some((last, others)) = after.entries().split_last() else {
        return false;
    };
    last.key == key
        && last.value == value
        && others.len() == before.entries().len()
        && others
            .iter()
            .zip(before.entries())
            .all(|(new, old)| new.key == old.key && new.value == old.value)
}

/// The line end that the file uses first; LF for a file without any.
fn line_end(bytes: &[u8]) -> &'static str {
    match bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
        Some(at)
            if bytes
                .get(at..)
                .is_some_and(|rest| rest.starts_with(b"\r\n")) =>
        {
            "\r\n"
        }
        Some(at) if bytes.get(at) == Some(&b'\r') => "\r",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, key: &str, value: &str) -> String {
        String::from_utf8(set(text.as_bytes(), key, value)).unwrap()
    }

    #[test]
    fn only_the_value_changes() {
        let text = "# c\r\n\r\n a.b : x \\\r\n   y\r\nc=d";
        assert_eq!(edited(text, "a.b", "z"), "# c\r\n\r\n a.b : z\r\nc=d");
        assert_eq!(
            edited(text, "c", "e f"),
            "# c\r\n\r\n a.b : x \\\r\n   y\r\nc=e f"
        );
        assert_eq!(edited(text, "c", "d"), text);
    }

    #[test]
    fn a_new_key_gets_a_line_of_its_own() {
        assert_eq!(edited("", "a", "b"), "a=b\n");
        assert_eq!(edited("x=y", "a", "b"), "x=y\na=b\n");
        assert_eq!(edited("x=y\r\n", "a", "b"), "x=y\r\na=b\r\n");
        assert_eq!(edited("x=y\\", "a", "b"), "x=y\\\n\na=b\n");
        assert_eq!(edited("x=y\\\n", "a", "b"), "x=y\\\n\na=b\n");
        assert_eq!(edited("# comment", "a", "b"), "# comment\na=b\n");
    }

    #[test]
    fn keys_without_value_or_separator_get_one() {
        assert_eq!(edited("a\nb=1\n", "a", "x"), "a=x\nb=1\n");
        assert_eq!(edited("a=\nb=1\n", "a", "x"), "a=x\nb=1\n");
        assert_eq!(edited("a  ", "a", "x"), "a  x");
    }

    #[test]
    fn the_last_of_several_is_set() {
        assert_eq!(edited("a=1\na=2\n", "a", "3"), "a=1\na=3\n");
    }
}
