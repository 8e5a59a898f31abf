//! One backup of a repository: restic calls it a snapshot.

use rustic_core::jiff::Zoned;
use rustic_core::repofile::SnapshotFile;
use serde::{Deserialize, Serialize};

/// The tag of every backup that raylift takes.
pub const TAG: &str = "raylift";

/// The tag of what a proof tries out: documents without a database.
pub const PROOF: &str = "proof";

/// The tag of a return point's documents: without a database, whose dump lies with the run.
pub const RETURN_POINT: &str = "return-point";

/// The tag of a backup that was taken without the site's database.
pub const WITHOUT_DATABASE: &str = "without-database";

/// What is in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A backup of a site, which stands for itself.
    Backup,
    /// The documents of a proof.
    Proof,
    /// The documents of a return point.
    ReturnPoint,
}

impl Kind {
    fn of_tags<'a>(mut tags: impl Iterator<Item = &'a String>) -> Self {
        tags.find_map(|tag| match tag.as_str() {
            PROOF => Some(Self::Proof),
            RETURN_POINT => Some(Self::ReturnPoint),
            _ => None,
        })
        .unwrap_or(Self::Backup)
    }

    pub(super) fn of(file: &SnapshotFile) -> Self {
        Self::of_tags(file.tags.iter())
    }
}

/// True for a backup of a site that stands for itself; false for the documents of a proof or return point, which no
/// retention may take for one.
pub(super) fn is_whole(file: &SnapshotFile) -> bool {
    Kind::of(file) == Kind::Backup
}

pub(super) fn has_tag(file: &SnapshotFile, wanted: &str) -> bool {
    file.tags.iter().any(|tag| tag == wanted)
}

/// What a backup is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// Its id, 64 hexadecimal digits.
    pub id: String,
    /// When it was begun, RFC 3339 with an offset.
    pub time: String,
    /// The machine.
    pub host: String,
    /// The site: the home's path. What restic took has the paths it took.
    pub site: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Files and links in it; `None` where the program that took it did not say.
    pub files: Option<u64>,
    /// Their bytes; `None` as above.
    pub bytes: Option<u64>,
    /// Bytes that it added to the repository, as stored; `None` as above.
    pub added: Option<u64>,
    /// Whether raylift took it.
    pub by_raylift: bool,
    /// What the caller noted; null when there is nothing.
    pub note: serde_json::Value,
}

/// One folder of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartSummary {
    /// Its name.
    pub name: String,
    /// Files and links in it.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// One entry of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Path, the part first, [escaped](crate::escape).
    pub path: String,
    /// `file`, `dir` or `link`.
    pub kind: &'static str,
    /// Bytes of a file's content.
    pub bytes: u64,
}

/// What raylift writes into a snapshot's description.
#[derive(Debug, Serialize, Deserialize)]
struct Description {
    raylift: u32,
    note: serde_json::Value,
}

const DESCRIPTION: u32 = 1;

pub(super) fn description(note: serde_json::Value) -> Option<String> {
    serde_json::to_string(&Description {
        raylift: DESCRIPTION,
        note,
    })
    .ok()
}

impl Snapshot {
    /// What it is.
    pub fn kind(&self) -> Kind {
        Kind::of_tags(self.tags.iter())
    }

    /// True for a backup that was taken without the site's database.
    pub fn is_without_database(&self) -> bool {
        self.tags.iter().any(|tag| tag == WITHOUT_DATABASE)
    }

    /// The tags that its taker gave it.
    pub fn own_tags(&self) -> impl Iterator<Item = &str> {
        let raylifts = [TAG, PROOF, RETURN_POINT, WITHOUT_DATABASE];
        let tags = self.tags.iter().map(String::as_str);
        tags.filter(move |tag| !raylifts.contains(tag))
    }

    pub(super) fn of(file: &SnapshotFile) -> Self {
        let summary = file.summary.as_ref();
        let tags: Vec<String> = file.tags.iter().cloned().collect();
        let note = file
            .description
            .as_deref()
            .and_then(|text| serde_json::from_str::<Description>(text).ok())
            .filter(|description| description.raylift == DESCRIPTION)
            .map_or(serde_json::Value::Null, |description| description.note);
        Self {
            id: file.id.to_hex().as_str().to_owned(),
            time: text_of(&file.time),
            host: file.hostname.clone(),
            site: file
                .paths
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", "),
            by_raylift: tags.iter().any(|tag| tag == TAG),
            tags,
            files: summary.map(|summary| summary.total_files_processed),
            bytes: summary.map(|summary| summary.total_bytes_processed),
            added: summary.map(|summary| summary.data_added_packed),
            note,
        }
    }
}

fn text_of(time: &Zoned) -> String {
    format!("{}", time.timestamp().display_with_offset(time.offset()))
}
