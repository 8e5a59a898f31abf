//! A repository that stays open between two uses.

use std::fs;
use std::time::{Duration, Instant};

use crate::support::{Place, furnish};

/// An outage waits for each derivation of the key.
#[test]
fn the_key_is_derived_once() {
    let place = Place::new();
    furnish(&place.site());
    place.backup(&place.create());
    let begun = Instant::now();
    let repository = place.open().unwrap();
    let first = begun.elapsed();
    // What the key is derived from is not asked for again.
    let (keys, away) = (place.repository_folder().join("keys"), place.path("away"));
    fs::rename(&keys, &away).unwrap();
    assert!(place.open().is_err());
    place.backup(&repository);
    let begun = Instant::now();
    assert_eq!(repository.list().unwrap().len(), 2);
    println!("{}", times(first, begun.elapsed()));
    fs::rename(&away, &keys).unwrap();
}

fn times(first: Duration, later: Duration) -> String {
    format!("opened in {first:?}, then listed in {later:?}")
}

#[test]
fn one_that_was_made_anew_is_opened_with_its_own_key() {
    let place = Place::new();
    furnish(&place.site());
    let repository = place.create();
    place.backup(&repository);
    assert_eq!(repository.list().unwrap().len(), 1);
    fs::rename(place.repository_folder(), place.path("away")).unwrap();
    place.create();
    assert_eq!(repository.list().unwrap().len(), 0);
    place.backup(&repository);
    assert_eq!(place.open().unwrap().list().unwrap().len(), 1);
}
