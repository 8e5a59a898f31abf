//! What the helper answers, as values.

use std::collections::BTreeMap;

use raylift_model::facts::{ReleaseRow, TableFacts};
use raylift_model::names::BundleSymbolicName;
use raylift_model::secret::Secret;
use raylift_model::version::SchemaVersion;
use raylift_run::host::{NewDocument, Write};
use raylift_survey::machine::{ConfigurationText, DocumentRow};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use raylift_survey::machine::DatabaseError;

use super::helper;

/// The columns of the core's row of `Release_` that a normal start of a newer release changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CoreRow {
    /// `buildNumber`.
    pub build_number: Option<i64>,
    /// `buildDate` as `2019-06-01 00:00:00.0`, with all fractions, as it stands in the column.
    pub build_date: Option<String>,
    /// `verified`.
    pub verified: Option<bool>,
}

/// The content of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDigest {
    /// Number of rows.
    pub rows: u64,
    /// 32 hexadecimal digits, the same for the same rows in any order.
    pub digest: String,
}

#[derive(Deserialize)]
pub(super) struct Product {
    pub(super) name: String,
    pub(super) version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawReleaseRow {
    name: Option<String>,
    schema_version: Option<String>,
    build_number: Option<i64>,
    state: Option<i64>,
    verified: Option<bool>,
}

#[derive(Deserialize)]
struct RawWrite {
    table: String,
    user: Option<String>,
    rows: u64,
    last: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawConfiguration {
    pid: Option<String>,
    dictionary: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawDocument {
    file_version_id: i64,
    company_id: Option<i64>,
    repository_id: Option<i64>,
    folder_id: Option<i64>,
    name: Option<String>,
    version: Option<String>,
    #[serde(rename = "storeUUID")]
    store_uuid: Option<String>,
    size: Option<i64>,
}

/// An answer of the expected shape.
pub(super) fn parse<T: DeserializeOwned>(value: Value) -> Result<T, DatabaseError> {
    serde_json::from_value(value).map_err(|error| {
        helper::broken(format!(
            "the database helper's answer is not as expected: {error}"
        ))
    })
}

/// Rows by name; `None` when the table is missing.
pub(super) fn release_rows(value: Value) -> Result<Option<Vec<ReleaseRow>>, DatabaseError> {
    let rows: Option<Vec<RawReleaseRow>> = parse(value)?;
    Ok(rows.map(|rows| {
        let mut rows: Vec<_> = rows
            .into_iter()
            .map(|row| ReleaseRow {
                name: BundleSymbolicName::new(row.name.unwrap_or_default()),
                schema_version: SchemaVersion::new(row.schema_version.unwrap_or_default()),
                build_number: row.build_number,
                state: row.state,
                verified: row.verified,
            })
            .collect();
        rows.sort();
        rows
    }))
}

/// Writes by table.
pub(super) fn writes(value: Value) -> Result<Vec<Write>, DatabaseError> {
    let rows: Vec<RawWrite> = parse(value)?;
    Ok(rows
        .into_iter()
        .map(|row| Write {
            table: row.table,
            user: shown(&row.user.unwrap_or_default()),
            rows: row.rows,
            last: row.last,
        })
        .collect())
}

/// What users of the portal chose is shown on a terminal: control characters are blanks there.
fn shown(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Title, user and time; a fraction of a second is cut off.
pub(super) fn new_document(row: Vec<Option<String>>) -> NewDocument {
    let mut cells = row.into_iter().map(Option::unwrap_or_default);
    let mut next = || cells.next().unwrap_or_default();
    NewDocument {
        title: shown(&next()),
        user: shown(&next()),
        created: next().chars().take(19).collect(),
    }
}

/// Tables by name.
pub(super) fn tables(value: Value) -> Result<Vec<TableFacts>, DatabaseError> {
    let counts: BTreeMap<String, u64> = parse(value)?;
    Ok(counts
        .into_iter()
        .map(|(name, rows)| TableFacts { name, rows })
        .collect())
}

/// Rows by PID; none when the table is missing.
pub(super) fn configurations(value: Value) -> Result<Vec<ConfigurationText>, DatabaseError> {
    let rows: Option<Vec<RawConfiguration>> = parse(value)?;
    let mut rows: Vec<_> = rows
        .unwrap_or_default()
        .into_iter()
        .map(|row| ConfigurationText {
            pid: row.pid.unwrap_or_default(),
            dictionary: row.dictionary.map(Secret::new),
        })
        .collect();
    rows.sort_by(|left, right| left.pid.cmp(&right.pid));
    Ok(rows)
}

/// The newest first; none when a table is missing.
pub(super) fn documents(value: Value) -> Result<Vec<DocumentRow>, DatabaseError> {
    let rows: Option<Vec<RawDocument>> = parse(value)?;
    Ok(rows
        .unwrap_or_default()
        .into_iter()
        .map(|row| DocumentRow {
            file_version_id: row.file_version_id,
            company_id: row.company_id.unwrap_or_default(),
            data_repository_id: row
                .folder_id
                .filter(|folder| *folder != 0)
                .or(row.repository_id)
                .unwrap_or_default(),
            name: row.name.unwrap_or_default(),
            version: label(row.version.unwrap_or_default(), row.store_uuid),
            size: row
                .size
                .and_then(|size| u64::try_from(size).ok())
                .unwrap_or_default(),
        })
        .collect())
}

/// The name of a version in the store (`DLFileVersionImpl.getStoreFileName` of portal-impl 93.0.0; 52.1.1 and before have
/// the version alone).
fn label(version: String, store_uuid: Option<String>) -> String {
    match store_uuid.filter(|uuid| !uuid.trim().is_empty()) {
        Some(uuid) => format!("{version}~{uuid}"),
        None => version,
    }
}
