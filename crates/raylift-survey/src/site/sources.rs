//! Finds and reads every place that portal properties come from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use raylift_formats::bundle::Jar;
use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use super::doubts::Doubts;
use super::includes::{INCLUDE, LARGEST, Lookup, Tree};
use super::java_properties;
use super::properties::{Element, Layer, LayerKind, OPTIONS, Properties, last_of_each};
use super::variables;
use crate::machine::Machine;

/// `portal-impl.jar` has about 20 MB.
const LARGEST_JAR: u64 = 512 << 20;
/// Read when `portal.properties` itself cannot be: the list it has in 7.2 (layout-and-artifacts 4.1).
const DOCUMENTED: [&str; 8] = [
    "portal-bundle.properties",
    "${liferay.home}/portal-bundle.properties",
    "portal-ext.properties",
    "${liferay.home}/portal-ext.properties",
    "portal-setup-wizard.properties",
    "${liferay.home}/portal-setup-wizard.properties",
    "${external-properties}",
    "${liferay.home}/${external-properties}",
];
/// Keys set in several places that are told one by one.
const MOST_TOLD: usize = 50;

/// What the reading of properties needs to know.
pub(crate) struct Places<'a> {
    /// The home.
    pub(crate) home: &'a Path,
    /// Tomcat's folder.
    pub(crate) tomcat: &'a Path,
    /// The server's environment; `None` when it is not known.
    pub(crate) environment: Option<&'a [(String, String)]>,
    /// The server's options; `None` when they are not known.
    pub(crate) options: Option<&'a [String]>,
    /// The folder the server was started in, against which relative names count.
    pub(crate) folder: Option<&'a Path>,
    /// Home folder of the user the server runs as.
    pub(crate) user_home: Option<PathBuf>,
}

impl Places<'_> {
    /// Folders of the class path that hold files of their own: the web application's, then those of Tomcat's common
    /// loader (`conf/catalina.properties` of the bundles).
    pub(crate) fn class_path(&self) -> Vec<PathBuf> {
        [
            "webapps/ROOT/WEB-INF/classes",
            "lib",
            "lib/ext/global",
            "lib/ext",
        ]
        .map(|folder| self.tomcat.join(folder))
        .into()
    }

    /// A JAR of the core: in the shielded container (7.4), in `WEB-INF/lib`, in `lib/ext`.
    pub(crate) fn core_jar(&self, machine: &dyn Machine, name: &str) -> PathBuf {
        let places = [
            "webapps/ROOT/WEB-INF/shielded-container-lib",
            "webapps/ROOT/WEB-INF/lib",
            "lib/ext",
        ]
        .map(|folder| self.tomcat.join(folder).join(name));
        let [_, usual, _] = &places;
        places
            .iter()
            .find(|jar| matches!(machine.stat(jar), Ok(Some(_))))
            .unwrap_or(usual)
            .clone()
    }
}

/// Reads all of them.
pub(crate) fn read(machine: &dyn Machine, places: &Places<'_>) -> Properties {
    let mut doubts = Doubts::default();
    let mut properties = Properties {
        variables: places
            .environment
            .unwrap_or_default()
            .iter()
            .cloned()
            .collect(),
        ..Properties::default()
    };
    let impl_jar = places.core_jar(machine, "portal-impl.jar");
    let core = core(machine, &impl_jar);
    let set = java_properties::read(machine, places, core.as_ref().ok(), &mut doubts);
    properties.java = set.values;
    properties.layers.extend(set.layers);
    let user_home = properties
        .java
        .get("user.home")
        .and_then(|elements| elements.last())
        .map(|element| PathBuf::from(&element.text))
        .or_else(|| places.user_home.clone());
    let lookup = Lookup {
        machine,
        class_path: places.class_path(),
        folder: places.folder.map(Path::to_owned),
        user_home,
        home: places.home.to_owned(),
        java: properties.java.clone(),
        variables: properties.variables.clone(),
    };
    let environment = variables::read(machine, places, &mut doubts);
    everywhere(&properties.java, &mut doubts);
    let mut tree = Tree::new(&lookup, &mut doubts);
    match &core {
        Ok(core) => {
            let place = format!("{}!/portal.properties", impl_jar.display());
            tree.release(&place, &core.portal, &environment.includes);
        }
        Err(reason) => {
            let subject = impl_jar.display().to_string();
            tree.doubts.unreadable(&subject, reason.clone());
            tree.documented(&DOCUMENTED);
        }
    }
    let company_names = std::mem::take(&mut tree.company_names);
    properties.layers.extend(std::mem::take(&mut tree.layers));
    properties.companies = environment.companies;
    let company_files = super::companies::files(&lookup, &company_names);
    for (company, element, key) in company_files {
        properties
            .companies
            .entry(key)
            .or_default()
            .push((company, element));
    }
    super::companies::tell(&properties.companies, &mut doubts);
    properties.layers.extend(environment.layer);
    properties.layers.extend(options(&properties.java));
    several(&properties, &mut doubts);
    if places.environment.is_none() || places.options.is_none() {
        super::start_script::look(machine, places, &properties, &mut doubts);
    }
    properties.findings = doubts.findings;
    properties.incomplete = doubts.incomplete;
    properties
}

/// What `portal-impl.jar` holds of properties.
pub(crate) struct Core {
    /// `portal.properties`.
    pub(crate) portal: Vec<u8>,
    /// `system.properties`.
    pub(crate) system: Option<Vec<u8>>,
}

fn core(machine: &dyn Machine, jar: &Path) -> Result<Core, String> {
    let bytes = machine
        .read(jar, LARGEST_JAR)
        .map_err(|error| error.to_string())?;
    let mut jar = Jar::open(&bytes).map_err(|error| error.to_string())?;
    let portal = jar
        .read("portal.properties", LARGEST)
        .map_err(|error| error.to_string())?
        .ok_or_else(|| "it holds no portal.properties".to_owned())?;
    let system = jar
        .read("system.properties", LARGEST)
        .map_err(|error| error.to_string())?;
    Ok(Core { portal, system })
}

/// True when a class of a JAR of the core knows a text: releases differ in what they make of some variables.
pub(crate) fn class_knows(machine: &dyn Machine, jar: &Path, class: &str, text: &str) -> bool {
    let Ok(bytes) = machine.read(jar, LARGEST_JAR) else {
        return false;
    };
    Jar::open(&bytes)
        .ok()
        .and_then(|mut jar| jar.read(class, LARGEST).ok().flatten())
        .is_some_and(|class| {
            class
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        })
}

/// `-Dinclude-and-override=…` counts in every file, so that each includes it again.
fn everywhere(java: &BTreeMap<String, Vec<Element>>, doubts: &mut Doubts) {
    for name in [INCLUDE.to_owned(), format!("portal:{INCLUDE}")] {
        if let Some(element) = java.get(&name).and_then(|elements| elements.last()) {
            doubts.cycle((&element.place, element.line), &name);
        }
    }
}

/// Java properties `portal:KEY`, from options and from `system-ext.properties`.
fn options(java: &BTreeMap<String, Vec<Element>>) -> Option<Layer> {
    let entries: Vec<(String, Element)> = java
        .iter()
        .filter_map(|(name, elements)| {
            Some((
                name.strip_prefix("portal:")?.to_owned(),
                elements.last()?.clone(),
            ))
        })
        .collect();
    (!entries.is_empty()).then(|| Layer::new(LayerKind::Options, OPTIONS, None, entries))
}

/// Keys that the site itself sets in more than one place, to different values.
fn several(properties: &Properties, doubts: &mut Doubts) {
    let mut by_key: BTreeMap<&str, Vec<&Element>> = BTreeMap::new();
    let site = properties
        .portal_layers()
        .filter(|layer| layer.kind != LayerKind::Release);
    for layer in last_of_each(site) {
        for (key, elements) in &layer.values {
            by_key.entry(key).or_default().extend(elements);
        }
    }
    let told = by_key
        .into_iter()
        .filter(|(key, elements)| {
            *key != INCLUDE
                && !key.is_empty()
                && elements.iter().any(|element| {
                    elements
                        .first()
                        .is_some_and(|first| element.text != first.text)
                })
        })
        .filter_map(|(key, elements)| {
            let mut places: Vec<String> = elements.into_iter().map(Element::at).collect();
            places.dedup();
            (places.len() > 1).then_some((key, places))
        })
        .take(MOST_TOLD);
    for (key, places) in told {
        doubts.several(key, places);
    }
}

/// The finding about a source that cannot be read.
pub(crate) fn unreadable(subject: &str, reason: String) -> Finding {
    Finding::new(
        Severity::Blocker,
        codes::DATABASE_SOURCE,
        subject,
        "is a source of the database settings and cannot be read",
        "run raylift as root or as the site's user while the site runs, and repair what is damaged",
    )
    .because(reason)
}
