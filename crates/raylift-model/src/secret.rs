//! Values that must not be printed, stored or logged.

/// A secret. It has neither `Debug` nor `Display` nor `Serialize`, so that it cannot reach a journal,
/// a plan, a report or a log by accident; [`Secret::expose`] is the one way to its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the standard input of a helper or a file with mode 0600, nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}
