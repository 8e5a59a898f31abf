//! The way back.

use serde::{Deserialize, Serialize};

/// How a rollback treats the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReturnMode {
    /// The old code accepts the database as it is; only the core row's build number, build date and
    /// verified flag are put back where the old release compares them. Nothing is lost.
    CodeOnly,
    /// Database and documents go back to the return point; what was written since is set aside.
    ReturnPoint,
}

/// What going back means for this plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WayBack {
    /// The way that loses least.
    pub preferred: ReturnMode,
    /// Why not code only; empty when it is possible.
    pub reasons: Vec<String>,
    /// Why the way back cannot be known. Then `preferred` is the one that does not depend on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undetermined: Vec<String>,
    /// The core row must be put back because the old release compares build numbers.
    pub put_back_core_row: bool,
}

/// What going back needs once steps ran, by what the old release's code accepts.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ReturnNeed {
    /// The old code works with the database as it will be.
    #[default]
    CodeOnly,
    /// The old code's checks pass, but what the steps changed is not what it was written for: to be undone.
    Undo,
    /// The old code refuses: the database must be restored.
    Restore,
    /// It cannot be known, because the steps are not.
    Undetermined,
}

impl ReturnNeed {
    /// The words shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::CodeOnly => "code only",
            Self::Undo => "needs undo",
            Self::Restore => "needs restore",
            Self::Undetermined => "undetermined",
        }
    }
}
