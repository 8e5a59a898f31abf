//! One value: `ConfigurationHandler.read(String)` of Felix's file install 3.6.4 and of Liferay.

use super::Dialect;
use super::entry::{Shape, ValueType};
use super::java_number::{self, Bits, Decimal};
use super::java_text::{BACKSLASH, LAST_UNIT, QUOTE, Unit, Variables, is_white_space};

/// What the server makes of the text of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A value.
    Of {
        /// Its type.
        value_type: ValueType,
        /// Its value or values.
        shape: Shape,
        /// What its author probably did not mean.
        remarks: Vec<&'static str>,
    },
    /// No value, or an exception: the server takes nothing out of the file.
    Refused {
        /// Why; follows the key.
        reason: &'static str,
        /// The server's reader throws; else it gives no value.
        thrown: bool,
    },
    /// It hangs on a variable of the machine whether this is a value.
    NotDetermined,
}

/// How far an attempt came.
enum Failed {
    /// The reader gives no value.
    Null(&'static str),
    /// It throws.
    Thrown(&'static str),
    NotDetermined,
}

type Outcome<T> = Result<T, Failed>;

const LINE_FEED: Unit = 0x0a;

/// Reads the text of a value.
pub(super) fn read(units: &[Unit], dialect: Dialect, variables: &Variables) -> Value {
    let mut reader = Reader {
        units,
        at: 0,
        pushed: None,
        dialect,
        variables,
        remarks: Vec::new(),
    };
    match reader.value() {
        Ok((value_type, shape)) => Value::Of {
            value_type,
            shape,
            remarks: reader.remarks,
        },
        Err(Failed::NotDetermined) => Value::NotDetermined,
        // What a variable holds could close what is open or repair what is wrong.
        Err(_) if units.iter().any(|unit| *unit > LAST_UNIT) => Value::NotDetermined,
        Err(Failed::Null(reason)) => Value::Refused {
            reason,
            thrown: false,
        },
        Err(Failed::Thrown(reason)) => Value::Refused {
            reason,
            thrown: true,
        },
    }
}

/// The text that a value gives to a variable of 7.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    /// A string.
    Of(Vec<Unit>),
    /// No value: the variable is looked for elsewhere.
    None,
    /// An exception.
    Failed,
    /// It hangs on a variable of the machine.
    NotDetermined,
}

/// Reads a value as Felix does when a variable stands for it; only strings can be taken.
pub(super) fn text(units: &[Unit], variables: &Variables) -> Text {
    let mut reader = Reader {
        units,
        at: 0,
        pushed: None,
        dialect: Dialect::Felix,
        variables,
        remarks: Vec::new(),
    };
    match reader.after_blanks() {
        Some(QUOTE) => match reader.quoted() {
            Ok(text) => Text::Of(text),
            Err(_) => Text::Failed,
        },
        // A letter within braces: `{T"x"}`.
        Some(0x54) => match reader.unit() {
            Some(QUOTE) => match reader.quoted() {
                Ok(text) => Text::Of(text),
                Err(_) => Text::Failed,
            },
            _ => other(units, variables),
        },
        _ => other(units, variables),
    }
}

fn other(units: &[Unit], variables: &Variables) -> Text {
    match read(units, Dialect::Felix, variables) {
        Value::Refused { thrown: false, .. } => Text::None,
        Value::NotDetermined => Text::NotDetermined,
        _ => Text::Failed,
    }
}

struct Reader<'a> {
    units: &'a [Unit],
    at: usize,
    /// One unit put back, as with `PushbackReader`; the end that is put back comes out as U+FFFF.
    pushed: Option<Unit>,
    dialect: Dialect,
    variables: &'a Variables,
    remarks: Vec<&'static str>,
}

impl Reader<'_> {
    fn raw(&mut self) -> Option<Unit> {
        if let Some(unit) = self.pushed.take() {
            return Some(unit);
        }
        let unit = self.units.get(self.at).copied()?;
        self.at += 1;
        Some(unit)
    }

    fn push_back(&mut self, unit: Option<Unit>) {
        self.pushed = Some(unit.unwrap_or(LAST_UNIT));
    }

    /// A unit; CR and CR LF are read as LF.
    fn unit(&mut self) -> Option<Unit> {
        let unit = self.raw()?;
        if unit != 0x0d {
            return Some(unit);
        }
        let next = self.raw();
        if next != Some(LINE_FEED) {
            self.push_back(next);
        }
        Some(LINE_FEED)
    }

    fn after_blanks(&mut self) -> Option<Unit> {
        loop {
            match self.unit() {
                Some(unit) if is_white_space(unit) => {}
                other => return other,
            }
        }
    }

    fn after_blanks_and_joints(&mut self) -> Option<Unit> {
        let mut unit = self.after_blanks();
        while unit == Some(BACKSLASH) {
            let next = self.raw();
            if !matches!(next, Some(0x0a | 0x0d)) {
                self.push_back(next);
                break;
            }
            unit = self.after_blanks();
        }
        unit
    }

    fn value(&mut self) -> Outcome<(ValueType, Shape)> {
        let first = self.after_blanks();
        let letter = first
            .and_then(char::from_u32)
            .and_then(|letter| Some((letter, ValueType::of_letter(letter)?)))
            // Felix's map has `T` only as a capital.
            .filter(|(letter, _)| *letter != 't' || self.dialect == Dialect::Liferay);
        let (value_type, open, is_small) = match letter {
            Some((letter, value_type)) => (value_type, self.unit(), letter.is_ascii_lowercase()),
            None => (ValueType::String, first, false),
        };
        let shape = match open {
            Some(0x5b) => {
                let texts = self.several(value_type, 0x5d)?;
                if is_small && self.dialect == Dialect::Liferay {
                    return Err(Failed::Thrown(
                        "is an array with a small letter for its type, which makes the server fail",
                    ));
                }
                Shape::Array(texts)
            }
            Some(0x28) => Shape::Collection(self.several(value_type, 0x29)?),
            Some(QUOTE) => {
                let text = self.simple(value_type)?;
                self.unit();
                Shape::Scalar(text)
            }
            _ => {
                return Err(Failed::Null(
                    "is not a value in quotation marks, brackets or parentheses",
                ));
            }
        };
        if self.after_blanks().is_some_and(|unit| unit != LAST_UNIT) {
            self.remark("is followed by something that the server leaves out; is a quotation mark without a backslash in it?");
        }
        Ok((value_type, shape))
    }

    fn several(&mut self, value_type: ValueType, close: Unit) -> Outcome<Vec<String>> {
        let mut texts = Vec::new();
        loop {
            let mut unit = self.after_blanks_and_joints();
            if unit == Some(QUOTE) {
                texts.push(self.simple(value_type)?);
                self.unit();
                unit = self.after_blanks_and_joints();
            }
            match unit {
                Some(unit) if unit == close => return Ok(texts),
                Some(0x2c) => {}
                Some(_) => {
                    return Err(Failed::Null("has no comma between two of its values"));
                }
                None => {
                    return Err(Failed::Null("is not closed where it ends"));
                }
            }
        }
    }

    fn simple(&mut self, value_type: ValueType) -> Outcome<String> {
        let units = self.quoted()?;
        if value_type != ValueType::String && units.iter().any(|unit| *unit > LAST_UNIT) {
            return Ok(self.variables.render(&units).0);
        }
        let whole = |least: i64, most: i64, reason| {
            java_number::integer(&units, 10, least, most)
                .map(|value| value.to_string())
                .ok_or(Failed::Thrown(reason))
        };
        let bits = match self.dialect {
            Dialect::Felix => Bits::AnyDigits,
            Dialect::Liferay => Bits::AsciiDigits,
        };
        match value_type {
            ValueType::String => {
                let (text, lossy) = self.variables.render(&units);
                if lossy {
                    self.remark("holds half a surrogate pair, which cannot be shown");
                }
                Ok(text)
            }
            ValueType::Boolean => {
                let (text, _) = self.variables.render(&units);
                let is_true = text.eq_ignore_ascii_case("true");
                if !is_true && !text.eq_ignore_ascii_case("false") {
                    self.remark("is neither true nor false, which the letter B before it demands; it counts as false");
                }
                Ok(is_true.to_string())
            }
            ValueType::Integer => whole(
                i32::MIN.into(),
                i32::MAX.into(),
                "is no Integer, which the letter I before it demands",
            ),
            ValueType::Long => whole(
                i64::MIN,
                i64::MAX,
                "is no Long, which the letter L before it demands",
            ),
            ValueType::Short => whole(
                i16::MIN.into(),
                i16::MAX.into(),
                "is no Short, which the letter S before it demands",
            ),
            ValueType::Byte => whole(
                i8::MIN.into(),
                i8::MAX.into(),
                "is no Byte, which the letter X before it demands",
            ),
            ValueType::Float => decimal(
                java_number::float(&units, bits),
                "is no Float, which the letter F before it demands",
            ),
            ValueType::Double => decimal(
                java_number::double(&units, bits),
                "is no Double, which the letter D before it demands",
            ),
            ValueType::Character => match units.as_slice() {
                [] => Err(Failed::Null(
                    "holds no character, which the letter C before it demands",
                )),
                [first, rest @ ..] => {
                    if !rest.is_empty() {
                        self.remark("is more than one character; the server takes the first");
                    }
                    Ok(self.variables.render(&[*first]).0)
                }
            },
        }
    }

    /// The text up to a quotation mark or the end, which is put back.
    fn quoted(&mut self) -> Outcome<Vec<Unit>> {
        let mut text = Vec::new();
        loop {
            let unit = self.unit();
            match unit {
                None | Some(QUOTE) => {
                    if unit.is_none() {
                        self.remark("has a quotation mark that is not closed");
                    }
                    self.push_back(unit);
                    return Ok(text);
                }
                Some(BACKSLASH) => match self.unit().unwrap_or(LAST_UNIT) {
                    0x62 => text.push(0x08),
                    0x74 => text.push(0x09),
                    0x6e => text.push(LINE_FEED),
                    0x66 => text.push(0x0c),
                    0x72 => text.push(0x0d),
                    0x75 => text.extend(self.code_unit()?),
                    other => text.push(other),
                },
                Some(unit) => text.push(unit),
            }
        }
    }

    /// Four hexadecimal digits, as `Integer.parseInt(…, 16)` takes them; nothing when the text ends before.
    fn code_unit(&mut self) -> Outcome<Option<Unit>> {
        let mut digits = Vec::with_capacity(4);
        while digits.len() < 4 {
            match self.unit() {
                Some(unit) => digits.push(unit),
                None => return Ok(None),
            }
        }
        code_unit_of(&digits).map(Some).ok_or(Failed::Thrown(
            "has \\u without the four digits of a character",
        ))
    }

    fn remark(&mut self, remark: &'static str) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

fn decimal(decimal: Decimal, reason: &'static str) -> Outcome<String> {
    match decimal {
        Decimal::Value(text) => Ok(text),
        Decimal::NotDetermined => Err(Failed::NotDetermined),
        Decimal::Refused => Err(Failed::Thrown(reason)),
    }
}

/// `(char) Integer.parseInt(digits, 16)`: a sign is a digit less.
pub(super) fn code_unit_of(digits: &[Unit]) -> Option<Unit> {
    let value = java_number::integer(digits, 16, -0xfff, 0xffff)?;
    Unit::try_from(value & 0xffff).ok()
}
