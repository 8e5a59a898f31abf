//! The database and the document store.

use std::collections::BTreeSet;

use raylift_model::facts::{ReleaseRow, TableFacts};
use raylift_model::names::BundleSymbolicName;
use raylift_model::version::SchemaVersion;

/// What users and portal keep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Data {
    pub(crate) build: i64,
    pub(crate) schema: &'static str,
    /// An upgrade step has begun and not ended.
    pub(crate) half: bool,
    pub(crate) rows: BTreeSet<u32>,
    pub(crate) documents: BTreeSet<u32>,
}

/// A return point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) complete: bool,
    pub(crate) data: Data,
    pub(crate) taken: u64,
}

impl Data {
    pub(crate) const OLD_BUILD: i64 = 7200;
    pub(crate) const NEW_BUILD: i64 = 7201;
    pub(crate) const OLD_SCHEMA: &'static str = "5.0.2";
    pub(crate) const NEW_SCHEMA: &'static str = "5.1.0";

    pub(crate) fn new() -> Self {
        Self {
            build: Self::OLD_BUILD,
            schema: Self::OLD_SCHEMA,
            ..Self::default()
        }
    }

    pub(crate) fn tables(&self) -> Vec<TableFacts> {
        vec![TableFacts {
            name: "JournalArticle".to_owned(),
            rows: self.rows.len() as u64,
        }]
    }

    pub(crate) fn release_rows(&self) -> Vec<ReleaseRow> {
        vec![ReleaseRow {
            name: BundleSymbolicName::new("portal"),
            schema_version: SchemaVersion::new(self.schema),
            build_number: Some(self.build),
            state: Some(0),
            verified: Some(true),
        }]
    }

    /// The old release compares build numbers and cannot read the new schema; the new one demands its schema.
    pub(crate) fn accepted_by_old(&self) -> bool {
        !self.half && self.build == Self::OLD_BUILD && self.schema == Self::OLD_SCHEMA
    }

    pub(crate) fn accepted_by_new(&self, upgrade_required: bool) -> bool {
        !self.half && (!upgrade_required || self.schema == Self::NEW_SCHEMA)
    }

    /// Keeps what another set of data has besides.
    pub(crate) fn keep(&mut self, other: &Self) {
        self.rows.extend(&other.rows);
        self.documents.extend(&other.documents);
    }
}
