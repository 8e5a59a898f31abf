//! The reader up to 7.2: Felix's `org.apache.felix.utils.properties.TypedProperties` in file install 3.6.4, for `.config`
//! and `.cfg` alike.
//!
//! A file whose values are *all* quoted or bracketed is typed; in any other file every value is a text as it stands,
//! quotation marks included. A collection in parentheses is not among the forms that count as typed.

use super::entry::ValueType;
use super::filling::Filling;
use super::java_text::{
    BACKSLASH, QUOTE, Unit, Variables, decode, is_pattern_blank, natural_lines, strip, trim,
};
use super::store::{Layout, Pieces, Store, finish};
use super::substitute::Stop;
use super::value::code_unit_of;
use super::{Dialect, FileKind, Reading};
use crate::diagnostic::Diagnostic;

/// Reads a file.
pub(super) fn read(bytes: &[u8], reading: &Reading<'_>) -> Layout {
    if bytes.first() == Some(&b'<') {
        return Layout::refused(
            1,
            "not determined: it begins with <, which 7.2 reads as a properties file in XML",
            Vec::new(),
        );
    }
    let mut diagnostics = Vec::new();
    let mut store = Store::default();
    let mut forms = Forms::default();
    let mut logical = Logical::default();
    for line in natural_lines(bytes) {
        let content = bytes.get(line.content.clone()).unwrap_or_default();
        let (units, _) = decode(content, reading.encoding);
        if matches!(trim(&units), [] | [0x23 | 0x21, ..]) {
            continue;
        }
        if logical.pieces.is_empty() {
            logical.line = line.number;
        }
        logical.pieces.push(line.content.start..line.next);
        if !logical.take(units) {
            let done = std::mem::take(&mut logical);
            let (key, value_at) = split(&done.units);
            let mut value = done.units;
            value.drain(..value_at);
            forms.note(&value, done.line);
            let key = match unescape_java(key) {
                Ok(key) => key,
                Err(stop) => return Layout::stopped(done.line, &stop, diagnostics),
            };
            let key = Variables::default().render(&key).0;
            store.put((key, value), done.line, done.pieces, &mut diagnostics);
        }
    }
    if !logical.pieces.is_empty() {
        diagnostics.push(Diagnostic::error(
            logical.line,
            "the last line ends with a backslash; the server leaves out what it belongs to",
        ));
    }
    forms.report(reading.kind, &mut diagnostics);
    let typed = forms.is_typed();
    if !typed {
        for (_, value, line) in &mut store.values {
            match unescape_java(&*value) {
                Ok(plain) => *value = plain,
                Err(stop) => return Layout::stopped(*line, &stop, diagnostics),
            }
        }
    }
    let mut filling = Filling::new(bytes.len(), typed, reading);
    for place in 0..store.values.len() {
        match filling.changed(&store, place) {
            Ok(value) => {
                if let (Some(value), Some(entry)) = (value, store.values.get_mut(place)) {
                    entry.1 = value;
                }
            }
            Err(stop) => {
                let line = store.values.get(place).map_or(0, |entry| entry.2);
                return Layout::stopped(line, &stop, diagnostics);
            }
        }
    }
    finish(
        store,
        typed,
        (Dialect::Felix, reading.kind),
        filling.variables(),
        diagnostics,
    )
}

/// A logical line that is being put together.
#[derive(Default)]
struct Logical {
    units: Vec<Unit>,
    line: u32,
    pieces: Pieces,
}

impl Logical {
    /// Takes a natural line; true when an odd number of backslashes at its end joins the next one.
    fn take(&mut self, mut units: Vec<Unit>) -> bool {
        let backslashes = units
            .iter()
            .rev()
            .take_while(|unit| **unit == BACKSLASH)
            .count();
        let joins = backslashes % 2 == 1;
        if joins {
            units.pop();
        }
        let blanks = units.iter().take_while(|unit| is_blank(**unit)).count();
        units.drain(..blanks);
        if self.units.is_empty() {
            self.units = units;
        } else {
            self.units.append(&mut units);
        }
        joins
    }
}

/// `Properties.WHITE_SPACE`.
fn is_blank(unit: Unit) -> bool {
    matches!(unit, 0x20 | 0x09 | 0x0c)
}

fn is_separator(unit: Unit) -> bool {
    matches!(unit, 0x3d | 0x3a)
}

/// `PropertiesReader.parseProperty`: the key up to a blank, `=` or `:` without a backslash before it, and the place of
/// the value. The backslash goes before these and stays before others.
fn split(line: &[Unit]) -> (Vec<Unit>, usize) {
    let mut key = Vec::new();
    let mut at = 0;
    while let Some(unit) = line.get(at).copied() {
        if unit == BACKSLASH {
            if let Some(next) = line.get(at + 1).copied() {
                if !is_separator(next) && !is_blank(next) {
                    key.push(BACKSLASH);
                }
                key.push(next);
            }
            at += 2;
        } else if is_blank(unit) || is_separator(unit) {
            break;
        } else {
            key.push(unit);
            at += 1;
        }
    }
    (key, value_place(line, at.min(line.len())))
}

/// The value follows blanks, at most one separator, and blanks again.
fn value_place(line: &[Unit], after_key: usize) -> usize {
    let after_blanks = |at: usize| {
        let rest = line.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|unit| is_blank(**unit)).count()
    };
    let at = after_blanks(after_key);
    match line.get(at) {
        Some(unit) if is_separator(*unit) => after_blanks(at + 1),
        _ => at,
    }
}

/// `Properties.unescapeJava`.
fn unescape_java(units: impl AsRef<[Unit]>) -> Result<Vec<Unit>, Stop> {
    let mut plain = Vec::with_capacity(units.as_ref().len());
    let mut rest = units.as_ref();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != BACKSLASH {
            plain.push(*first);
            continue;
        }
        let Some((second, after)) = after.split_first() else {
            plain.push(BACKSLASH);
            break;
        };
        rest = after;
        match second {
            0x72 => plain.push(0x0d),
            0x66 => plain.push(0x0c),
            0x74 => plain.push(0x09),
            0x6e => plain.push(0x0a),
            0x62 => plain.push(0x08),
            0x75 => {
                let Some((digits, after)) = after.split_at_checked(4) else {
                    // Digits that end with the text go without a word.
                    break;
                };
                rest = after;
                plain.push(code_unit_of(digits).ok_or_else(|| {
                    Stop::Refused(
                        "\\u is not followed by the four digits of a character".to_owned(),
                    )
                })?);
            }
            other => plain.push(*other),
        }
    }
    Ok(plain)
}

/// Which values have a typed form.
#[derive(Default)]
struct Forms {
    typed: Option<u32>,
    plain: Option<u32>,
    collection: Option<u32>,
}

impl Forms {
    fn note(&mut self, value: &[Unit], line: u32) {
        let place = match form(value) {
            Form::Typed => &mut self.typed,
            Form::Collection => {
                self.collection.get_or_insert(line);
                &mut self.plain
            }
            Form::Plain => &mut self.plain,
        };
        place.get_or_insert(line);
    }

    fn is_typed(&self) -> bool {
        self.typed.is_some() && self.plain.is_none()
    }

    fn report(&self, kind: FileKind, diagnostics: &mut Vec<Diagnostic>) {
        if let Some(line) = self.collection {
            diagnostics.push(Diagnostic::error(
                line,
                "7.2 does not know collections in parentheses; all values of this file become texts as they stand, quotation marks included",
            ));
        } else if let (Some(_), Some(line)) = (self.typed, self.plain) {
            diagnostics.push(Diagnostic::error(
                line,
                "this value has no quotation marks; all values of this file become texts as they stand, quotation marks included",
            ));
        } else if let (Some(line), FileKind::Config) = (self.plain, kind) {
            diagnostics.push(Diagnostic::warning(
                line,
                "no value has quotation marks: all are texts; 7.3 and later read no such file",
            ));
        }
    }
}

enum Form {
    Typed,
    Collection,
    Plain,
}

/// `\s*[TILFDXSCBilfdxscb]?(\[[\S\s]*\]|\{[\S\s]*\}|"[\S\s]*")\s*`
fn form(value: &[Unit]) -> Form {
    let value = strip(value, is_pattern_blank);
    let value = match value {
        [letter, rest @ ..] if is_letter(*letter) => rest,
        _ => value,
    };
    match value {
        [0x5b, .., 0x5d] | [0x7b, .., 0x7d] | [QUOTE, .., QUOTE] => Form::Typed,
        [0x28, .., 0x29] => Form::Collection,
        _ => Form::Plain,
    }
}

/// A letter that may stand before a value; a small `t` may not.
pub(super) fn is_letter(unit: Unit) -> bool {
    unit != 0x74
        && char::from_u32(unit).is_some_and(|letter| ValueType::of_letter(letter).is_some())
}
