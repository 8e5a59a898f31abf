//! Which release something is, and how that was found out.

use serde::{Deserialize, Serialize};

use crate::version::ReleaseVersion;

/// Which release it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The version concluded from the evidence, by the documented order.
    pub version: Option<ReleaseVersion>,
    /// `Liferay-Portal-Build-Number`. It does not identify a 7.4 release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_number: Option<u32>,
    /// `Liferay-Portal-Build-Date`, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_date: Option<String>,
    /// `Liferay-Portal-Release-Info`, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_info: Option<String>,
    /// Everything that was found, strongest first.
    pub evidence: Vec<Evidence>,
}

/// One observation about the version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where it was read.
    pub source: String,
    /// What it says.
    pub value: String,
}
