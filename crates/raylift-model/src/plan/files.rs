//! What happens to every file.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::names::RelativePath;

/// The decision about one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FileDecision {
    /// Path in the home after the update. The release's Tomcat folder is already translated to the site's.
    pub path: RelativePath,
    /// What happens.
    pub decision: Decision,
    /// Why, a short phrase.
    pub reason: String,
}

/// What happens to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "what", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Decision {
    /// The release's file takes the place of the site's, or is new.
    Release {
        /// Path in the release, below its top folder.
        from: RelativePath,
        /// Expected digest.
        digest: Digest,
        /// Permission bits.
        mode: u32,
        /// False when the site has no file there.
        replaces: bool,
    },
    /// The site's file is carried into the new tree, unchanged.
    Carry {
        /// Expected digest; absent for directories and links.
        digest: Option<Digest>,
    },
    /// raylift writes this file.
    Write {
        /// The whole content.
        content: String,
        /// Permission bits.
        mode: u32,
        /// False when the site has no file there.
        replaces: bool,
    },
    /// The file of the old release goes away with the old tree.
    Drop,
    /// The file stays where it is, outside every exchanged path.
    Keep,
}

/// One exchange of the switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Exchange {
    /// What is exchanged, relative to the home (`osgi`, `tomcat-9.0.19/webapps/ROOT`).
    pub root: RelativePath,
    /// The live path, absolute.
    pub live: PathBuf,
    /// The staged path, absolute, on the same file system. After the switch the old tree lies here.
    pub staged: PathBuf,
    /// Whether the site has something at the live path now; if not, the staged path is moved there.
    pub live_exists: bool,
    /// How it is told which side is live.
    pub probe: ExchangeProbe,
}

/// How it is told which side of an exchange is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExchangeProbe {
    /// A directory: the new tree holds a file `.raylift-tree` with this text.
    Marker(String),
    /// A single file: the new one has this digest.
    Content(Digest),
}
