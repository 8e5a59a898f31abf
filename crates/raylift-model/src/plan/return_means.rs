//! By what means the return point is taken, and by whose commands.

use serde::{Deserialize, Serialize};

/// How the return point is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ReturnMeans {
    /// raylift copies database and documents itself, by the means that its proof tried.
    #[default]
    Copies,
    /// A command of the site's owner takes a snapshot of database and documents and says its id. raylift proves nothing
    /// of it.
    Command {
        /// Takes it; the last line on its standard output that is not empty is the id.
        take: OwnCommand,
        /// Brings it back; gets the id as its last argument. Without it a person does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        restore: Option<OwnCommand>,
    },
    /// Nothing is copied, since the old release accepts the database as it will be. Only what a return of the code needs
    /// is noted: rows by table, `Release_`, and the core's row.
    Notes,
}

impl ReturnMeans {
    /// True for raylift's own copies; what plans of earlier versions mean by saying nothing.
    pub fn is_copies(&self) -> bool {
        *self == Self::Copies
    }
}

/// What raylift's own return point holds of the database.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum DatabaseMeans {
    /// A dump by the vendor's tools, or a copy of an embedded database's files.
    #[default]
    Dump,
    /// A copy on the server itself, by `CREATE DATABASE … TEMPLATE`. PostgreSQL only.
    Template,
}

impl DatabaseMeans {
    /// True for what plans of earlier versions mean by saying nothing.
    pub fn is_dump(&self) -> bool {
        *self == Self::Dump
    }
}

/// A command of the site's owner, run as the user that raylift runs as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnCommand {
    /// The program, and its arguments. No shell reads them.
    pub words: Vec<String>,
    /// Seconds it may take before it is ended.
    pub seconds: u64,
}

/// The commands that stand in for a vendor's tools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatabaseCommands {
    /// Writes a dump of the database into the folder that `RAYLIFT_DUMP` names.
    pub dump: OwnCommand,
    /// Brings the database back from that folder, over the live one.
    pub restore: OwnCommand,
}
