//! Contents of configuration files, kept so that they cannot be printed by accident.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The bytes of one of the site's configuration files. They may hold passwords: `Debug` says the length only, there is
/// no `Serialize`, and [`SiteText::expose`] is the one way to them.
#[derive(Clone, PartialEq, Eq)]
pub struct SiteText(Vec<u8>);

impl SiteText {
    /// Wraps the bytes of a file.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes. What is made of them for a plan, a report or a message must leave secrets out.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SiteText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SiteText({} bytes)", self.0.len())
    }
}

/// A configuration file as a release ships it: text, and no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReleaseText(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_nothing_of_the_content() {
        let text = SiteText::new(b"jdbc.default.password=geheim".to_vec());
        assert_eq!(format!("{text:?}"), "SiteText(28 bytes)");
    }
}
