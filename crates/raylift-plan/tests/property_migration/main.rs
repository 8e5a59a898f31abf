//! Every key of Liferay's own tables, set by a site and carried to each release that the lab has: nothing is lost, nothing
//! is left over that raylift says it carried, and a second migration of the result has nothing to do.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../../raylift-formats/tests/common/mod.rs"]
mod common;
#[path = "../plan/edits.rs"]
mod edits;
#[allow(dead_code, reason = "the tests of the plan use the rest")]
#[path = "../plan/facts.rs"]
mod facts;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use common::Parts;
use edits::written;
use raylift_formats::bundle::Jar;
use raylift_formats::properties::{Encoding, read};
use raylift_formats::property_tables;
use raylift_model::digest::Digest;
use raylift_model::facts::{PropertySource, PropertyTables, ReleaseFacts, SiteFacts};
use raylift_model::names::RelativePath;
use raylift_model::plan::{Decision, Handling, Plan, PropertyFate, PropertySet};
use raylift_model::text::SiteText;
use raylift_plan::make;

const EXT: &str = "portal-ext.properties";
const SYSTEM_EXT: &str = "tomcat-9.0.19/webapps/ROOT/WEB-INF/classes/system-ext.properties";

/// A release with the tables and defaults of a real `portal-impl.jar`.
fn release(implementation: &str) -> ReleaseFacts {
    let coordinate = format!("com.liferay.portal:com.liferay.portal.impl:{implementation}");
    let parts = Parts::load();
    let bytes = fs::read(parts.find(&coordinate).unwrap()).unwrap();
    let jar = RefCell::new(Jar::open(&bytes).unwrap());
    let defaults = |name: &str| -> BTreeMap<String, String> {
        let text = jar.borrow_mut().read(name, 8 << 20).unwrap().unwrap();
        let read = read(&text, Encoding::Utf8).value;
        let entries = read.entries().iter();
        entries
            .map(|entry| (entry.key.clone(), entry.value.clone()))
            .collect()
    };
    let mut release = facts::release();
    release.defaults.portal = defaults("portal.properties");
    release.defaults.system = defaults("system.properties");
    release.property_tables = property_tables::read(&|class| jar.borrow_mut().class(class));
    assert_eq!(
        release.property_tables.undetermined,
        Vec::<String>::new(),
        "{implementation}"
    );
    release
}

/// A site of which nothing says that its release knew the tables.
fn site(texts: &BTreeMap<String, String>) -> SiteFacts {
    let mut site = facts::site();
    for (path, text) in texts {
        site.files.push(facts::file(path, text));
        let read = read(text.as_bytes(), Encoding::Utf8).value;
        let keys: BTreeSet<String> = read
            .entries()
            .iter()
            .map(|entry| entry.key.clone())
            .collect();
        if path.ends_with(".properties") {
            site.properties.push(PropertySource {
                place: format!("/srv/liferay/{path}"),
                keys: keys.into_iter().collect(),
                digest: Some(Digest::of(text.as_bytes())),
            });
        }
        site.texts.insert(
            RelativePath::new(path.as_str()),
            SiteText::new(text.as_bytes().to_vec()),
        );
    }
    site.files.sort_by(|one, two| one.path.cmp(&two.path));
    site
}

/// Both sets of old keys, each with its number as the value.
fn everything(tables: &PropertyTables) -> BTreeMap<String, String> {
    let file = |keys: BTreeSet<&str>| -> String {
        let lines = keys.into_iter().enumerate().map(|(number, key)| {
            let text = raylift_formats::properties::set(b"", key, &number.to_string());
            String::from_utf8(text).unwrap()
        });
        lines.collect()
    };
    let moved = |rows: &[&Vec<raylift_model::facts::MovedKey>]| -> Vec<String> {
        rows.iter()
            .flat_map(|rows| rows.iter().map(|row| row.from.clone()))
            .collect()
    };
    let portal = [
        moved(&[&tables.renamed_portal, &tables.migrated_portal]),
        tables
            .modularized_portal
            .iter()
            .map(|row| row.from.clone())
            .collect(),
        tables.obsolete_portal.clone(),
    ]
    .concat();
    let system = [
        moved(&[&tables.renamed_system, &tables.migrated_system]),
        tables
            .modularized_system
            .iter()
            .map(|row| row.from.clone())
            .collect(),
        tables.obsolete_system.clone(),
    ]
    .concat();
    BTreeMap::from([
        (
            EXT.to_owned(),
            file(portal.iter().map(String::as_str).collect()),
        ),
        (
            SYSTEM_EXT.to_owned(),
            file(system.iter().map(String::as_str).collect()),
        ),
    ])
}

fn plan(site: &SiteFacts, release: &ReleaseFacts) -> Plan {
    let mut wishes = facts::wishes();
    wishes.move_migrated_keys = true;
    make(site, release, None, &wishes).unwrap()
}

/// The site's texts after the switch.
fn carried(site: &SiteFacts, release: &ReleaseFacts, plan: &Plan) -> BTreeMap<String, String> {
    let mut texts: BTreeMap<String, String> = site
        .texts
        .iter()
        .map(|(path, text)| {
            (
                path.to_string(),
                String::from_utf8(text.expose().to_vec()).unwrap(),
            )
        })
        .collect();
    for file in &plan.files {
        if let Decision::Edit(edit) = &file.decision {
            texts.insert(file.path.to_string(), written(edit, site, release));
        }
    }
    texts
}

type Values = BTreeMap<String, BTreeMap<String, String>>;

/// The values in each file, by key.
fn values(texts: &BTreeMap<String, String>) -> Values {
    let of = |(path, text): (&String, &String)| {
        let mut values = BTreeMap::new();
        for entry in read(text.as_bytes(), Encoding::Utf8).value.entries() {
            let earlier = values.insert(entry.key.clone(), entry.value.clone());
            assert_eq!(earlier, None, "{path}: {} stands there twice", entry.key);
        }
        (path.clone(), values)
    };
    texts.iter().map(of).collect()
}

fn value<'a>(values: &'a Values, path: &str, key: &str) -> Option<&'a String> {
    values.get(path)?.get(key)
}

#[test]
fn every_key_of_the_real_tables_is_accounted_for() {
    for implementation in ["4.12.11", "5.26.1", "52.1.1", "93.0.0"] {
        let release = release(implementation);
        let texts = everything(&release.property_tables);
        let old = site(&texts);
        let plan = plan(&old, &release);
        let new_texts = carried(&old, &release, &plan);
        let (before, after) = (values(&texts), values(&new_texts));
        let set: usize = before.values().map(BTreeMap::len).sum();
        assert_eq!(plan.properties.len(), set, "{implementation}");
        for property in &plan.properties {
            let key = &property.key;
            let (own, other) = match property.set {
                PropertySet::Portal => (EXT, SYSTEM_EXT),
                PropertySet::System => (SYSTEM_EXT, EXT),
            };
            let old = value(&before, own, key);
            assert!(old.is_some());
            let by_raylift = property.handling == Handling::Raylift;
            let now = match &property.fate {
                PropertyFate::Renamed { to } if by_raylift => value(&after, own, to),
                PropertyFate::Moved { to } if by_raylift => value(&after, other, to),
                // No bundle of these releases describes a configuration.
                PropertyFate::Modularized { attribute, .. } => {
                    assert_eq!((attribute, by_raylift), (&None, false), "{key}");
                    value(&after, own, key)
                }
                PropertyFate::Obsolete => value(&after, own, key),
                PropertyFate::Renamed { .. } | PropertyFate::Moved { .. } => {
                    // Only where several old keys have one new name, or the new name is set as well.
                    let Handling::Person { because } = &property.handling else {
                        panic!("{key}: {:?}", property.handling);
                    };
                    let known = [" become the same", " is set, too"];
                    assert!(
                        known.iter().any(|reason| because.contains(reason)),
                        "{key}: {because}"
                    );
                    value(&after, own, key)
                }
                other => panic!("{implementation}: {key} is {other:?}"),
            };
            assert_eq!(now, old, "{implementation}: {key}");
        }
        let again = self::plan(&site(&new_texts), &release);
        let left: Vec<_> = again
            .properties
            .iter()
            .filter(|property| property.handling == Handling::Raylift)
            .collect();
        assert!(left.is_empty(), "{implementation}: {left:?}");
    }
}
