//! Property files for single companies.

use std::collections::BTreeMap;
use std::path::Path;

use raylift_formats::portal_properties::read;

use super::doubts::Doubts;
use super::includes::{LARGEST, Lookup};
use super::properties::Element;

/// The switch without which the portal never looks for them (`PropsUtil`).
const SWITCH: &str = "company-id-properties";
const COMPANY: &str = "${easyconf:companyId}";

/// Company, element and key of everything that the files of companies set. Only 7.2.0 names such files: its
/// `portal.properties` has `portal-${easyconf:companyId}.properties`, that of 7.2.1 and later has not. Files that these
/// files include are not followed.
pub(crate) fn files(lookup: &Lookup<'_>, names: &[String]) -> Vec<(String, Element, String)> {
    let is_on = lookup
        .java
        .get(SWITCH)
        .and_then(|elements| elements.last())
        .is_some_and(|element| element.text.trim().eq_ignore_ascii_case("true"));
    if !is_on || names.is_empty() {
        return Vec::new();
    }
    let patterns = names.iter().filter_map(|name| {
        let file = name.rsplit('/').next().unwrap_or(name);
        file.split_once(COMPANY)
    });
    let folders = lookup
        .class_path
        .iter()
        .map(std::path::PathBuf::as_path)
        .chain([lookup.home.as_path()]);
    let mut found = Vec::new();
    let patterns: std::collections::BTreeSet<_> = patterns.collect();
    for folder in folders {
        let entries = lookup.machine.entries(folder).unwrap_or_default();
        for name in entries.iter().filter_map(|name| name.to_str()) {
            let company = patterns.iter().find_map(|(before, after)| {
                name.strip_prefix(before)?
                    .strip_suffix(after)
                    .filter(|company| !company.is_empty() && !is_own(company))
            });
            if let Some(company) = company {
                found.extend(file(lookup, &folder.join(name), company));
            }
        }
    }
    found
}

/// Names of the same shape that belong to the whole server.
fn is_own(middle: &str) -> bool {
    matches!(middle, "ext" | "bundle" | "setup-wizard" | "developer")
        || middle.starts_with("legacy-")
}

fn file(lookup: &Lookup<'_>, file: &Path, company: &str) -> Vec<(String, Element, String)> {
    let Ok(bytes) = lookup.machine.read(file, LARGEST) else {
        return Vec::new();
    };
    let read = read(&bytes);
    if read.has_errors() {
        return Vec::new();
    }
    read.value
        .into_iter()
        .flat_map(|item| {
            let (key, line) = (item.key, item.line);
            item.values
                .into_iter()
                .map(move |text| (text, key.clone(), line))
        })
        .map(|(text, key, line)| {
            let element = Element {
                text,
                place: file.display().to_string(),
                line,
            };
            (company.to_owned(), element, key)
        })
        .collect()
}

/// One finding for each place that holds values of companies.
pub(crate) fn tell(companies: &BTreeMap<String, Vec<(String, Element)>>, doubts: &mut Doubts) {
    let places: std::collections::BTreeSet<&str> = companies
        .values()
        .flatten()
        .map(|(_, element)| element.place.as_str())
        .collect();
    for place in places {
        let message = if place.starts_with("environment") {
            "sets properties for one company only"
        } else {
            "sets properties for one company only; releases from 7.2.1 on do not read it"
        };
        doubts.company(place, message);
    }
}
