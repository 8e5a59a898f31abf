//! Migration of properties: what the new release makes of each key that the site sets, and the changed files.
//!
//! What became of a key is read off the releases themselves: the tables of `VerifyProperties` and the two files
//! `portal.properties` and `system.properties`. A key that had no effect in the installed release already is left as it
//! is: giving it one in passing would change the site.

mod attribute;
mod edits;
mod fate;
mod files;
mod findings;
mod value;

use std::collections::BTreeMap;

use raylift_model::facts::{OnMigratedKeys, ReleaseFacts, SiteFacts};
use raylift_model::finding::Finding;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Edit, Handling, PropertyFate, PropertyPlan, PropertySet};

use crate::properties::edits::Edits;
use crate::properties::fate::Fates;
use crate::properties::files::PropertyFile;

/// Fates, changed files and what the reader must know.
#[derive(Debug, Default)]
pub(crate) struct Migration {
    pub(crate) properties: Vec<PropertyPlan>,
    /// Changed files by their path in the home after the update.
    pub(crate) edits: BTreeMap<RelativePath, (Edit, &'static str)>,
    pub(crate) findings: Vec<Finding>,
}

/// Decides about every key that the site sets. `move_migrated` is the person's wish to have keys moved that would keep
/// the new release from starting.
pub(crate) fn migrate(
    site: &SiteFacts,
    tomcat: &RelativePath,
    release: &ReleaseFacts,
    move_migrated: bool,
) -> Migration {
    let files = files::of(site);
    let set_keys = keys(site);
    let fates = Fates::of(site, release);
    let stops = release.property_tables.on_migrated != OnMigratedKeys::Logged;
    let mut edits = Edits::new(site, tomcat, release, &files);
    let mut properties = Vec::new();
    let mut refused = Vec::new();
    for ((set, key), places) in set_keys {
        let value = site_value(&files, set, &key);
        let (fate, already) = fates.of_key(set, &key, value);
        let hinders = set == PropertySet::Portal
            && stops
            && fates.is_migrated(&key)
            && files.iter().any(|file| file.sets(set, &key));
        let mut handling = handling(&fate, already && !hinders);
        if hinders && !move_migrated {
            refused.push((key.clone(), places.clone()));
            handling = Handling::Person {
                because: "it would keep the new release from starting; raylift moves it when asked"
                    .to_owned(),
            };
        }
        if handling == Handling::Raylift {
            handling = match edits.carry(set, &key, &fate, &places) {
                Ok(()) => Handling::Raylift,
                Err(because) => Handling::Person { because },
            };
        }
        properties.push(PropertyPlan {
            key,
            set,
            places,
            fate,
            already,
            handling,
        });
    }
    let mut findings = findings::of(&properties, release);
    findings.extend(findings::refused(&refused, release));
    Migration {
        edits: edits.finish(),
        properties,
        findings,
    }
}

/// Every key that the site itself sets, with its places in read order. What stands inside a JAR is the release's.
fn keys(site: &SiteFacts) -> BTreeMap<(PropertySet, String), Vec<String>> {
    let mut keys: BTreeMap<(PropertySet, String), Vec<String>> = BTreeMap::new();
    for source in site
        .properties
        .iter()
        .filter(|source| !source.place.contains("!/"))
    {
        let set = files::set_of(&source.place);
        for key in &source.keys {
            keys.entry((set, key.clone()))
                .or_default()
                .push(source.place.clone());
        }
    }
    keys
}

/// The value in the last file that sets a key. It may be a secret: it is compared, never shown.
fn site_value<'a>(files: &'a [PropertyFile<'_>], set: PropertySet, key: &str) -> Option<&'a str> {
    files.iter().rev().find_map(|file| file.value(set, key))
}

/// What has to be done about a fate, before it is known whether it can be.
fn handling(fate: &PropertyFate, already: bool) -> Handling {
    match fate {
        _ if already => Handling::Nobody,
        PropertyFate::Renamed { .. }
        | PropertyFate::Moved { .. }
        | PropertyFate::Modularized { .. } => Handling::Raylift,
        _ => Handling::Nobody,
    }
}
