//! Numbers as Java parses them.

use super::java_text::{LAST_UNIT, Unit, trim};

/// First digit of each row of ten decimal digits outside ASCII, up to U+FFFF: `Character.digit` of Java 17 knows them.
const DIGITS: [Unit; 36] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
    0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
    0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

/// `Character.digit(char, radix)`.
fn digit(unit: Unit, radix: u8) -> Option<u8> {
    let value = match unit {
        0x30..=0x39 => unit - 0x30,
        0x41..=0x5a => unit - 0x41 + 10,
        0x61..=0x7a => unit - 0x61 + 10,
        0xff21..=0xff3a => unit - 0xff21 + 10,
        0xff41..=0xff5a => unit - 0xff41 + 10,
        _ if unit > LAST_UNIT => return None,
        _ => {
            let row = DIGITS.iter().rev().find(|first| **first <= unit)?;
            unit - row
        }
    };
    u8::try_from(value)
        .ok()
        .filter(|value| *value < radix.min(36))
        .filter(|value| *value < 10 || !(0x80..0xff21).contains(&unit))
}

/// `Integer.parseInt(String, radix)` and its like for other ranges: an optional sign, then digits of any script;
/// `None` when Java throws.
pub(super) fn integer(units: &[Unit], radix: u8, least: i64, most: i64) -> Option<i64> {
    whole(units, least, most, &|unit| digit(unit, radix), radix)
}

/// Liferay's `GetterUtil.getIntegerStrict` and `getLongStrict`: ASCII digits only.
fn strict_integer(units: &[Unit], least: i64, most: i64) -> Option<i64> {
    let ascii = |unit: Unit| (unit < 0x80).then(|| digit(unit, 10)).flatten();
    whole(units, least, most, &ascii, 10)
}

fn whole(
    units: &[Unit],
    least: i64,
    most: i64,
    digit: &dyn Fn(Unit) -> Option<u8>,
    radix: u8,
) -> Option<i64> {
    let (negative, digits) = match units {
        [0x2d, rest @ ..] => (true, rest),
        [0x2b, rest @ ..] => (false, rest),
        _ => (false, units),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_i64;
    for unit in digits {
        let digit = i64::from(digit(*unit)?);
        let scaled = value.checked_mul(i64::from(radix))?;
        value = if negative {
            scaled.checked_sub(digit)?
        } else {
            scaled.checked_add(digit)?
        };
    }
    (least..=most).contains(&value).then_some(value)
}

/// What became of the text of a number with a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decimal {
    /// Its value in the form of [`super::Shape`].
    Value(String),
    /// Java reads it, but this reader does not: hexadecimal notation.
    NotDetermined,
    /// Java throws.
    Refused,
}

/// How the bits of a number without a point are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bits {
    /// `Integer.parseInt`, `Long.parseLong` (Felix).
    AnyDigits,
    /// `GetterUtil` (Liferay).
    AsciiDigits,
}

/// A `Float`: a decimal when the text holds a point, else the number that its bits make.
pub(super) fn float(units: &[Unit], bits: Bits) -> Decimal {
    if units.contains(&0x2e) {
        return decimal_text(units, |text| text.parse().ok().map(text_of_float));
    }
    let (least, most) = (i64::from(i32::MIN), i64::from(i32::MAX));
    match whole_bits(units, bits, least, most).and_then(|value| i32::try_from(value).ok()) {
        Some(value) => Decimal::Value(text_of_float(f32::from_bits(value.cast_unsigned()))),
        None => Decimal::Refused,
    }
}

/// A `Double`, like [`float`].
pub(super) fn double(units: &[Unit], bits: Bits) -> Decimal {
    if units.contains(&0x2e) {
        return decimal_text(units, |text| text.parse().ok().map(text_of_double));
    }
    match whole_bits(units, bits, i64::MIN, i64::MAX) {
        Some(value) => Decimal::Value(text_of_double(f64::from_bits(value.cast_unsigned()))),
        None => Decimal::Refused,
    }
}

fn whole_bits(units: &[Unit], bits: Bits, least: i64, most: i64) -> Option<i64> {
    match bits {
        Bits::AnyDigits => integer(units, 10, least, most),
        Bits::AsciiDigits => strict_integer(units, least, most),
    }
}

/// `FloatingDecimal.readJavaFormatString`: blanks around it, a sign, digits with a point, an exponent, a letter for
/// the type. Rust rounds as Java does, to the nearest.
fn decimal_text(units: &[Unit], parse: impl Fn(&str) -> Option<String>) -> Decimal {
    let text: Option<String> = trim(units)
        .iter()
        .map(|unit| {
            u8::try_from(*unit)
                .ok()
                .filter(u8::is_ascii)
                .map(char::from)
        })
        .collect();
    let Some(text) = text else {
        return Decimal::Refused;
    };
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    if unsigned.starts_with("0x") || unsigned.starts_with("0X") {
        return Decimal::NotDetermined;
    }
    let number = text.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(&text);
    let unsigned = number.strip_prefix(['+', '-']).unwrap_or(number);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let exponent_is_whole = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let points = mantissa.bytes().filter(|byte| *byte == b'.').count();
    if !exponent_is_whole || digits == 0 || points > 1 || digits + points != mantissa.len() {
        return Decimal::Refused;
    }
    parse(number).map_or(Decimal::Refused, Decimal::Value)
}

/// A number in the form of [`super::Shape`]; with or without a point, or one of the three names.
pub(super) fn decimal(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ if text.bytes().any(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

/// The shortest text that is read as this number again, always with a point.
fn text_of_float(value: f32) -> String {
    with_point(format!("{value:?}"))
}

fn text_of_double(value: f64) -> String {
    with_point(format!("{value:?}"))
}

fn with_point(text: String) -> String {
    match (text.as_str(), text.split_once('e')) {
        ("inf", _) => "Infinity".to_owned(),
        ("-inf", _) => "-Infinity".to_owned(),
        (_, Some((mantissa, exponent))) if !mantissa.contains('.') => {
            format!("{mantissa}.0e{exponent}")
        }
        _ => text,
    }
}

/// A number as both readers take it: with a point, or as bits when it is none that Java's text has a point for.
pub(super) fn written(text: &str, is_double: bool) -> Option<String> {
    let value = decimal(text)?;
    if is_double {
        return Some(if value.is_finite() {
            text_of_double(value)
        } else {
            value.to_bits().cast_signed().to_string()
        });
    }
    let value: f32 = match text {
        "NaN" => f32::NAN,
        "Infinity" => f32::INFINITY,
        "-Infinity" => f32::NEG_INFINITY,
        _ => text.parse().ok()?,
    };
    Some(if value.is_finite() {
        text_of_float(value)
    } else {
        value.to_bits().cast_signed().to_string()
    })
}
