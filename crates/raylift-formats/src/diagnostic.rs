//! What a reader has to say about its input besides the value it read.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The real reader refuses the input here or loses something of it.
    Error,
    /// The real reader goes on; the author probably meant something else.
    Warning,
    /// Good to know.
    Note,
}

/// One remark about one place of the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Line of the input, counted from one; zero for the input as a whole.
    pub line: u32,
    /// How much it matters.
    pub severity: Level,
    /// What is the matter: a lower-case fragment without a full stop.
    pub message: String,
}

impl Diagnostic {
    /// A remark of the given level.
    pub fn new(severity: Level, line: u32, message: impl Into<String>) -> Self {
        Self {
            line,
            severity,
            message: message.into(),
        }
    }

    /// The real reader refuses the input here or loses something of it.
    pub fn error(line: u32, message: impl Into<String>) -> Self {
        Self::new(Level::Error, line, message)
    }

    /// The real reader goes on; the author probably meant something else.
    pub fn warning(line: u32, message: impl Into<String>) -> Self {
        Self::new(Level::Warning, line, message)
    }

    /// Good to know.
    pub fn note(line: u32, message: impl Into<String>) -> Self {
        Self::new(Level::Note, line, message)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            formatter.write_str(&self.message)
        } else {
            write!(formatter, "line {}: {}", self.line, self.message)
        }
    }
}

/// A value and what was noticed while it was read. Readers of text never fail as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parsed<T> {
    /// What was understood.
    pub value: T,
    /// What was noticed, in the order of the input.
    pub diagnostics: Vec<Diagnostic>,
}

impl<T> Parsed<T> {
    /// A value about which there is nothing to say.
    pub fn clean(value: T) -> Self {
        Self {
            value,
            diagnostics: Vec::new(),
        }
    }

    /// True when the real reader would refuse the input or lose something of it.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Level::Error)
    }
}
