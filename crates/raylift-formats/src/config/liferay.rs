//! The reader from 7.3 on: `com.liferay.portal.file.install.properties.TypedProperties`, and `CFGProperties` for `.cfg`.

use super::java_text::{
    BACKSLASH, LAST_UNIT, NaturalLine, QUOTE, Unit, Variables, decode, is_pattern_blank,
    natural_lines, strip, trim, units,
};
use super::store::{Layout, Pieces, Store, finish};
use super::substitute::{Budget, Stop, is_plain, substitute};
use super::{Dialect, FileKind, Reading, Variable, felix};
use crate::diagnostic::Diagnostic;

const EQUALS: Unit = 0x3d;

/// Reads a file.
pub(super) fn read(bytes: &[u8], reading: &Reading<'_>) -> Layout {
    let mut state = State {
        bytes,
        reading,
        store: Store::default(),
        diagnostics: Vec::new(),
        variables: Variables::default(),
        budget: Budget::of_file(bytes.len()),
        said_of_comments: false,
    };
    let outcome = match reading.kind {
        FileKind::Config => state.config(),
        FileKind::Cfg => state.cfg(),
    };
    if let Err((line, stop)) = outcome {
        return Layout::stopped(line, &stop, state.diagnostics);
    }
    finish(
        state.store,
        reading.kind == FileKind::Config,
        (Dialect::Liferay, reading.kind),
        &state.variables,
        state.diagnostics,
    )
}

type Outcome = Result<(), (u32, Stop)>;

struct State<'a, 'b> {
    bytes: &'a [u8],
    reading: &'a Reading<'b>,
    store: Store,
    diagnostics: Vec<Diagnostic>,
    variables: Variables,
    budget: Budget,
    said_of_comments: bool,
}

/// A key and its value that are being put together out of lines.
#[derive(Default)]
struct Logical {
    units: Vec<Unit>,
    line: u32,
    pieces: Pieces,
}

impl Logical {
    fn take(&mut self, line: &NaturalLine, mut units: Vec<Unit>) {
        if self.pieces.is_empty() {
            self.line = line.number;
        }
        self.pieces.push(line.content.start..line.next);
        let kept = trim(&units).len();
        let begin = units.iter().take_while(|unit| **unit <= 0x20).count();
        units.drain(..begin.min(units.len()));
        units.truncate(kept);
        if self.units.is_empty() {
            self.units = units;
        } else {
            self.units.append(&mut units);
        }
    }
}

fn refused(line: u32, reason: &str) -> (u32, Stop) {
    (line, Stop::Refused(reason.to_owned()))
}

impl State<'_, '_> {
    fn decoded(&self, line: &NaturalLine) -> Vec<Unit> {
        let content = self.bytes.get(line.content.clone()).unwrap_or_default();
        decode(content, self.reading.encoding).0
    }

    fn config(&mut self) -> Outcome {
        let mut logical = Logical::default();
        let mut comments = 0_u32;
        for line in natural_lines(self.bytes) {
            if line.content.is_empty() {
                continue;
            }
            let mut units = self.decoded(&line);
            match trim(&units) {
                [] => {
                    return Err(refused(
                        line.number,
                        "this line holds blanks only, at which the reader fails; empty lines must be empty",
                    ));
                }
                [0x23, ..] => {
                    comments = comments.saturating_add(1);
                    self.comment(line.number, comments);
                    continue;
                }
                _ => {}
            }
            if units.last() == Some(&BACKSLASH) {
                units.pop();
                logical.take(&line, units);
                continue;
            }
            logical.take(&line, units);
            if !self.define(std::mem::take(&mut logical))? {
                self.lost_below(line.number, line.next);
                return Ok(());
            }
            comments = 0;
        }
        self.unfinished(&logical);
        Ok(())
    }

    fn comment(&mut self, line: u32, count: u32) {
        // The first of them is enough to say it.
        if self.said_of_comments {
            return;
        }
        let message = if !self.store.values.is_empty() {
            "a comment below a key: the server reads on, logs an error, and drops the comment when it writes the file"
        } else if count > 1 {
            "a second comment: the server reads on, logs an error, and drops the comment when it writes the file"
        } else {
            return;
        };
        self.said_of_comments = true;
        self.diagnostics.push(Diagnostic::warning(line, message));
    }

    /// Adds a key; false when the line is not one.
    fn define(&mut self, logical: Logical) -> Result<bool, (u32, Stop)> {
        let Some((key, value)) = split(&logical.units) else {
            self.diagnostics.push(Diagnostic::error(
                logical.line,
                "this is not key=\"value\"; the server stops reading here",
            ));
            return Ok(false);
        };
        let key = self.variables.render(key).0;
        let value = self
            .substituted(trim(value))
            .map_err(|stop| (logical.line, stop))?;
        self.store.put(
            (key, value),
            logical.line,
            logical.pieces,
            &mut self.diagnostics,
        );
        Ok(true)
    }

    fn lost_below(&mut self, line: u32, from: usize) {
        let below = self.bytes.get(from..).unwrap_or_default();
        let lost = natural_lines(below)
            .filter(|line| {
                let content = below.get(line.content.clone()).unwrap_or_default();
                !matches!(content.trim_ascii(), [] | [b'#', ..])
            })
            .count();
        if lost > 0 {
            let message = format!("all below is lost ({lost} lines)");
            self.diagnostics
                .push(Diagnostic::error(line.saturating_add(1), message));
        }
    }

    fn unfinished(&mut self, logical: &Logical) {
        if !logical.pieces.is_empty() {
            self.diagnostics.push(Diagnostic::error(
                logical.line,
                "the last line ends with a backslash; the server leaves out what it belongs to",
            ));
        }
    }

    fn substituted(&mut self, value: &[Unit]) -> Result<Vec<Unit>, Stop> {
        if is_plain(value) {
            return Ok(value.to_vec());
        }
        let Self {
            variables,
            reading,
            budget,
            ..
        } = self;
        let filled = substitute(value, budget, &mut |name, budget| {
            let (shown, _) = variables.render(name);
            let known = if shown.is_empty() {
                Variable::Unset
            } else if name.iter().any(|unit| *unit > LAST_UNIT) {
                Variable::Unknown
            } else {
                (reading.variable)(&shown)
            };
            Ok(match known {
                Variable::Unknown => {
                    budget.take(shown.len())?;
                    vec![variables.add(&shown)]
                }
                Variable::Unset => Vec::new(),
                Variable::Set(text) => units(&text),
            })
        })?;
        if filled.only_escaped_end {
            return Err(Stop::Endless);
        }
        Ok(filled.units)
    }

    /// `CFGProperties.load`: no escapes, only whole lines that begin with `#` or `!` are comments.
    fn cfg(&mut self) -> Outcome {
        let mut logical = Logical::default();
        for line in natural_lines(self.bytes) {
            let mut units = self.decoded(&line);
            if matches!(units.as_slice(), [] | [0x23 | 0x21, ..]) {
                continue;
            }
            if units.last() == Some(&BACKSLASH) {
                units.pop();
                logical.take(&line, units);
                continue;
            }
            logical.take(&line, units);
            let done = std::mem::take(&mut logical);
            if split(&done.units).is_some() {
                return Err(refused(
                    done.line,
                    "this line has the form of a .config file",
                ));
            }
            let Some(place) = done.units.iter().position(|unit| *unit == EQUALS) else {
                return Err(refused(done.line, "this line has no equals sign"));
            };
            let (key, value) = done.units.split_at_checked(place).unwrap_or_default();
            let key = self.variables.render(trim(key)).0;
            let value = self
                .substituted(trim(value.get(1..).unwrap_or_default()))
                .map_err(|stop| (done.line, stop))?;
            self.store
                .put((key, value), done.line, done.pieces, &mut self.diagnostics);
        }
        self.unfinished(&logical);
        Ok(())
    }
}

/// `(\s*[0-9a-zA-Z-_\.]+\s*)=(\s*[TILFDXSCBilfdxscb]?(\[[\S\s]*\]|\{[\S\s]*\}|\([\S\s]*\)|"[\S\s]*")\s*)`: key and
/// value.
fn split(line: &[Unit]) -> Option<(&[Unit], &[Unit])> {
    let place = line.iter().position(|unit| *unit == EQUALS)?;
    let (key, value) = line.split_at_checked(place)?;
    let value = value.get(1..)?;
    let key = strip(key, is_pattern_blank);
    if key.is_empty() || !key.iter().all(|unit| is_key_unit(*unit)) {
        return None;
    }
    let body = strip(value, is_pattern_blank);
    let body = match body {
        [letter, rest @ ..] if felix::is_letter(*letter) => rest,
        _ => body,
    };
    match body {
        [0x5b, .., 0x5d] | [0x7b, .., 0x7d] | [0x28, .., 0x29] | [QUOTE, .., QUOTE] => {
            Some((key, value))
        }
        _ => None,
    }
}

/// A character of a key.
pub(super) fn is_key_unit(unit: Unit) -> bool {
    u8::try_from(unit)
        .is_ok_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
