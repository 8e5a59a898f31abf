//! A property's value as a value of a `.config` file.

use raylift_formats::config::{ConfigEntry, ValueType, escaped};
use raylift_formats::secret_names::{holds_secret, is_secret_name};
use raylift_model::facts::{AttributeShape, AttributeType, MetatypeAttribute};
use raylift_model::plan::{Piece, PropertySet};

use super::files::PropertyFile;

/// Endings of values that name a text on the portal's own class path, where a module does not look.
const RESOURCES: [&str; 4] = [".tmpl", ".ftl", ".vm", ".properties"];

/// The line `attribute=value` without line end, of the type that the metatype demands. A secret is named by its place.
///
/// # Errors
/// With the reason, for the person, when the value cannot be written so that it means the same.
pub(super) fn line(
    attribute: &MetatypeAttribute,
    file: &PropertyFile<'_>,
    key: &str,
    value: &str,
) -> Result<Vec<Piece>, String> {
    if file.set == PropertySet::System && !value.is_ascii() {
        return Err(
            "its value is not ASCII, and the two files differ in their encoding".to_owned(),
        );
    }
    if value.contains("${") {
        return Err(
            "its value holds a placeholder, which a .config file reads in another way".to_owned(),
        );
    }
    if RESOURCES
        .iter()
        .any(|ending| value.trim_end().ends_with(ending))
    {
        return Err(
            "its value names a text on the portal's class path, where a module does not look"
                .to_owned(),
        );
    }
    let value_type = ValueType::of_attribute(attribute.value_type)
        .ok_or("the metatype gives its attribute a type that raylift does not know")?;
    let begin = format!("{}={}", attribute.id, letter(value_type));
    let (open, close) = match attribute.shape() {
        AttributeShape::Scalar => {
            let is_secret = attribute.value_type == AttributeType::Password
                || is_secret_name(key)
                || is_secret_name(&attribute.id);
            return scalar(file, key, value, value_type, &begin, is_secret);
        }
        AttributeShape::Array => ('[', ']'),
        AttributeShape::Collection => ('(', ')'),
    };
    if is_secret_name(key) || is_secret_name(&attribute.id) || holds_secret(value) {
        return Err("it may be a list of secrets".to_owned());
    }
    let values = value
        .split(',')
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .map(|value| converted(value, value_type).map(|value| format!("\"{}\"", escaped(&value))))
        .collect::<Result<Vec<String>, String>>()?;
    Ok(vec![text(format!(
        "{begin}{open}{}{close}",
        values.join(",")
    ))])
}

/// Whether a single value of a `.config` file is this property's value already.
pub(super) fn says(entry: &ConfigEntry, value: &str) -> bool {
    // A placeholder means something else in each of the two files.
    if value.contains("${") {
        return false;
    }
    match entry.value_type {
        ValueType::Boolean => entry
            .boolean()
            .is_some_and(|set| value.trim().eq_ignore_ascii_case(&set.to_string())),
        ValueType::String => entry.text() == Some(value),
        _ => entry.text().map(str::trim) == Some(value.trim()),
    }
}

/// A text is named by its place, whether it looks like a secret or not. Numbers and truth values are none.
fn scalar(
    file: &PropertyFile<'_>,
    key: &str,
    value: &str,
    value_type: ValueType,
    begin: &str,
    is_secret: bool,
) -> Result<Vec<Piece>, String> {
    if value_type == ValueType::String {
        return Ok(vec![
            text(format!("{begin}\"")),
            Piece::PropertyAsConfig {
                path: file.path.clone(),
                digest: file.digest.clone(),
                key: key.to_owned(),
            },
            text("\"".to_owned()),
        ]);
    }
    if is_secret {
        return Err("it is a secret that is no text".to_owned());
    }
    let value = converted(value, value_type)?;
    Ok(vec![text(format!("{begin}\"{}\"", escaped(&value)))])
}

pub(super) fn text(text: String) -> Piece {
    Piece::Text { text }
}

fn letter(value_type: ValueType) -> String {
    value_type.letter().map(String::from).unwrap_or_default()
}

/// The value as the type is written, when it is one of that type.
fn converted(value: &str, value_type: ValueType) -> Result<String, String> {
    let trimmed = value.trim();
    let fits = match value_type {
        ValueType::String => return Ok(value.to_owned()),
        ValueType::Boolean => {
            let lower = trimmed.to_ascii_lowercase();
            return match lower.as_str() {
                "true" | "false" => Ok(lower),
                _ => Err(unfit("true or false")),
            };
        }
        ValueType::Integer => trimmed.parse::<i32>().is_ok(),
        ValueType::Long => trimmed.parse::<i64>().is_ok(),
        ValueType::Short => trimmed.parse::<i16>().is_ok(),
        ValueType::Byte => trimmed.parse::<i8>().is_ok(),
        // A text without a dot may be read as the bits of the number.
        ValueType::Float | ValueType::Double => {
            trimmed.contains('.') && trimmed.parse::<f64>().is_ok_and(f64::is_finite)
        }
        ValueType::Character => {
            let mut characters = value.chars();
            return match (characters.next(), characters.next()) {
                (Some(_), None) => Ok(value.to_owned()),
                _ => Err(unfit("a single character")),
            };
        }
    };
    if fits {
        Ok(trimmed.to_owned())
    } else {
        Err(unfit(match value_type {
            ValueType::Float | ValueType::Double => "a number with a decimal point",
            _ => "a whole number in the type's range",
        }))
    }
}

fn unfit(wanted: &str) -> String {
    format!("its value is not {wanted}, which the new release's metatype demands")
}
