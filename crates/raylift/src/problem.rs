//! What went wrong, as a person is told: code, what happened, what is still safe, what to do.

use raylift_model::codes;
use serde::Serialize;

use crate::exit::Exit;

/// A command that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// Stable code, see `docs/errors/`.
    pub(crate) code: String,
    /// What happened.
    pub(crate) message: String,
    /// What it was concluded from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) evidence: Vec<String>,
    /// What is still safe.
    pub(crate) safe: String,
    /// What to do next.
    pub(crate) next: String,
    /// How the process ends.
    #[serde(skip)]
    pub(crate) exit: Exit,
}

/// What holds for every refusal before the first effect.
pub(crate) const NOTHING_CHANGED: &str = "Nothing was changed.";

impl Problem {
    /// A refusal: nothing was changed.
    pub(crate) fn refused(code: &str, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            evidence: Vec::new(),
            safe: NOTHING_CHANGED.to_owned(),
            next: next.into(),
            exit: Exit::Refused,
        }
    }

    /// The same problem with another end.
    #[must_use]
    pub(crate) fn ending(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The same problem with another word on what is safe.
    #[must_use]
    pub(crate) fn safe(mut self, safe: impl Into<String>) -> Self {
        self.safe = safe.into();
        self
    }

    /// The same problem with evidence.
    #[must_use]
    pub(crate) fn because(mut self, evidence: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// A file that could not be written or read on raylift's side.
    pub(crate) fn file(what: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::refused(
            codes::WRITE_FAILED,
            format!("cannot {what} {}: {error}", path.display()),
            "Look at the folder's rights and free space, then try again.",
        )
        .ending(Exit::Failed)
    }
}

/// What the causes of an error say, the nearest first; its own words are left to the caller, and a cause that only repeats
/// what it caused is left out.
pub(crate) fn causes(error: &dyn std::error::Error) -> Vec<String> {
    let mut before = error.to_string();
    std::iter::successors(error.source(), |cause| cause.source())
        .map(ToString::to_string)
        .filter(|cause| std::mem::replace(&mut before, cause.clone()) != *cause)
        .collect()
}

#[cfg(test)]
mod tests {
    use raylift_model::codes;
    use raylift_run::host::HostError;

    use super::*;

    #[test]
    fn a_cause_that_repeats_what_it_caused_is_left_out() {
        let error = |message: &str| HostError::new(codes::BACKUP_FAILED, message);
        let inner = error("cannot open").caused_by(error("no such file"));
        let outer = error("cannot open").caused_by(inner);
        assert_eq!(causes(&outer), ["no such file"]);
    }
}
