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

use raylift_model::facts::{OnMigratedKeys, PropertyTables, ReleaseFacts, SiteFacts};
use raylift_model::finding::Finding;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Edit, Handling, PropertyFate, PropertyPlan, PropertySet};

use crate::properties::attribute::Attributes;
use crate::properties::edits::Edits;
use crate::properties::fate::Fates;
pub(crate) use crate::properties::files::{PropertyFile, set_of};

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
    let attributes = Attributes::of(release);
    let fates = Fates::of(site, release, &attributes);
    let stops = release.property_tables.on_migrated != OnMigratedKeys::Logged;
    let decided: Vec<Decided> = set_keys
        .into_iter()
        .map(|((set, key), places)| {
            let (fate, already) = fates.of_key(set, &key, site_value(&files, set, &key));
            let hinders = set == PropertySet::Portal
                && stops
                && fates.is_migrated(&key)
                && places.iter().any(|place| is_file(place));
            Decided {
                set,
                key,
                places,
                fate,
                already,
                hinders,
            }
        })
        .collect();
    let rivals = rivals(&decided);
    let mut edits = Edits::new(site, tomcat, release, &files, &attributes);
    let mut properties = Vec::new();
    let mut refused = Vec::new();
    for decided in decided {
        let handling = match decided.demand(move_migrated, &site.property_tables) {
            Handling::Raylift => match rivals.get(&decided.target()) {
                Some(keys) if keys.len() > 1 => Err(format!(
                    "{} become the same, and it is not certain which of them is wanted",
                    keys.join(" and ")
                )),
                _ => edits.carry(
                    decided.set,
                    &decided.key,
                    &decided.fate,
                    &decided.places,
                    decided.already,
                ),
            }
            .map_or_else(
                |because| Handling::Person { because },
                |()| Handling::Raylift,
            ),
            other => other,
        };
        // Whether nobody asked for the move or it cannot be made: the new release would not start.
        if decided.hinders && handling != Handling::Raylift {
            refused.push((decided.key.clone(), decided.places.clone()));
        }
        properties.push(PropertyPlan {
            key: decided.key,
            set: decided.set,
            places: decided.places,
            fate: decided.fate,
            already: decided.already,
            handling,
        });
    }
    let mut findings = findings::of(&properties, site, release);
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
            // A server that was started in its home reads the files there twice; the last time counts.
            let places = keys.entry((set, key.clone())).or_default();
            places.retain(|place| *place != source.place);
            places.push(source.place.clone());
        }
    }
    keys
}

/// Only keys in files stop a release, links and files outside the home included: its check reads no variables and no
/// options (`VerifyProperties`, property-keys of 7.2 to 2025).
fn is_file(place: &str) -> bool {
    place.starts_with('/')
}

/// The value in the last file that sets a key. It may be a secret: it is compared, never shown.
fn site_value<'a>(files: &'a [PropertyFile<'_>], set: PropertySet, key: &str) -> Option<&'a str> {
    files.iter().rev().find_map(|file| file.value(set, key))
}

/// A key with its fate.
struct Decided {
    set: PropertySet,
    key: String,
    places: Vec<String>,
    fate: PropertyFate,
    already: bool,
    /// It keeps the new release from starting.
    hinders: bool,
}

impl Decided {
    /// What has to be done, before it is known whether it can be. `installed` says which keys the installed release no
    /// longer reads.
    fn demand(&self, move_migrated: bool, installed: &PropertyTables) -> Handling {
        let has_successor = matches!(
            self.fate,
            PropertyFate::Renamed { .. }
                | PropertyFate::Moved { .. }
                | PropertyFate::Modularized { .. }
        );
        match (has_successor, self.hinders) {
            (true, true) if !move_migrated => Handling::Person {
                because: "raylift moves it when it is asked to".to_owned(),
            },
            (true, false) if self.already => Handling::Nobody,
            (true, _) if !self.is_certain(installed) => Handling::Person {
                because: "it could not be read whether the installed release reads it, or the key that takes its place"
                    .to_owned(),
            },
            (true, _) => Handling::Raylift,
            (false, _) => Handling::Nobody,
        }
    }

    /// Whether it could be read that the installed release reads the key and, where another key takes its place, that one:
    /// only the tables about the keys' own sets say so.
    fn is_certain(&self, installed: &PropertyTables) -> bool {
        let knows = |set: PropertySet| match set {
            PropertySet::Portal => installed.knows_portal_keys(),
            PropertySet::System => installed.knows_system_keys(),
        };
        let other = match self.set {
            PropertySet::Portal => PropertySet::System,
            PropertySet::System => PropertySet::Portal,
        };
        let moves = matches!(self.fate, PropertyFate::Moved { .. });
        knows(self.set) && (!moves || knows(other))
    }

    /// Where its value goes.
    fn target(&self) -> Option<(&'static str, String)> {
        let (own, other) = match self.set {
            PropertySet::Portal => ("portal", "system"),
            PropertySet::System => ("system", "portal"),
        };
        match &self.fate {
            PropertyFate::Renamed { to } => Some((own, to.clone())),
            PropertyFate::Moved { to } => Some((other, to.clone())),
            PropertyFate::Modularized { attribute, .. } => attribute.as_ref().map(|attribute| {
                (
                    "configuration",
                    format!("{} {}", attribute.pid, attribute.id),
                )
            }),
            _ => None,
        }
    }
}

/// The keys of each target: one new name may have several old ones.
fn rivals(decided: &[Decided]) -> BTreeMap<Option<(&'static str, String)>, Vec<String>> {
    let mut rivals: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for decided in decided {
        let target = decided.target();
        if target.is_some() && !decided.already {
            rivals.entry(target).or_default().push(decided.key.clone());
        }
    }
    rivals
}
