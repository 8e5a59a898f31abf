//! Why a site could not be looked at at all.

use std::path::PathBuf;

use raylift_model::codes;

use crate::machine::ReadError;

/// Why nothing can be said about a site.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// There is no such folder, or it cannot be entered.
    #[error("{path} cannot be looked at")]
    Unreachable {
        /// The home as given.
        path: PathBuf,
        /// Why.
        #[source]
        source: ReadError,
    },
    /// The folder is there and is no Liferay home.
    #[error("{path} is not a Liferay home: {reason}")]
    NotAHome {
        /// The home as given.
        path: PathBuf,
        /// What was looked for.
        reason: String,
    },
}

impl SiteError {
    /// The stable code, [`codes::HOME_NOT_FOUND`].
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } | Self::NotAHome { .. } => codes::HOME_NOT_FOUND,
        }
    }
}
