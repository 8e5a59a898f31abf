//! Changing, removing and renaming one key while everything else stays as it is.
//!
//! Each edit is a list of [`Splice`]s for [`splice::apply`], and a function that applies it at once. What is written is
//! ASCII, so it reads the same in either encoding. Keys are matched as [`Encoding::Utf8`] reads them.

use super::escape::escape;
use super::read::{Encoding, Properties, Property, read};
use crate::line_end;
use crate::splice::{self, Splice};

/// Sets one key: see [`set_splices`].
pub fn set(bytes: &[u8], key: &str, value: &str) -> Vec<u8> {
    applied(bytes, &set_splices(bytes, key, value))
}

/// Sets one key. The last entry of the key gets the new value; earlier ones, which Java does not see and which Liferay's
/// reader would put before it, go. A key that is not there is appended as a line of its own.
pub fn set_splices(bytes: &[u8], key: &str, value: &str) -> Vec<Splice> {
    let before = read(bytes, Encoding::Utf8).value;
    let mut own = entries(&before, key);
    let Some(last) = own.pop() else {
        return vec![append(bytes, &before, key, value)];
    };
    let mut splices: Vec<Splice> = own
        .into_iter()
        .map(|entry| Splice::delete(entry.line_bytes.clone()))
        .collect();
    if last.value != value {
        let value = escape(value, false);
        splices.push(if last.value_bytes.start > last.after_key.start {
            Splice::replace(last.value_bytes.clone(), value)
        } else {
            Splice::replace(last.after_key.clone(), format!("={value}"))
        });
    }
    splices
}

/// Removes a key: see [`remove_splices`].
pub fn remove(bytes: &[u8], key: &str, reason: Option<&str>) -> Vec<u8> {
    applied(bytes, &remove_splices(bytes, key, reason))
}

/// Takes every entry of a key out, whole logical lines with their line ends. With a reason they stay as comments with
/// the reason above; of the reason what is not ASCII becomes `?`. No splices for a key that is not there.
pub fn remove_splices(bytes: &[u8], key: &str, reason: Option<&str>) -> Vec<Splice> {
    let before = read(bytes, Encoding::Utf8).value;
    entries(&before, key)
        .into_iter()
        .flat_map(|entry| match reason {
            None => vec![Splice::delete(entry.line_bytes.clone())],
            Some(reason) => comment_out(bytes, entry, reason),
        })
        .collect()
}

/// Renames a key: see [`rename_splices`].
pub fn rename(bytes: &[u8], key: &str, new_key: &str) -> Option<Vec<u8>> {
    rename_splices(bytes, key, new_key).map(|splices| applied(bytes, &splices))
}

/// Renames every entry of a key and keeps each value as it is written. `None` when the key is not there, or when the new
/// name is: which of the two should win then is not for this function to say.
pub fn rename_splices(bytes: &[u8], key: &str, new_key: &str) -> Option<Vec<Splice>> {
    let before = read(bytes, Encoding::Utf8).value;
    if key != new_key && before.entry(new_key).is_some() {
        return None;
    }
    let own = entries(&before, key);
    (!own.is_empty()).then(|| {
        own.into_iter()
            .filter(|_| key != new_key)
            .map(|entry| Splice::replace(entry.key_bytes.clone(), escape(new_key, true)))
            .collect()
    })
}

fn entries<'a>(properties: &'a Properties, key: &str) -> Vec<&'a Property> {
    properties
        .entries()
        .iter()
        .filter(|entry| entry.key == key)
        .collect()
}

/// The splices are this module's own: each has a stretch of one entry, and entries do not overlap.
fn applied(bytes: &[u8], splices: &[Splice]) -> Vec<u8> {
    splice::apply(bytes, splices).unwrap_or_else(|_| bytes.to_vec())
}

/// Comments are never continued, so every natural line gets its own mark.
fn comment_out(bytes: &[u8], entry: &Property, reason: &str) -> Vec<Splice> {
    let line_end = line_end::first(bytes).unwrap_or("\n");
    let above: String = reason
        .lines()
        .map(|line| {
            let line: String = line
                .chars()
                .map(|character| match character {
                    ' '..='~' => character,
                    _ => '?',
                })
                .collect();
            format!("# {}{line_end}", line.trim_end())
        })
        .collect();
    let mut splices = vec![Splice::insert(entry.line_bytes.start, format!("{above}# "))];
    let whole = bytes.get(entry.line_bytes.clone()).unwrap_or_default();
    let mut previous = 0;
    for (offset, byte) in whole.iter().enumerate() {
        let starts_line = previous == b'\n' || (previous == b'\r' && *byte != b'\n');
        if starts_line {
            splices.push(Splice::insert(entry.line_bytes.start + offset, "# "));
        }
        previous = *byte;
    }
    splices
}

fn append(bytes: &[u8], before: &Properties, key: &str, value: &str) -> Splice {
    let line_end = line_end::first(bytes).unwrap_or("\n");
    let line = format!("{}={}{line_end}", escape(key, true), escape(value, false));
    let with = |breaks: usize| {
        let text = format!("{}{line}", line_end.repeat(breaks));
        Splice::insert(bytes.len(), text)
    };
    // A last line without an end, or one whose backslash waits for more, would swallow the new one: as many line ends
    // come before it as it takes to stand alone.
    (0..3)
        .map(with)
        .find(|splice| {
            let edited = applied(bytes, std::slice::from_ref(splice));
            stands_alone(&edited, before, key, value)
        })
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
    fn the_last_of_several_is_set_and_the_others_go() {
        assert_eq!(edited("a=1\nb=1\na=2\n", "a", "3"), "b=1\na=3\n");
        assert_eq!(edited("a=1\nb=1\na=2", "a", "2"), "b=1\na=2");
    }

    fn removed(text: &str, reason: Option<&str>) -> String {
        String::from_utf8(remove(text.as_bytes(), "a", reason)).unwrap()
    }

    #[test]
    fn a_removed_key_takes_its_whole_line_along() {
        let text = "# c\r\n a = 1,\\\r\n\t 2\r\nb=1\r\na";
        assert_eq!(removed(text, None), "# c\r\nb=1\r\n");
        assert_eq!(removed("b=1\n", None), "b=1\n");
        assert_eq!(removed("\\\na=1\n", None), "");
    }

    #[test]
    fn a_removed_key_may_stay_as_a_comment() {
        assert_eq!(
            removed("a=1,\\\r\n  2\r\nb=1\r\n", Some("moved\nto ä")),
            "# moved\r\n# to ?\r\n# a=1,\\\r\n#   2\r\nb=1\r\n"
        );
        assert_eq!(removed("a=1\\\r2", Some("x")), "# x\r# a=1\\\r# 2");
        assert_eq!(removed("\u{feff}a=1", Some("x")), "\u{feff}a=1");
    }

    #[test]
    fn a_renamed_key_keeps_its_value_as_written() {
        let new = |text: &str| {
            rename(text.as_bytes(), "a.b", "c d").map(|bytes| String::from_utf8(bytes).unwrap())
        };
        assert_eq!(
            new(" a\\.b : \\u0041\\\n x\na.b=2").as_deref(),
            Some(" c\\ d : \\u0041\\\n x\nc\\ d=2")
        );
        assert_eq!(new("a.\\\n  b\\\n =1").as_deref(), Some("c\\ d\\\n =1"));
        assert_eq!(new("a.b").as_deref(), Some("c\\ d"));
        assert_eq!(new("a.b=1\nc\\ d=2"), None);
        assert_eq!(new("x=1"), None);
    }
}
