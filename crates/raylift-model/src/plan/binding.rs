//! What a plan is bound to: when one of these differs, the plan is for another state of the site.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::facts::{FileKind, SiteFacts};
use crate::names::RelativePath;

/// Named digests of everything that must not have changed.
///
/// Not bound: `data/`, logs, caches, document contents, dates in `Release_`, the values of configurations that were made in
/// the portal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Binding {
    /// One digest per part: `release`, `file <path>`, `properties <place>`, `row <name>`,
    /// `configuration <PID>`, `database settings`, `document store`, `mounts`, `connectors`.
    pub parts: BTreeMap<String, Digest>,
}

impl Binding {
    /// What a plan for this site and this release is bound to. `start_script` is left out, because the fence
    /// stands in its place while a run works.
    pub fn of(site: &SiteFacts, release: &Digest, start_script: Option<&RelativePath>) -> Self {
        let mut parts = BTreeMap::new();
        parts.insert("release".to_owned(), release.clone());
        for file in &site.files {
            if Some(&file.path) != start_script && file.kind != FileKind::Directory {
                let digest = file.digest.clone().unwrap_or_else(|| digest_of(&file.kind));
                parts.insert(format!("file {}", file.path), digest);
            }
        }
        for source in &site.properties {
            let digest = source
                .digest
                .clone()
                .unwrap_or_else(|| digest_of(&source.keys));
            parts.insert(format!("properties {}", source.place), digest);
        }
        for row in &site.database.release_rows {
            parts.insert(format!("row {}", row.name), digest_of(row));
        }
        // A file that the plan writes could take the place of what somebody saves in the portal meanwhile. All that were
        // made there are bound, so that a plan needs no list of its own; those that come from files are bound by these.
        for row in &site.database.configurations {
            if row.file_name.is_none() {
                parts.insert(format!("configuration {}", row.pid), digest_of(&row.pid));
            }
        }
        parts.insert(
            "database settings".to_owned(),
            digest_of(&site.database.settings),
        );
        parts.insert(
            "document store".to_owned(),
            digest_of(&(&site.store.implementation, &site.store.root)),
        );
        parts.insert("mounts".to_owned(), digest_of(&site.mounts));
        parts.insert(
            "connectors".to_owned(),
            digest_of(&site.app_server.connectors),
        );
        Self { parts }
    }

    /// The names of the parts that differ, sorted.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let names: std::collections::BTreeSet<&String> =
            self.parts.keys().chain(other.parts.keys()).collect();
        names
            .into_iter()
            .filter(|name| self.parts.get(*name) != other.parts.get(*name))
            .cloned()
            .collect()
    }
}

/// The digest of a value's JSON form. A value that has none counts as nothing: that cannot happen with these types.
fn digest_of<T: Serialize>(value: &T) -> Digest {
    Digest::of(&serde_json::to_vec(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_part_is_a_difference() {
        let mut one = Binding::default();
        let mut two = Binding::default();
        one.parts.insert("files".to_owned(), Digest::of(b"a"));
        two.parts.insert("files".to_owned(), Digest::of(b"a"));
        assert!(one.differences(&two).is_empty());
        two.parts.insert("mounts".to_owned(), Digest::of(b"b"));
        one.parts.insert("files".to_owned(), Digest::of(b"c"));
        assert_eq!(one.differences(&two), ["files", "mounts"]);
    }
}
