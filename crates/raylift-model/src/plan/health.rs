//! How a site is judged after the start.

use serde::{Deserialize, Serialize};

use crate::facts::DocumentFact;

/// The health gate. What failed before the update cannot condemn after it: only what was good then stands here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct HealthPlan {
    /// Pages that must answer as they did before.
    pub probes: Vec<Probe>,
    /// Documents that must still be readable, relative to the store's root.
    pub documents: Vec<DocumentFact>,
    /// How long everything must stay good, in seconds.
    pub stable_seconds: u64,
    /// Limits.
    pub timeouts: Timeouts,
}

/// One page and what it must answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Probe {
    /// URL, reached from this machine.
    pub url: String,
    /// `Host` header, when it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Expected status.
    pub status: u16,
    /// Expected text between `<title>` and `</title>`, when the page had one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A text that must be in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Limits in seconds. While an upgrade step runs or the log advances nothing is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Timeouts {
    /// From the start command to the first good answer (default 1800).
    pub start_seconds: u64,
    /// From the stop command to the end of the process (default 180).
    pub stop_seconds: u64,
    /// For one upgrade client run without any progress (default 3600).
    pub upgrade_seconds: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            start_seconds: 1800,
            stop_seconds: 180,
            upgrade_seconds: 3600,
        }
    }
}
