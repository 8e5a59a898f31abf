//! Keys of the registry.

use std::cmp::Ordering;

use raylift_model::version::SchemaVersion;

use crate::class::Value;

/// A version as key of the registry's sorted map.
///
/// Order of `com.liferay.portal.kernel.version.Version`: by numbers, then a version without qualifier *after* those
/// with one, and qualifiers as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) numbers: (u32, u32, u32),
    pub(super) qualifier: Option<String>,
}

impl Key {
    /// Understands `new Version(int, int, int)`, `new Version(int, int, int, String)` (Liferay's class) and
    /// `new Version(String)` (bnd's class in 7.1).
    pub(super) fn of(value: &Value) -> Result<Self, String> {
        let Value::New { class, arguments } = value else {
            return Err(value
                .unknown_part()
                .unwrap_or("the key is not a new Version")
                .to_owned());
        };
        if !class.ends_with("/version/Version") {
            return Err(format!("the key is a {class}"));
        }
        match &arguments[..] {
            [
                Value::Integer(major),
                Value::Integer(minor),
                Value::Integer(micro),
            ] => Self::from_numbers([*major, *minor, *micro], None),
            [
                Value::Integer(major),
                Value::Integer(minor),
                Value::Integer(micro),
                Value::Text(qualifier),
            ] => {
                let qualifier = (!qualifier.is_empty()).then(|| qualifier.clone());
                Self::from_numbers([*major, *minor, *micro], qualifier)
            }
            [Value::Text(text)] => Self::from_text(text),
            _ => Err("the key's arguments are not constants".to_owned()),
        }
    }

    fn from_numbers(numbers: [i32; 3], qualifier: Option<String>) -> Result<Self, String> {
        let [major, minor, micro] = numbers.map(u32::try_from);
        match (major, minor, micro) {
            (Ok(major), Ok(minor), Ok(micro)) => Ok(Self {
                numbers: (major, minor, micro),
                qualifier,
            }),
            _ => Err("the key has a negative part".to_owned()),
        }
    }

    fn from_text(text: &str) -> Result<Self, String> {
        let version: raylift_model::version::OsgiVersion =
            text.parse().map_err(|_| format!("the key is \"{text}\""))?;
        if version.qualifier().is_empty() {
            Ok(Self {
                numbers: version.numbers(),
                qualifier: None,
            })
        } else {
            // bnd sorts qualifiers after none, Liferay before: no release mixes them.
            Err(format!("the key \"{text}\" has a qualifier"))
        }
    }

    /// The same version as the step with the given number (from one) of several under one key.
    pub(super) fn step(&self, number: usize) -> Self {
        Self {
            numbers: self.numbers,
            qualifier: Some(format!("step-{number}")),
        }
    }

    /// As it is written to `Release_`.
    pub(super) fn schema_version(&self) -> SchemaVersion {
        let (major, minor, micro) = self.numbers;
        SchemaVersion::new(match &self.qualifier {
            None => format!("{major}.{minor}.{micro}"),
            Some(qualifier) => format!("{major}.{minor}.{micro}.{qualifier}"),
        })
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| match (&self.qualifier, &other.qualifier) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(left), Some(right)) => left.cmp(right),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_without_qualifier_sorts_after_its_steps() {
        let plain = Key {
            numbers: (9, 0, 0),
            qualifier: None,
        };
        assert!(plain.step(1) < plain);
        assert!(plain.step(10) < plain.step(2));
        assert!(
            Key {
                numbers: (8, 18, 2),
                qualifier: None
            } < plain.step(1)
        );
        assert_eq!(plain.step(1).schema_version().as_str(), "9.0.0.step-1");
    }
}
