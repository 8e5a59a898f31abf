//! One property: its effective value, every place that sets it, and which one counts.

use std::path::Path;

use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use super::access::{Found, found, properties as read_properties};
use super::properties::{Element, Layer, LayerKind, Properties, last_of_each};
use super::request::SurveyRequest;
use crate::machine::Machine;

/// All properties of a site. Holds secrets, so it has neither `Debug` nor `Serialize`.
pub struct SiteProperties {
    properties: Properties,
}

/// What kind of place sets a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// The release's own defaults.
    Release,
    /// A file of the site.
    File,
    /// An environment variable.
    Environment,
    /// An option of the Java machine, or a Java property set by `system-ext.properties`.
    Option,
}

/// One place that sets a property. Holds a value, so it has neither `Debug` nor `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub struct SettingPlace {
    /// What it is.
    pub kind: PlaceKind,
    /// File, `environment variable NAME` or `JVM option -DNAME`.
    pub place: String,
    /// Line of a file, from one; zero elsewhere.
    pub line: u32,
    /// The value as that place says it, placeholders not replaced; of a list its elements joined with commas.
    pub value: String,
    /// This place counts.
    pub wins: bool,
}

/// One property. Holds its value, so it has neither `Debug` nor `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub struct Setting {
    /// What the portal gets when it asks for the value (`ConfigurationImpl.get`); `None` when nothing sets it.
    pub value: Option<Result<String, String>>,
    /// What it gets when it asks for a list (`ConfigurationImpl.getArray`). `-Dportal:KEY` does not count there.
    pub list: Result<Vec<String>, String>,
    /// Every place in the order of reading. Several may count together: their values are joined.
    pub places: Vec<SettingPlace>,
    /// Values for single companies: company and place. They never count for the whole server.
    pub companies: Vec<(String, SettingPlace)>,
    /// Places that set a Java property of this name, the one that counts last. Where nothing else sets the key, the
    /// portal takes this one.
    pub java: Vec<SettingPlace>,
}

/// Reads the properties of a site as its portal does.
///
/// # Errors
/// A blocker when there is no home ([`codes::HOME_NOT_FOUND`]) or no application server in it.
pub fn properties(
    machine: &dyn Machine,
    request: &SurveyRequest,
) -> Result<SiteProperties, Box<Finding>> {
    let Found {
        home,
        tomcat,
        runtime,
    } = found(machine, request)?;
    Ok(SiteProperties {
        properties: read_properties(machine, &home, &tomcat, &runtime),
    })
}

impl SiteProperties {
    /// Everything about one key.
    pub fn setting(&self, key: &str) -> Setting {
        let setting = self
            .properties
            .portal_layers()
            .filter(|layer| layer.values.contains_key(key));
        let layers: Vec<&Layer> = last_of_each(setting);
        let mut places = Vec::new();
        for (index, layer) in layers.iter().enumerate() {
            let wins = index + 1 == layers.len();
            let elements = layer.values.get(key).map(Vec::as_slice);
            places.extend(joined(elements.unwrap_or_default(), kind(layer.kind), wins));
        }
        let java: Vec<Element> = self.properties.java.get(key).cloned().unwrap_or_default();
        let companies = self.properties.companies.get(key);
        Setting {
            value: self
                .properties
                .effective(key)
                .map(|value| value.map_err(|error| error.to_string())),
            list: self.properties.list(key).map_err(|error| error.to_string()),
            companies: companies
                .into_iter()
                .flatten()
                .map(|(company, element)| {
                    let place = place(element, PlaceKind::File, false);
                    (company.clone(), place)
                })
                .collect(),
            java: java
                .iter()
                .zip(1..)
                .map(|(element, number)| {
                    let wins = number == java.len();
                    place(element, PlaceKind::Option, wins)
                })
                .collect(),
            places,
        }
    }

    /// The release's own value of a key, as its `portal.properties` says it.
    pub fn release_default(&self, key: &str) -> Option<String> {
        self.setting(key)
            .places
            .into_iter()
            .rfind(|place| place.kind == PlaceKind::Release)
            .map(|place| place.value)
    }

    /// Keys that the site itself sets, sorted: in files, variables and options.
    pub fn keys_of_site(&self) -> Vec<String> {
        let keys: std::collections::BTreeSet<&String> = self
            .properties
            .portal_layers()
            .filter(|layer| layer.kind != LayerKind::Release)
            .flat_map(|layer| layer.values.keys())
            .collect();
        keys.into_iter().cloned().collect()
    }

    /// The files in the order of reading; a later one counts before an earlier one.
    pub fn files(&self) -> Vec<&str> {
        self.properties
            .portal_layers()
            .filter(|layer| matches!(layer.kind, LayerKind::Release | LayerKind::File))
            .map(|layer| layer.source.place.as_str())
            .collect()
    }

    /// What was noticed. None of it holds a value.
    pub fn findings(&self) -> &[Finding] {
        &self.properties.findings
    }

    /// Some source could not be read, so no value is certain.
    pub fn is_incomplete(&self) -> bool {
        self.properties.incomplete
    }
}

fn kind(layer: LayerKind) -> PlaceKind {
    match layer {
        LayerKind::Release => PlaceKind::Release,
        LayerKind::File => PlaceKind::File,
        LayerKind::Environment => PlaceKind::Environment,
        LayerKind::Options | LayerKind::System => PlaceKind::Option,
    }
}

fn place(element: &Element, kind: PlaceKind, wins: bool) -> SettingPlace {
    SettingPlace {
        kind,
        place: element.place.clone(),
        line: element.line,
        value: element.text.clone(),
        wins,
    }
}

/// Elements of one line are one place.
fn joined(elements: &[Element], kind: PlaceKind, wins: bool) -> Vec<SettingPlace> {
    let mut places: Vec<SettingPlace> = Vec::new();
    for element in elements {
        match places.last_mut() {
            Some(last) if last.line == element.line && last.place == element.place => {
                last.value.push(',');
                last.value.push_str(&element.text);
            }
            _ => places.push(place(element, kind, wins)),
        }
    }
    places
}

/// The finding for a site without an application server.
pub(crate) fn no_server(home: &Path) -> Finding {
    Finding::new(
        Severity::Blocker,
        codes::DATABASE_SOURCE,
        home.display().to_string(),
        "no Tomcat was found, and with it neither the release's properties nor the class path",
        "name Tomcat's folder in raylift.toml",
    )
}
