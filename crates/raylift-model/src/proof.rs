//! What a proof measured: how long a restore point takes here.

use serde::{Deserialize, Serialize};

use crate::plan::DatabaseMeans;

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
    /// Milliseconds for what a return point does beside, with its own tools and helpers started: reading the dump again,
    /// counting the rows and having all of it on the disk. 0 in records of an older raylift.
    #[serde(default)]
    pub check_milliseconds: u64,
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
    /// Milliseconds for opening the repository and taking them once more, when nearly nothing is new: what the outage holds.
    pub document_milliseconds: u64,
    /// The backup in the repository that holds them; nothing where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    /// Documents that were brought back and compared.
    #[serde(default)]
    pub documents_compared: u64,
    /// Their bytes.
    #[serde(default)]
    pub document_bytes_compared: u64,
    /// Milliseconds that bringing all of them back takes, at the rate of those that were, after the repository is opened.
    #[serde(default)]
    pub document_return_milliseconds: u64,
    /// How long a copy of the database on its own server took; nothing where none was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<CopyRecord>,
}

/// A copy of a database on its own server, measured on the restored one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CopyRecord {
    /// Milliseconds for making it.
    pub milliseconds: u64,
    /// Milliseconds for counting its rows.
    pub count_milliseconds: u64,
    /// Bytes of the restored database on the server's disk, as far as the server told.
    #[serde(default)]
    pub bytes: u64,
    /// Bytes of the site's own then, which is larger by what updates and deletions left in it.
    #[serde(default)]
    pub site_bytes: u64,
}

impl CopyRecord {
    /// The copy is made, then the rows of both databases are counted; in the outage as on the way back.
    fn checked(&self) -> u64 {
        self.scaled() + 2 * self.count_milliseconds
    }

    /// A server copies files, so that the time goes with their size, not with the rows.
    fn scaled(&self) -> u64 {
        if self.bytes == 0 || self.site_bytes <= self.bytes {
            return self.milliseconds;
        }
        let scale = self.site_bytes as f64 / self.bytes as f64;
        (self.milliseconds as f64 * scale) as u64
    }
}

impl ProofRecord {
    /// Name of the file in raylift's folder that keeps the last one.
    pub const FILE: &'static str = "last-proof.json";

    /// What a return point would hold of the database, by what this proof tried.
    pub fn database(&self) -> DatabaseMeans {
        match self.copy {
            Some(_) => DatabaseMeans::Template,
            None => DatabaseMeans::Dump,
        }
    }

    /// Milliseconds that a return point of the same size takes in the outage; nothing where that was not measured.
    pub fn return_point_milliseconds(&self, database: DatabaseMeans) -> Option<u64> {
        let database = match database {
            DatabaseMeans::Dump => self.dump_milliseconds + self.checks(),
            DatabaseMeans::Template => self.copy.as_ref()?.checked(),
        };
        Some(database + self.document_milliseconds)
    }

    /// Milliseconds that bringing it back takes: it is read before, and what came back is compared after. Nothing where
    /// that was not measured.
    pub fn return_milliseconds(&self, database: DatabaseMeans) -> Option<u64> {
        let database = match database {
            DatabaseMeans::Dump => self.restore_milliseconds + 2 * self.checks(),
            DatabaseMeans::Template => self.copy.as_ref()?.checked(),
        };
        Some(database + self.document_return_milliseconds)
    }

    /// Where they were not measured the reading of all rows was, which takes longer.
    fn checks(&self) -> u64 {
        match self.check_milliseconds {
            0 => self.row_milliseconds,
            measured => measured,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// On a small site the start of the tools and of the helper is nearly all of it.
    #[test]
    fn an_estimate_holds_what_does_not_grow_with_the_data() {
        let mut record = ProofRecord {
            taken: String::new(),
            compared: Vec::new(),
            database_bytes: 0,
            dump_milliseconds: 500,
            restore_milliseconds: 400,
            check_milliseconds: 900,
            rows: 0,
            row_milliseconds: 1_200,
            documents: 0,
            document_bytes: 0,
            document_milliseconds: 100,
            snapshot: None,
            documents_compared: 0,
            document_bytes_compared: 0,
            document_return_milliseconds: 200,
            copy: None,
        };
        let taken = |record: &ProofRecord| record.return_point_milliseconds(DatabaseMeans::Dump);
        assert_eq!(taken(&record), Some(500 + 100 + 900));
        assert_eq!(
            record.return_milliseconds(DatabaseMeans::Dump),
            Some(400 + 200 + 2 * 900)
        );
        record.check_milliseconds = 0;
        assert_eq!(taken(&record), Some(500 + 100 + 1_200));

        let copy = DatabaseMeans::Template;
        assert_eq!(record.return_point_milliseconds(copy), None);
        assert_eq!(record.return_milliseconds(copy), None);
        record.copy = Some(CopyRecord {
            milliseconds: 50,
            count_milliseconds: 300,
            bytes: 0,
            site_bytes: 0,
        });
        assert_eq!(
            record.return_point_milliseconds(copy),
            Some(50 + 2 * 300 + 100)
        );
        assert_eq!(record.return_milliseconds(copy), Some(50 + 2 * 300 + 200));

        // The site's own is three times as large on the disk.
        let measured = record.copy.as_mut().unwrap();
        (measured.bytes, measured.site_bytes) = (8_000_000, 24_000_000);
        assert_eq!(
            record.return_point_milliseconds(copy),
            Some(3 * 50 + 2 * 300 + 100)
        );
        assert_eq!(
            record.return_milliseconds(copy),
            Some(3 * 50 + 2 * 300 + 200)
        );
    }
}
