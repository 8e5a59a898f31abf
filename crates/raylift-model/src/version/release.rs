//! The version of a published Liferay release.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The version of a release as Liferay writes it: `7.2.1`, `7.4.3.132`, `2025.q1.4`.
///
/// Ordered by its numbers, part by part. The `ga` suffix of folder names is not a part of it: inside one
/// line the last number already rises with every GA. Build numbers are no versions: all of 7.4.3 share one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct ReleaseVersion {
    text: String,
    numbers: Vec<u32>,
}

/// A text that is not a release version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not a Liferay version such as 7.2.1 or 2025.q1.4")]
pub struct ReleaseVersionError {
    /// The text as given.
    pub text: String,
}

impl ReleaseVersion {
    /// The version as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The release line: the first two numbers, `(7, 2)` or `(2025, 1)`.
    pub fn line(&self) -> (u32, u32) {
        (
            self.numbers.first().copied().unwrap_or(0),
            self.numbers.get(1).copied().unwrap_or(0),
        )
    }
}

impl FromStr for ReleaseVersion {
    type Err = ReleaseVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        let plain = trimmed.split('-').next().unwrap_or(trimmed);
        let numbers: Option<Vec<u32>> = plain
            .split('.')
            .map(|part| {
                part.strip_prefix(['q', 'Q', 'u', 'U'])
                    .unwrap_or(part)
                    .parse()
                    .ok()
            })
            .collect();
        match numbers {
            Some(numbers) if numbers.len() >= 2 => Ok(Self {
                text: plain.to_owned(),
                numbers,
            }),
            _ => Err(ReleaseVersionError {
                text: text.to_owned(),
            }),
        }
    }
}

impl PartialOrd for ReleaseVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ReleaseVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| self.text.cmp(&other.text))
    }
}

impl fmt::Display for ReleaseVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl TryFrom<String> for ReleaseVersion {
    type Error = ReleaseVersionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ReleaseVersion> for String {
    fn from(version: ReleaseVersion) -> Self {
        version.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> ReleaseVersion {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_decide_the_order() {
        assert!(version("7.2.1") > version("7.2.0"));
        assert!(version("7.4.3.132") > version("7.4.3.9"));
        assert!(version("2025.q1.4") > version("2024.q4.10"));
        assert!(version("2024.q1.0") > version("7.4.3.132"));
        assert_eq!(version("7.2.1-ga2"), version("7.2.1"));
    }

    #[test]
    fn rubbish_is_refused() {
        for text in ["", "tomcat", "7", "7.x.1"] {
            assert!(text.parse::<ReleaseVersion>().is_err(), "{text}");
        }
    }
}
