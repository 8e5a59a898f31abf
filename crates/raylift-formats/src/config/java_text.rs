//! Texts as Java sees them: UTF-16 code units, and beyond them variables whose value is not known.
//!
//! A unit above [`LAST_UNIT`] stands for a variable; it is no character that any reader looks for.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::properties::Encoding;

/// One UTF-16 code unit or a variable.
pub(super) type Unit = u32;

/// The last code unit; what lies above is the number of a variable.
pub(super) const LAST_UNIT: Unit = 0xffff;
const REPLACEMENT: Unit = 0xfffd;

pub(super) const BACKSLASH: Unit = 0x5c;
pub(super) const QUOTE: Unit = 0x22;

/// One line of a file without its end.
#[derive(Debug, Clone)]
pub(super) struct NaturalLine {
    /// Its number, from one.
    pub(super) number: u32,
    /// Place of its content in the file.
    pub(super) content: Range<usize>,
    /// Place after its line end.
    pub(super) next: usize,
}

/// Lines as `BufferedReader.readLine` splits them: at LF, CR or CR LF; no line after the last end.
///
/// CR and LF are the same bytes in both encodings, and Java's decoder never takes one into a malformed sequence, so
/// lines can be cut before they are decoded.
pub(super) fn natural_lines(bytes: &[u8]) -> impl Iterator<Item = NaturalLine> + '_ {
    let mut at = 0;
    let mut number = 0_u32;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let length = rest
            .iter()
            .position(|byte| matches!(byte, b'\r' | b'\n'))
            .unwrap_or(rest.len());
        let end = match rest.get(length..).unwrap_or_default() {
            [b'\r', b'\n', ..] => 2,
            [_, ..] => 1,
            [] => 0,
        };
        let content = at..at + length;
        at = content.end + end;
        number = number.saturating_add(1);
        Some(NaturalLine {
            number,
            content,
            next: at,
        })
    })
}

/// Decodes as `InputStreamReader` does; true when bytes were malformed and became U+FFFD.
pub(super) fn decode(bytes: &[u8], encoding: Encoding) -> (Vec<Unit>, bool) {
    match encoding {
        Encoding::Latin1 => (bytes.iter().map(|byte| Unit::from(*byte)).collect(), false),
        Encoding::Utf8 => utf_8(bytes),
    }
}

/// The JDK's `sun.nio.cs.UTF_8` differs from the Unicode recommendation, which `String::from_utf8_lossy` follows, in
/// one point: a surrogate written in three bytes is one malformed sequence, and a cut one too.
fn utf_8(bytes: &[u8]) -> (Vec<Unit>, bool) {
    let mut units = Vec::with_capacity(bytes.len());
    let mut malformed = false;
    let mut rest = bytes;
    while !rest.is_empty() {
        match std::str::from_utf8(rest) {
            Ok(text) => {
                units.extend(text.encode_utf16().map(Unit::from));
                rest = &[];
            }
            Err(error) => {
                let (valid, bad) = rest
                    .split_at_checked(error.valid_up_to())
                    .unwrap_or((rest, &[]));
                units.extend(
                    String::from_utf8_lossy(valid)
                        .encode_utf16()
                        .map(Unit::from),
                );
                units.push(REPLACEMENT);
                malformed = true;
                let skipped = match bad {
                    [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] => 3,
                    [0xed, 0xa0..=0xbf, ..] => 2,
                    _ => error.error_len().unwrap_or(bad.len()),
                };
                rest = bad.get(skipped..).unwrap_or_default();
            }
        }
    }
    (units, malformed)
}

/// `String.trim`: everything up to the blank goes, control characters too.
pub(super) fn trim(units: &[Unit]) -> &[Unit] {
    strip(units, |unit| unit <= 0x20)
}

/// Without units of a kind at both ends.
pub(super) fn strip(units: &[Unit], is_blank: impl Fn(Unit) -> bool) -> &[Unit] {
    let Some(first) = units.iter().position(|unit| !is_blank(*unit)) else {
        return &[];
    };
    let last = units
        .iter()
        .rposition(|unit| !is_blank(*unit))
        .unwrap_or(first);
    units.get(first..=last).unwrap_or_default()
}

/// `\s` of `java.util.regex`.
pub(super) fn is_pattern_blank(unit: Unit) -> bool {
    matches!(unit, 0x09..=0x0d | 0x20)
}

/// `Character.isWhitespace` since Java 11 (Java 8 counts U+180E, too).
pub(super) fn is_white_space(unit: Unit) -> bool {
    matches!(
        unit,
        0x09..=0x0d
            | 0x1c..=0x20
            | 0x1680
            | 0x2000..=0x2006
            | 0x2008..=0x200a
            | 0x2028
            | 0x2029
            | 0x205f
            | 0x3000
    )
}

/// Variables that stand in units, by number.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// All names, one after the other.
    names: String,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Variables {
    /// Makes a unit that stands for a variable, shown as `${name}`.
    pub(super) fn add(&mut self, name: &str) -> Unit {
        let number = Unit::try_from(self.ends.len()).unwrap_or(Unit::MAX - LAST_UNIT - 1);
        self.names.push_str(name);
        self.ends.push(self.names.len());
        LAST_UNIT + 1 + number
    }

    /// Name of the variable that a unit stands for.
    fn name(&self, unit: Unit) -> Option<&str> {
        let number = usize::try_from(unit.checked_sub(LAST_UNIT + 1)?).ok()?;
        let end = *self.ends.get(number)?;
        let start = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.names.get(start..end)
    }

    /// Names of the variables in a text, each once, in its order; the first so many.
    pub(super) fn names(&self, units: &[Unit], most: usize) -> Vec<String> {
        let mut seen = BTreeSet::new();
        units
            .iter()
            .filter_map(|unit| self.name(*unit))
            .filter(|name| seen.insert(*name))
            .take(most)
            .map(str::to_owned)
            .collect()
    }

    /// The text, variables as `${name}`; half a surrogate pair becomes U+FFFD, and then the answer is true.
    pub(super) fn render(&self, units: &[Unit]) -> (String, bool) {
        let mut text = String::with_capacity(units.len());
        let mut lossy = false;
        for part in units.chunk_by(|left, right| (*left > LAST_UNIT) == (*right > LAST_UNIT)) {
            if part.first().is_some_and(|unit| *unit > LAST_UNIT) {
                for name in part.iter().filter_map(|unit| self.name(*unit)) {
                    text.push_str("${");
                    text.push_str(name);
                    text.push('}');
                }
                continue;
            }
            let code_units = part
                .iter()
                .map(|unit| u16::try_from(*unit).unwrap_or(u16::MAX));
            for character in char::decode_utf16(code_units) {
                text.push(character.unwrap_or_else(|_| {
                    lossy = true;
                    char::REPLACEMENT_CHARACTER
                }));
            }
        }
        (text, lossy)
    }
}

/// The units of a text.
pub(super) fn units(text: &str) -> Vec<Unit> {
    text.encode_utf16().map(Unit::from).collect()
}
