//! OSGi versions: `major.minor.micro.qualifier`, the qualifier compared as text.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An OSGi version (OSGi Core, section 3.2.5). Not a semantic version: four parts, and a version
/// with a qualifier is greater than one without.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OsgiVersion {
    major: u32,
    minor: u32,
    micro: u32,
    qualifier: String,
}

/// A text that is not an OSGi version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not an OSGi version")]
pub struct OsgiVersionError {
    /// The text as given.
    pub text: String,
}

impl OsgiVersion {
    /// A version without qualifier.
    pub fn new(major: u32, minor: u32, micro: u32) -> Self {
        Self {
            major,
            minor,
            micro,
            qualifier: String::new(),
        }
    }

    /// The three numbers.
    pub fn numbers(&self) -> (u32, u32, u32) {
        (self.major, self.minor, self.micro)
    }

    /// The qualifier, empty when there is none.
    pub fn qualifier(&self) -> &str {
        &self.qualifier
    }
}

impl FromStr for OsgiVersion {
    type Err = OsgiVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || OsgiVersionError {
            text: text.to_owned(),
        };
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(Self::new(0, 0, 0));
        }
        let mut parts = trimmed.splitn(4, '.');
        let mut number = |first: bool| -> Result<u32, OsgiVersionError> {
            match parts.next() {
                // `Integer.parseInt`, which the framework uses, takes signs; only then is a negative number refused.
                Some(part) if is_number(part.strip_prefix(['+', '-']).unwrap_or(part)) => part
                    .parse::<i32>()
                    .map_err(|_| error())
                    .and_then(|n| u32::try_from(n).map_err(|_| error())),
                Some(_) => Err(error()),
                None if first => Err(error()),
                None => Ok(0),
            }
        };
        let (major, minor, micro) = (number(true)?, number(false)?, number(false)?);
        let qualifier = match parts.next() {
            Some("") => return Err(error()),
            Some(part)
                if part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') =>
            {
                part.to_owned()
            }
            Some(_) => return Err(error()),
            None => String::new(),
        };
        Ok(Self {
            major,
            minor,
            micro,
            qualifier,
        })
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for OsgiVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.micro)?;
        if self.qualifier.is_empty() {
            Ok(())
        } else {
            write!(formatter, ".{}", self.qualifier)
        }
    }
}

impl TryFrom<String> for OsgiVersion {
    type Error = OsgiVersionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<OsgiVersion> for String {
    fn from(version: OsgiVersion) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> OsgiVersion {
        text.parse().unwrap()
    }

    #[test]
    fn missing_parts_are_zero_and_qualifiers_sort_as_text() {
        assert_eq!(version("1.2"), version("1.2.0"));
        assert!(version("1.2.0.a") > version("1.2.0"));
        assert!(version("1.2.0.step-10") < version("1.2.0.step-2"));
        assert!(version("1.10.0") > version("1.9.0"));
    }

    #[test]
    fn what_the_specification_refuses_is_refused() {
        for text in [
            "1.0.0-step-1",
            "1.x",
            "1..0",
            "1.0.0.",
            "-1.0.0",
            "4294967296",
            "1.0.0.a b",
        ] {
            assert!(text.parse::<OsgiVersion>().is_err(), "{text}");
        }
    }
}
