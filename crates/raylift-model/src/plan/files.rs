//! What happens to every file.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::facts::{AttributeShape, AttributeType};
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
    /// The site's file is carried to another place of the new tree, unchanged.
    Move {
        /// Where it lies at the site now.
        from: RelativePath,
        /// Expected digest; absent for links.
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
    /// A file of the site or of the release with some bytes of it replaced.
    Edit(Edit),
    /// The file of the old release goes away with the old tree.
    Drop,
    /// The file stays where it is, outside every exchanged path.
    Keep,
}

/// A changed file, as what changes in it. The plan holds no byte of the site's own files that may be a secret:
/// where such bytes move, it says from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// What is changed.
    pub base: Base,
    /// The changes, in the order of their places, none touching another.
    pub splices: Vec<Splice>,
    /// Permission bits, for a file that the site does not have yet.
    pub mode: u32,
    /// False when the site has no file there.
    pub replaces: bool,
    /// The difference between the site's file and the new one as a person reads it, in unified form, secrets left out.
    /// For the eyes only: the run never reads it.
    pub difference: String,
}

/// The file that is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "of", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Base {
    /// The site's file.
    Site {
        /// Path in the home.
        path: RelativePath,
        /// Expected digest.
        digest: Digest,
    },
    /// The release's file.
    Release {
        /// Path in the release, below its top folder.
        from: RelativePath,
        /// Expected digest.
        digest: Digest,
    },
    /// Nothing: the file is made of the pieces alone.
    Nothing,
}

/// Some bytes of the base that are replaced by others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Splice {
    /// Offset in the base, in bytes.
    pub at: u64,
    /// Bytes of the base that go away.
    pub remove: u64,
    /// What comes there.
    pub insert: Vec<Piece>,
}

/// A part of what is inserted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "piece", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Piece {
    /// Text that is no secret: the release's, or raylift's own.
    Text {
        /// It.
        text: String,
    },
    /// Bytes of a file of the site, as they stand there.
    Site {
        /// Path in the home.
        path: RelativePath,
        /// Expected digest.
        digest: Digest,
        /// Offset in bytes.
        start: u64,
        /// Number of bytes.
        length: u64,
    },
    /// The value of a key in one of the site's `.properties` files, written as a value of a `.config` file without
    /// quotation marks around it.
    PropertyAsConfig {
        /// Path in the home.
        path: RelativePath,
        /// Expected digest.
        digest: Digest,
        /// The key; of a repeated one the last counts.
        key: String,
    },
    /// One of the site's `.cfg` files, written as a `.config` file.
    CfgAsConfig {
        /// Path in the home.
        path: RelativePath,
        /// Expected digest.
        digest: Digest,
        /// True where the installed release reads it as releases up to 7.2 do.
        before_7_3: bool,
        /// Keys that do not become plain texts.
        keys: Vec<CfgKey>,
    },
}

/// What the new release's metatype says of a key of a `.cfg` file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CfgKey {
    /// The key.
    pub key: String,
    /// The type that it gets.
    pub value_type: AttributeType,
    /// One value, or several.
    pub shape: AttributeShape,
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
    /// A single file whose old content could not be read: the new one has this digest.
    Content(Digest),
    /// A single file: the old one has this digest, whatever the new one becomes.
    Replaced(Digest),
    /// A single file that the site does not have: it is live once it is no longer staged, whatever it becomes.
    Added,
}
