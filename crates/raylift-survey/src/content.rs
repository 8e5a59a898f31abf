//! What the content of one file of a release or a home says: bundles, who made it, which release it belongs to.

use raylift_formats::bundle::{Jar, Manifest, portal_identity, read_bundle};
use raylift_formats::{Diagnostic, Level, lpkg};
use raylift_model::codes;
use raylift_model::facts::{ArchiveFacts, BundleFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::text::SiteText;

use crate::archive;
use crate::core_registry::CoreParts;
use crate::identity::{Clue, Strength};
use crate::property_parts::{PropertyParts, Shipped};

/// The largest manifest, marketplace description or properties file that is unpacked.
const LARGEST_TEXT: u64 = 8 << 20;

/// The largest configuration file that is kept, in bytes; people's have some kilobytes.
const LARGEST_CONFIGURATION: usize = 16 << 20;

/// The folders of Tomcat whose JARs are on the portal's class path: 7.4, and two of 7.3 and before
/// (layout-and-artifacts 0.4).
pub(crate) const CLASS_PATH: [&str; 3] = [
    "/webapps/ROOT/WEB-INF/shielded-container-lib/",
    "/webapps/ROOT/WEB-INF/lib/",
    "/lib/ext/",
];

/// Names by which the portal finds settings on its class path (layout-and-artifacts 4.1, 4.2).
const SETTINGS: [&str; 4] = [
    "portal-bundle.properties",
    "portal-ext.properties",
    "portal-setup-wizard.properties",
    "system-ext.properties",
];

/// Everything that one file says.
#[derive(Debug, Default)]
pub(crate) struct Content {
    /// Its manifest, or the manifests of what it holds, name Liferay.
    pub(crate) by_liferay: bool,
    /// Bundles in it.
    pub(crate) bundles: Vec<BundleFacts>,
    /// What it is beside a bundle.
    pub(crate) archive: Option<ArchiveFacts>,
    /// Which release it belongs to.
    pub(crate) clue: Option<Clue>,
    /// What `portal-impl.jar` and `portal-kernel.jar` say about the core's registry.
    pub(crate) core: CoreParts,
    /// The bytes of a configuration file.
    pub(crate) text: Option<SiteText>,
    /// What the release says about portal properties.
    pub(crate) properties: PropertyParts,
    /// What could not be read.
    pub(crate) findings: Vec<Finding>,
}

/// What a file is read for, told by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// `portal-impl.jar`.
    Implementation,
    /// `portal-kernel.jar`.
    Kernel,
    /// A JAR or WAR in one of the folders whose bundles the framework installs.
    Bundle,
    /// An LPKG.
    Package,
    /// Any other JAR.
    Library,
    /// Properties that the release ships outside of JARs.
    Shipped(Shipped),
    /// `RELEASE-NOTES` of Tomcat, `.githash`, `.liferay-version`.
    Text,
    /// A file by which people configure the portal or Tomcat.
    Configuration,
    /// Nothing in it is of interest but its digest.
    Plain,
}

impl Part {
    /// What the file at a path is read for; the path is relative to the top of the release or to the home. Tomcat may
    /// lie in a folder of any name.
    pub(crate) fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension)
            .to_ascii_lowercase();
        match extension.as_str() {
            _ if matches!(name, "RELEASE-NOTES" | ".githash" | ".liferay-version")
                && path.split('/').count() <= 2 =>
            {
                Self::Text
            }
            "jar" if name == "portal-impl.jar" && is_on_class_path(path) => Self::Implementation,
            "jar" if name == "portal-kernel.jar" && is_on_class_path(path) => Self::Kernel,
            "lpkg" => Self::Package,
            "jar" | "war" if is_installed_by_the_framework(path) => Self::Bundle,
            "jar" => Self::Library,
            _ => match Shipped::of(path) {
                Some(shipped) => Self::Shipped(shipped),
                None if is_configuration(path, &extension) => Self::Configuration,
                None => Self::Plain,
            },
        }
    }
}

/// Whether a JAR lies in one of these folders itself.
fn is_on_class_path(path: &str) -> bool {
    path.rfind('/')
        .and_then(|slash| path.get(..=slash))
        .is_some_and(|folder| CLASS_PATH.iter().any(|known| folder.ends_with(known)))
}

/// Property files at the top of the home and of the upgrade client, `osgi/configs`, Tomcat's `conf` and scripts, and what
/// lies open in the portal's `WEB-INF` (layout-and-artifacts 1).
fn is_configuration(path: &str, extension: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [_] | ["tools", _, _] => extension == "properties",
        ["osgi", "configs", ..] => true,
        [_, "conf", ..] => true,
        [_, "bin", _] => matches!(extension, "sh" | "bat"),
        [_, "webapps", "ROOT", "WEB-INF", rest @ ..] => {
            matches!(extension, "xml" | "properties")
                && matches!(rest, [_] | ["classes", _] | ["classes", "META-INF", _])
        }
        _ => false,
    }
}

/// The folders below `osgi` with bundles (layout-and-artifacts 1.2); `core` only in 7.2 and before.
fn is_installed_by_the_framework(path: &str) -> bool {
    path.strip_prefix("osgi/")
        .and_then(|rest| rest.split('/').next())
        .is_some_and(|folder| {
            [
                "core",
                "static",
                "portal",
                "portal-war",
                "modules",
                "marketplace",
                "war",
            ]
            .contains(&folder)
        })
}

/// Reads what a file says. Never fails: what cannot be read is a finding.
pub(crate) fn read(path: &RelativePath, part: Part, bytes: &[u8]) -> Content {
    match part {
        Part::Plain | Part::Text => Content::default(),
        Part::Configuration => Content {
            text: (bytes.len() <= LARGEST_CONFIGURATION).then(|| SiteText::new(bytes.to_vec())),
            ..Content::default()
        },
        Part::Package => package(path, bytes),
        Part::Bundle => bundle(path, bytes),
        Part::Library => library(path, Strength::Library, bytes),
        Part::Kernel => Content {
            core: CoreParts::kernel(path.as_str(), bytes),
            ..library(path, Strength::Kernel, bytes)
        },
        Part::Implementation => implementation(path, bytes),
        Part::Shipped(shipped) => Content {
            properties: PropertyParts::file(shipped, bytes),
            ..Content::default()
        },
    }
}

fn package(path: &RelativePath, bytes: &[u8]) -> Content {
    match lpkg::bundles(bytes, path) {
        Ok(read) => {
            let mut findings: Vec<Finding> = read
                .unreadable
                .iter()
                .map(|(entry, error)| unreadable(&format!("{path}!/{entry}"), error))
                .collect();
            findings.extend(further(path, read.further_unreadable));
            findings.extend(read.noticed.iter().filter_map(|(entry, diagnostics)| {
                noticed(&format!("{path}!/{entry}"), diagnostics)
            }));
            findings.extend(read.too_deep.iter().map(|entry| {
                Finding::new(
                    Severity::Warning,
                    codes::BUNDLE_UNREADABLE,
                    format!("{path}!/{entry}"),
                    "the package lies too deep in other packages to be read",
                    "check by hand which modules it holds",
                )
            }));
            Content {
                by_liferay: is_liferay_package(bytes) || read.bundles.iter().any(is_by_liferay),
                bundles: read.bundles,
                findings,
                ..Content::default()
            }
        }
        Err(error) => Content {
            findings: vec![unreadable(path.as_str(), &error)],
            ..Content::default()
        },
    }
}

/// Liferay's own packages say so in their title (`Liferay CE Foundation - ...`), as in the homes that were read
/// (real-homes, "Where things lie"); other vendors' packages on the same marketplace do not.
fn is_liferay_package(bytes: &[u8]) -> bool {
    Jar::open(bytes)
        .and_then(|mut jar| jar.read("liferay-marketplace.properties", LARGEST_TEXT))
        .ok()
        .flatten()
        .is_some_and(|text| {
            crate::properties::value_of(&text, "title")
                .is_some_and(|title| title.trim_start().starts_with("Liferay"))
        })
}

fn is_by_liferay(bundle: &BundleFacts) -> bool {
    bundle.vendor.as_deref().is_some_and(names_liferay)
}

fn names_liferay(vendor: &str) -> bool {
    vendor.trim_start().starts_with("Liferay")
}

fn bundle(path: &RelativePath, bytes: &[u8]) -> Content {
    let is_war = path.as_str().to_ascii_lowercase().ends_with(".war");
    let read = if is_war {
        lpkg::war(bytes, path).map(|war| Content {
            findings: war
                .unreadable
                .iter()
                .map(|(entry, error)| unreadable(&format!("{path}!/{entry}"), error))
                .chain(further(path, war.further_unreadable))
                .chain(war.noticed.iter().filter_map(|(entry, diagnostics)| {
                    let subject = match entry.as_str() {
                        "" => path.to_string(),
                        entry => format!("{path}!/{entry}"),
                    };
                    noticed(&subject, diagnostics)
                }))
                .collect(),
            bundles: war.bundles,
            ..Content::default()
        })
    } else {
        read_bundle(bytes, path, None).map(|read| Content {
            findings: read
                .value
                .is_some()
                .then(|| noticed(path.as_str(), &read.diagnostics))
                .flatten()
                .into_iter()
                .collect(),
            bundles: read.value.into_iter().collect(),
            ..Content::default()
        })
    };
    let mut content = match read {
        Ok(content) => content,
        Err(error) => {
            return Content {
                findings: vec![unreadable(path.as_str(), &error)],
                ..Content::default()
            };
        }
    };
    content.by_liferay = manifest_of(bytes).is_ok_and(|manifest| manifest.is_some_and(by_liferay));
    if is_war {
        content.archive = archive::facts(path, bytes, None);
    }
    content
}

fn library(path: &RelativePath, strength: Strength, bytes: &[u8]) -> Content {
    match manifest_of(bytes) {
        Ok(manifest) => Content {
            archive: archive::facts(path, bytes, manifest.as_ref()),
            clue: manifest
                .as_ref()
                .and_then(portal_identity)
                .map(|identity| Clue::manifest(strength, path.as_str(), identity)),
            by_liferay: manifest.is_some_and(by_liferay),
            findings: settings_in(path, bytes),
            ..Content::default()
        },
        Err(error) => Content {
            findings: vec![unreadable(path.as_str(), &error)],
            ..Content::default()
        },
    }
}

/// The portal would read these before the files of the same name in its home, and nobody expects them in a JAR.
fn settings_in(path: &RelativePath, bytes: &[u8]) -> Vec<Finding> {
    let on_class_path = CLASS_PATH
        .iter()
        .any(|folder| path.as_str().contains(folder));
    let Some(jar) = on_class_path.then(|| Jar::open(bytes).ok()).flatten() else {
        return Vec::new();
    };
    SETTINGS
        .iter()
        .filter(|name| jar.has(name))
        .map(|name| {
            Finding::new(
                Severity::Blocker,
                codes::DATABASE_SOURCE,
                format!("{path}!/{name}"),
                "lies on the portal's class path and may set anything, the database included",
                "move its settings to the file of that name in the home",
            )
        })
        .collect()
}

fn implementation(path: &RelativePath, bytes: &[u8]) -> Content {
    let mut content = library(path, Strength::Implementation, bytes);
    content.core = CoreParts::implementation(path.as_str(), bytes);
    content.properties = PropertyParts::implementation(path.as_str(), bytes);
    content
}

fn manifest_of(bytes: &[u8]) -> Result<Option<Manifest>, raylift_formats::bundle::JarError> {
    Ok(Jar::open(bytes)?
        .read("META-INF/MANIFEST.MF", LARGEST_TEXT)?
        .map(|text| Manifest::read(&text).value))
}

fn by_liferay(manifest: Manifest) -> bool {
    let vendor = ["Bundle-Vendor", "Implementation-Vendor"]
        .iter()
        .any(|name| manifest.text(name).is_some_and(names_liferay));
    vendor
        || manifest
            .headers()
            .iter()
            .any(|header| header.name.starts_with("Liferay-Portal-"))
}

/// Remarks about one manifest that are shown.
const MOST_REMARKS: usize = 5;

/// For a bundle whose manifest Java refuses, or reads in another way than its author meant.
fn noticed(subject: &str, diagnostics: &[Diagnostic]) -> Option<Finding> {
    let is_damaged = diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Level::Error);
    let (severity, message) = if is_damaged {
        (
            Severity::Warning,
            "its manifest is damaged: the server refuses it or loses a part of it",
        )
    } else {
        (Severity::Note, "its manifest is unusual")
    };
    let mut finding = Finding::new(
        severity,
        codes::BUNDLE_UNREADABLE,
        subject,
        message,
        "check that the server starts the bundle; if not, replace the file by an undamaged copy",
    );
    for diagnostic in diagnostics.iter().take(MOST_REMARKS) {
        finding = finding.because(diagnostic.to_string());
    }
    (!diagnostics.is_empty()).then_some(finding)
}

/// For the entries that are only counted.
fn further(path: &RelativePath, count: usize) -> Option<Finding> {
    (count > 0).then(|| {
        Finding::new(
            Severity::Warning,
            codes::BUNDLE_UNREADABLE,
            path.as_str(),
            format!("{count} more of its entries cannot be read"),
            "replace the file by an undamaged copy, or remove it when nothing needs it",
        )
    })
}

fn unreadable(subject: &str, error: &dyn std::error::Error) -> Finding {
    let mut finding = Finding::new(
        Severity::Warning,
        codes::BUNDLE_UNREADABLE,
        subject,
        format!("cannot be read: {error}"),
        "replace the file by an undamaged copy, or remove it when nothing needs it",
    );
    let mut cause = error.source();
    while let Some(error) = cause {
        finding = finding.because(error.to_string());
        cause = error.source();
    }
    finding
}
