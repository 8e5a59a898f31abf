//! What is noticed in the bytes of a file, before their meaning.

use super::read::Encoding;
use crate::diagnostic::{Diagnostic, Level};

/// Of each level no more remarks are kept: a damaged file must not cost many times its size.
const MOST: usize = 1000;

/// Remarks while a file is read.
#[derive(Default)]
pub(super) struct Remarks {
    errors: Vec<Diagnostic>,
    others: Vec<Diagnostic>,
    left_out: usize,
}

impl Remarks {
    pub(super) fn error(&mut self, line: u32, message: impl Into<String>) {
        self.push(Diagnostic::error(line, message));
    }

    pub(super) fn warn(&mut self, line: u32, message: impl Into<String>) {
        self.push(Diagnostic::warning(line, message));
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        let list = if diagnostic.severity == Level::Error {
            &mut self.errors
        } else {
            &mut self.others
        };
        if list.len() < MOST {
            list.push(diagnostic);
        } else {
            self.left_out += 1;
        }
    }

    /// All, in the order of the file.
    pub(super) fn in_order(self) -> Vec<Diagnostic> {
        let mut all = self.errors;
        all.extend(self.others);
        all.sort_by_key(|diagnostic| diagnostic.line);
        if self.left_out > 0 {
            let message = format!("{} more remarks are left out", self.left_out);
            all.push(Diagnostic::note(0, message));
        }
        all
    }
}

/// Looks at the bytes alone: byte order marks, NUL bytes, bytes that are no text, line ends of CR alone. [`super::read()`]
/// says all of this as well.
pub fn notice(bytes: &[u8], encoding: Encoding) -> Vec<Diagnostic> {
    let mut remarks = Remarks::default();
    check(bytes, encoding, &mut remarks);
    remarks.in_order()
}

/// Looks at byte order marks, NUL bytes, bytes that are no text, and line ends of CR alone.
pub(super) fn check(bytes: &[u8], encoding: Encoding, remarks: &mut Remarks) {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        remarks.warn(1, "a byte order mark becomes part of the first key");
    }
    let utf_16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    if utf_16 {
        remarks.warn(
            1,
            "the file is UTF-16, which is not read as such: every key in it is wrong",
        );
        return;
    }
    if bytes.contains(&b'\r') && !bytes.contains(&b'\n') {
        remarks.push(Diagnostic::note(
            1,
            "lines end with CR alone, which few editors show as lines",
        ));
    }
    let (mut number, mut utf_8, mut other) = (1_u32, false, Vec::new());
    for line in natural_lines(bytes) {
        if line.contains(&0) {
            remarks.warn(number, "a NUL byte, which is taken as a character");
        }
        if !line.is_ascii() {
            match (std::str::from_utf8(line), encoding) {
                (Ok(_), Encoding::Utf8) => utf_8 = true,
                (Ok(_), Encoding::Latin1) => {
                    remarks.warn(number, "looks like UTF-8 and is read as ISO-8859-1");
                }
                (Err(_), Encoding::Utf8) if other.len() <= MOST => other.push(number),
                (Err(_), _) => {}
            }
        }
        number = number.saturating_add(1);
    }
    let message = if utf_8 {
        "is not UTF-8, while other lines of the file are: its characters are replaced"
    } else {
        "is not UTF-8: its characters are replaced"
    };
    for line in other {
        remarks.warn(line, message);
    }
}

/// Lines without their ends: LF, CR, CR LF.
fn natural_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let here = rest?;
        let end = here
            .iter()
            .position(|byte| matches!(byte, b'\r' | b'\n'))
            .unwrap_or(here.len());
        let (line, after) = here.split_at_checked(end)?;
        rest = match after {
            [b'\r', b'\n', tail @ ..] | [b'\r' | b'\n', tail @ ..] => Some(tail),
            _ => None,
        };
        Some(line)
    })
}
