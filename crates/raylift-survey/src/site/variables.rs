//! Portal properties in the server's environment.

use std::collections::BTreeMap;

use raylift_formats::environment;
use raylift_formats::properties::{Encoding, read as read_properties};

use super::doubts::Doubts;
use super::includes::INCLUDE;
use super::properties::{ENVIRONMENT, Element, Layer, LayerKind, of_variable};
use super::sources::{Places, class_knows};
use crate::machine::Machine;

/// The one variable whose value 7.4 adds to the list in `portal.properties` (`ClassLoaderAggregateProperties`).
const INCLUDE_VARIABLE: &str = "LIFERAY_INCLUDE_MINUS_AND_MINUS_OVERRIDE";
/// What follows `LIFERAY_` in variables with a whole text of properties for one company (7.4).
const BY_COMPANY: &str = "PROPS_BY_COMPANY_";
/// `CompanyConstants.SYSTEM`: stands for the whole server.
const WHOLE_SERVER: &str = "0";

/// What the environment says.
#[derive(Default)]
pub(crate) struct Variables {
    pub(crate) layer: Option<Layer>,
    /// File names for the list in `portal.properties`.
    pub(crate) includes: Vec<String>,
    /// For single companies, by key.
    pub(crate) companies: BTreeMap<String, Vec<(String, Element)>>,
}

/// Decodes `LIFERAY_...` as the release does.
pub(crate) fn read(machine: &dyn Machine, places: &Places<'_>, doubts: &mut Doubts) -> Variables {
    let all = places.environment.unwrap_or_default();
    let mut result = Variables::default();
    let knows = |jar: &str, class: &str, text: &str| {
        class_knows(machine, &places.core_jar(machine, jar), class, text)
    };
    let own: Vec<&(String, String)> = all
        .iter()
        .filter(|(name, _)| name.starts_with("LIFERAY_"))
        .collect();
    let mentions = |part: &str| own.iter().any(|(name, _)| name.contains(part));
    let by_company = mentions(BY_COMPANY)
        && knows(
            "portal-kernel.jar",
            "com/liferay/portal/kernel/util/EnvPropertiesUtil.class",
            BY_COMPANY,
        );
    let adds_includes = mentions("INCLUDE_MINUS_AND_MINUS_OVERRIDE")
        && [
            ("portal-impl.jar", "com/liferay/portal/configuration"),
            (
                "portal-kernel.jar",
                "com/liferay/portal/kernel/internal/configuration",
            ),
        ]
        .iter()
        .any(|(jar, package)| {
            let class = format!("{package}/ClassLoaderAggregateProperties.class");
            knows(jar, &class, INCLUDE_VARIABLE)
        });
    let mut entries: Vec<(String, Element)> = Vec::new();
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for (name, value) in own {
        if adds_includes && name == INCLUDE_VARIABLE {
            let files = value.trim().split(',').map(str::to_owned);
            result
                .includes
                .extend(files.filter(|file| !file.is_empty()));
            continue;
        }
        let company = name
            .strip_prefix("LIFERAY_")
            .and_then(|rest| rest.strip_prefix(BY_COMPANY));
        if let Some(company) = company.filter(|_| by_company) {
            let set = read_properties(value.as_bytes(), Encoding::Utf8).value;
            let set = set.entries().iter().map(|entry| {
                let element = element(name, &entry.value);
                (entry.key.clone(), element)
            });
            if company.trim() == WHOLE_SERVER {
                for (key, element) in set {
                    add(&mut entries, key, name, &element.text);
                }
            } else {
                for (key, element) in set {
                    let values = result.companies.entry(key).or_default();
                    values.push((company.to_owned(), element));
                }
            }
            continue;
        }
        let Some(decoded) = environment::decode(name) else {
            continue;
        };
        if decoded.key == INCLUDE {
            doubts.variable(
                name,
                "does not make the portal read another file: the variables are looked at when all files are read".to_owned(),
                "name the file in portal-ext.properties, or with -Dexternal-properties",
            );
            continue;
        }
        if !decoded.literal_parts.is_empty() {
            doubts.variable(
                name,
                format!(
                    "sets {}: between two underscores stands {}, which names no character",
                    decoded.key,
                    decoded.literal_parts.join(", ")
                ),
                "write each special character and each capital letter by its name between underscores",
            );
        }
        if let Some(other) = names.insert(decoded.key.clone(), name) {
            doubts.variable(
                name,
                format!(
                    "sets {} as {other} does; which of them counts is not certain",
                    decoded.key
                ),
                "remove one of them",
            );
            doubts.incomplete = true;
        }
        entries.retain(|(key, _)| *key != decoded.key);
        add(&mut entries, decoded.key, name, value);
    }
    if !entries.is_empty() {
        let layer = Layer::new(LayerKind::Environment, ENVIRONMENT, None, entries);
        result.layer = Some(layer);
    }
    result
}

fn add(entries: &mut Vec<(String, Element)>, key: String, variable: &str, value: &str) {
    let parts = of_variable(value);
    entries.extend(
        parts
            .iter()
            .map(|part| (key.clone(), element(variable, part))),
    );
}

fn element(variable: &str, text: &str) -> Element {
    Element {
        text: text.to_owned(),
        place: format!("environment variable {variable}"),
        line: 0,
    }
}
