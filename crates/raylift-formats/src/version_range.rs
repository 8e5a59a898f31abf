//! OSGi version ranges.

use std::fmt;
use std::str::FromStr;

use raylift_model::version::OsgiVersion;

/// A range of versions (OSGi Core, section 3.2.6): `[1.0,2.0)`, or `1.2` for `1.2` and everything above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    /// The lower end.
    pub floor: OsgiVersion,
    /// The lower end belongs to the range.
    pub floor_included: bool,
    /// The upper end; `None` for no end.
    pub ceiling: Option<OsgiVersion>,
    /// The upper end belongs to the range.
    pub ceiling_included: bool,
}

/// A text that is not a range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not an OSGi version range")]
pub struct VersionRangeError {
    /// The text as given.
    pub text: String,
}

impl VersionRange {
    /// Whether a version lies in the range.
    pub fn includes(&self, version: &OsgiVersion) -> bool {
        let above = if self.floor_included {
            *version >= self.floor
        } else {
            *version > self.floor
        };
        let below = match &self.ceiling {
            None => true,
            Some(ceiling) if self.ceiling_included => version <= ceiling,
            Some(ceiling) => version < ceiling,
        };
        above && below
    }

    /// No version lies in the range.
    pub fn is_empty(&self) -> bool {
        self.ceiling.as_ref().is_some_and(|ceiling| {
            if self.floor_included && self.ceiling_included {
                self.floor > *ceiling
            } else {
                self.floor >= *ceiling
            }
        })
    }
}

impl FromStr for VersionRange {
    type Err = VersionRangeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || VersionRangeError {
            text: text.to_owned(),
        };
        let trimmed = text.trim();
        let version = |part: &str| -> Result<OsgiVersion, VersionRangeError> {
            part.parse().map_err(|_| error())
        };
        let Some(rest) = trimmed.strip_prefix(['[', '(']) else {
            if trimmed.is_empty() {
                return Err(error());
            }
            return Ok(Self {
                floor: version(trimmed)?,
                floor_included: true,
                ceiling: None,
                ceiling_included: false,
            });
        };
        let inner = rest.strip_suffix([']', ')']).ok_or_else(error)?;
        let (floor, ceiling) = inner.split_once(',').ok_or_else(error)?;
        if floor.is_empty() || ceiling.is_empty() {
            return Err(error());
        }
        Ok(Self {
            floor: version(floor)?,
            floor_included: trimmed.starts_with('['),
            ceiling: Some(version(ceiling)?),
            ceiling_included: trimmed.ends_with(']'),
        })
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.ceiling {
            None => write!(formatter, "{}", self.floor),
            Some(ceiling) => {
                let open = if self.floor_included { '[' } else { '(' };
                let close = if self.ceiling_included { ']' } else { ')' };
                write!(formatter, "{open}{},{ceiling}{close}", self.floor)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn includes(range: &str, version: &str) -> bool {
        range
            .parse::<VersionRange>()
            .unwrap()
            .includes(&version.parse().unwrap())
    }

    #[test]
    fn ends_are_in_or_out_as_written() {
        assert!(includes("[1.0.0,2.0.0)", "1.0.0"));
        assert!(!includes("[1.0.0,2.0.0)", "2.0.0"));
        assert!(!includes("(1.0,2]", "1.0.0"));
        assert!(includes("(1.0,2]", "2"));
        assert!(includes("1.2", "17.0.0"));
        assert!(!includes("1.2", "1.1.9"));
    }

    #[test]
    fn a_qualifier_is_above_the_plain_version() {
        assert!(includes("[1.0.0,1.0.0.a]", "1.0.0.Z"));
        assert!(!includes("[1.0.0,1.0.0]", "1.0.0.a"));
    }

    #[test]
    fn rubbish_is_refused() {
        for text in [
            "",
            "[1.0",
            "1.0]",
            "[1.0]",
            "[1.0,2.0",
            "[a,b]",
            "[1,2,3]",
            "1.0-step-1",
        ] {
            assert!(text.parse::<VersionRange>().is_err(), "{text}");
        }
    }
}
