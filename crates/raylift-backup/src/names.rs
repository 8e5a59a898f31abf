//! File names as text: names that are not UTF-8 must survive a manifest.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// A name as text: valid UTF-8 stays, a backslash is doubled, any other byte becomes `\xNN`.
pub fn escape(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_bytes().utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// The name that [`escape`] made a text of. A backslash that starts no escape stands for itself.
pub fn unescape(text: &str) -> OsString {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hexadecimal = after
            .strip_prefix(b"x")
            .and_then(|digits| digits.get(..2))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = match (first, hexadecimal, after.first()) {
            (b'\\', Some(byte), _) => {
                bytes.push(byte);
                after.get(3..).unwrap_or_default()
            }
            (b'\\', None, Some(b'\\')) => {
                bytes.push(b'\\');
                after.get(1..).unwrap_or_default()
            }
            _ => {
                bytes.push(first);
                after
            }
        };
    }
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_comes_back() {
        for name in [
            &b"plain.txt"[..],
            b"Gr\xc3\xb6\xc3\x9fe",
            b"latin-\xe4\xff",
            b"back\\slash",
            b"\\x41 looks like an escape",
            b"ends with \\",
            b"",
        ] {
            let name = OsStr::from_bytes(name);
            assert_eq!(unescape(&escape(name)), name);
        }
        assert_eq!(escape(OsStr::from_bytes(b"a\xff\\")), "a\\xff\\\\");
    }
}
