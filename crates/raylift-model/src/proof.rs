//! What a proof measured: how long a restore point takes here.

use serde::{Deserialize, Serialize};

/// The last proof of a site, by an update or by a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ProofRecord {
    /// When it ended, UTC, RFC 3339.
    pub taken: String,
    /// What was compared, for people.
    pub compared: Vec<String>,
    /// The database: bytes of the dump or copy.
    pub database_bytes: u64,
    /// Milliseconds for the dump or copy, while the site served.
    pub dump_milliseconds: u64,
    /// Milliseconds until the dump or copy was a database again.
    pub restore_milliseconds: u64,
    /// Rows of all tables.
    #[serde(default)]
    pub rows: u64,
    /// Milliseconds for reading every row of the site once, for the comparison.
    #[serde(default)]
    pub row_milliseconds: u64,
    /// Documents in the store.
    pub documents: u64,
    /// Their bytes.
    pub document_bytes: u64,
    /// Milliseconds for taking them once more, when nearly nothing is new: what the outage holds.
    pub document_milliseconds: u64,
    /// The backup in the repository that holds them; nothing where they were copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    /// Documents that were brought back and compared.
    #[serde(default)]
    pub documents_compared: u64,
    /// Their bytes.
    #[serde(default)]
    pub document_bytes_compared: u64,
    /// Milliseconds that bringing all of them back takes, at the rate of those that were.
    #[serde(default)]
    pub document_return_milliseconds: u64,
}

impl ProofRecord {
    /// Name of the file in raylift's folder that keeps the last one.
    pub const FILE: &'static str = "last-proof.json";

    /// Milliseconds that a return point of the same size takes in the outage.
    pub fn return_point_milliseconds(&self) -> u64 {
        self.dump_milliseconds + self.document_milliseconds
    }

    /// Milliseconds that bringing it back takes.
    pub fn return_milliseconds(&self) -> u64 {
        self.restore_milliseconds + self.document_return_milliseconds
    }
}

/// What the owner's command of a return point measured, by the last run that used it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SnapshotRecord {
    /// When it ended, UTC, RFC 3339.
    pub taken: String,
    /// The id that the command said.
    pub id: String,
    /// Milliseconds that it took, in the outage.
    pub milliseconds: u64,
}

impl SnapshotRecord {
    /// Name of the file in raylift's folder that keeps the last one.
    pub const FILE: &'static str = "last-snapshot.json";
}
