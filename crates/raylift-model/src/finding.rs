//! Findings: what the reader of an inspection or a plan must know.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a finding matters.
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
pub enum Severity {
    /// The update does not start while this stands.
    Blocker,
    /// The update can start; the reader should decide about this first.
    Warning,
    /// Good to know.
    Note,
}

/// A stable code, `RL` and four digits; `docs/errors/` has a page for each.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Code(String);

impl Code {
    /// Takes a code as written in [`crate::codes`].
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One thing the reader must know.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Stable code.
    pub code: Code,
    /// What it is about: a path, a module, a table.
    pub subject: String,
    /// What was found, one sentence.
    pub message: String,
    /// What it was concluded from; empty when the message says it all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// What to do about it.
    pub remedy: String,
}

impl Finding {
    /// A finding without further evidence.
    pub fn new(
        severity: Severity,
        code: &str,
        subject: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            code: Code::new(code),
            subject: subject.into(),
            message: message.into(),
            evidence: Vec::new(),
            remedy: remedy.into(),
        }
    }

    /// The same finding with one more piece of evidence.
    #[must_use]
    pub fn because(mut self, evidence: impl Into<String>) -> Self {
        self.evidence.push(evidence.into());
        self
    }

    /// The same finding with this evidence; none at all where there is no evidence.
    pub fn if_any(mut self, evidence: Vec<String>) -> Option<Self> {
        if evidence.is_empty() {
            return None;
        }
        self.evidence = evidence;
        Some(self)
    }
}
