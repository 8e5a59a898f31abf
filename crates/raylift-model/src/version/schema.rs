//! Schema versions as Liferay keeps them in column `Release_.schemaVersion`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A schema version exactly as written, for example `5.1.0`, `9.0.0.step-1` (core) or
/// `2.0.0-step-1` (module, in the middle of a multi-step registration).
///
/// The module executor compares versions as text (`1.0` and `1.0.0` are different vertices of its
/// graph), so equality here is equality of text. Use [`SchemaVersion::numbers`] where the order matters.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct SchemaVersion(String);

/// How far a change of schema version reaches, by the part of the version that it raises.
///
/// Source: `UpgradeProcessUtil.isRequiredSchemaVersion` (7.3 and later) and Liferay's rules of
/// meaningful schema versioning: micro is optional, minor and major are required.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum SchemaChange {
    /// Nothing changes.
    None,
    /// The third part rises: old and new code both work with both schemas.
    Micro,
    /// The second part rises: required; old code accepts the newer schema in 7.2 and later.
    Minor,
    /// The first part rises: required; old code refuses the newer schema.
    Major,
    /// The module had no schema before.
    Initial,
}

impl SchemaVersion {
    /// Takes the text as it stands; nothing is checked.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The version as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The version of a module without a row, `0.0.0`.
    pub fn zero() -> Self {
        Self("0.0.0".to_owned())
    }

    /// True for `0.0.0` and for an empty text, which Liferay reads as `0.0.0`.
    pub fn is_zero(&self) -> bool {
        self.0.trim().is_empty() || self.0 == "0.0.0"
    }

    /// The three numbers and the step qualifier (`step-1`), when the text has that form.
    ///
    /// Both separators are understood: `9.0.0.step-1` (core) and `2.0.0-step-1` (modules up to 7.3).
    pub fn numbers(&self) -> Option<(u32, u32, u32, Option<&str>)> {
        let (plain, qualifier) = self.split();
        let mut parts = plain.split('.');
        let mut next = || -> Option<u32> { parts.next().map_or(Some(0), |part| part.parse().ok()) };
        let numbers = (next()?, next()?, next()?, qualifier);
        if parts.next().is_some() {
            None
        } else {
            Some(numbers)
        }
    }

    /// The version without its step qualifier.
    pub fn plain(&self) -> Self {
        Self(self.split().0.to_owned())
    }

    fn split(&self) -> (&str, Option<&str>) {
        let at = self.0.find("-step-").or_else(|| self.0.find(".step-"));
        match at.and_then(|at| self.0.split_at_checked(at)) {
            Some((plain, rest)) => (plain, rest.get(1..)),
            None => (&self.0, None),
        }
    }

    /// True when the version stands in the middle of a multi-step registration.
    pub fn is_intermediate(&self) -> bool {
        self.numbers()
            .is_some_and(|(_, _, _, qualifier)| qualifier.is_some())
    }

    /// What going from `self` to `to` means. `None` where one of the two is not a version.
    pub fn change_to(&self, to: &Self) -> Option<SchemaChange> {
        if self.is_zero() && !to.is_zero() {
            return Some(SchemaChange::Initial);
        }
        let (from_major, from_minor, from_micro, from_step) = self.numbers()?;
        let (to_major, to_minor, to_micro, to_step) = to.numbers()?;
        Some(if to_major > from_major {
            SchemaChange::Major
        } else if to_major == from_major && to_minor > from_minor {
            SchemaChange::Minor
        } else if to_major == from_major
            && to_minor == from_minor
            && (to_micro > from_micro || (to_micro == from_micro && from_step != to_step))
        {
            SchemaChange::Micro
        } else {
            SchemaChange::None
        })
    }
}

impl fmt::Display for SchemaVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl SchemaChange {
    /// Minor and major changes are required: the new code does not run without them.
    pub fn is_required(self) -> bool {
        matches!(self, Self::Minor | Self::Major)
    }

    /// The word used in plans and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Micro => "micro",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Initial => "initial",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(from: &str, to: &str) -> Option<SchemaChange> {
        SchemaVersion::new(from).change_to(&SchemaVersion::new(to))
    }

    #[test]
    fn the_raised_part_decides() {
        assert_eq!(change("5.0.2", "5.0.3"), Some(SchemaChange::Micro));
        assert_eq!(change("5.0.5", "5.1.0"), Some(SchemaChange::Minor));
        assert_eq!(change("8.18.2", "9.0.0"), Some(SchemaChange::Major));
        assert_eq!(change("0.0.0", "1.0.0"), Some(SchemaChange::Initial));
        assert_eq!(change("", "1.0.0"), Some(SchemaChange::Initial));
        assert_eq!(change("5.1.0", "5.0.9"), Some(SchemaChange::None));
        assert_eq!(change("tango", "1.0.0"), None);
    }

    #[test]
    fn both_step_separators_are_understood() {
        let core = SchemaVersion::new("9.0.0.step-1");
        let module = SchemaVersion::new("2.0.0-step-1");
        assert_eq!(core.numbers(), Some((9, 0, 0, Some("step-1"))));
        assert_eq!(module.numbers(), Some((2, 0, 0, Some("step-1"))));
        assert!(core.is_intermediate());
        assert!(!SchemaVersion::new("2.0.0").is_intermediate());
        assert_eq!(change("2.0.0-step-1", "2.0.0"), Some(SchemaChange::Micro));
    }
}
