//! What a bundle says about itself and its data.

use std::cell::RefCell;

use raylift_model::facts::{BundleFacts, ModuleRegistrations, PublishedStep, ReleaseFilter};
use raylift_model::names::{BundleSymbolicName, RelativePath};
use raylift_model::version::{OsgiVersion, SchemaVersion};

use super::clause::clauses;
use super::executor;
use super::jar::{Jar, JarError};
use super::manifest::Manifest;
use super::metatypes;
use super::tables;
use crate::components::{self, Component};
use crate::diagnostic::{Diagnostic, Parsed};
use crate::registrator;
use crate::schema_sql;

/// Limits in bytes for what is read into memory; real files stay far below.
const LARGEST_MANIFEST: u64 = 8 << 20;
const LARGEST_DESCRIPTION: u64 = 8 << 20;
/// Bytes of all descriptions of one bundle together, and what each counts at least.
const LARGEST_DESCRIPTIONS: u64 = 64 << 20;
const SMALLEST_DESCRIPTION: u64 = 1 << 10;
/// Patterns in `Service-Component` that are followed; real bundles have one or two.
const MOST_PATTERNS: usize = 20;
/// Bytes of one of them.
const LONGEST_PATTERN: usize = 1_000;

/// The interface by whose filters components wait for a schema.
const RELEASE: &str = "com.liferay.portal.kernel.model.Release";

/// The tables of a Service Builder module.
const TABLES: &str = "META-INF/sql/tables.sql";

/// The interface of steps, under which a component may publish one.
const STEP: &str = "com.liferay.portal.kernel.upgrade.UpgradeStep";

/// Why nothing can be said about a file that should be a bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The file, or its manifest, cannot be unpacked.
    #[error(transparent)]
    Jar(#[from] JarError),
}

/// The facts of a bundle; `Ok(None)` for a JAR without `Bundle-SymbolicName`.
///
/// `file` is the file on disk, `entry` the entry inside it for a bundle inside an LPKG. Only the manifest, those
/// component descriptions that matter and the classes of registrators are unpacked. What could not be read of them
/// stands in [`ModuleRegistrations::undetermined`].
///
/// # Errors
/// [`BundleError`] when the bytes are no ZIP file or the manifest cannot be unpacked.
pub fn bundle_facts(
    bytes: &[u8],
    file: &RelativePath,
    entry: Option<&str>,
) -> Result<Option<BundleFacts>, BundleError> {
    Ok(read_bundle(bytes, file, entry)?.value)
}

/// Like [`bundle_facts`], with what was noticed about the manifest.
///
/// # Errors
/// As [`bundle_facts`].
pub fn read_bundle(
    bytes: &[u8],
    file: &RelativePath,
    entry: Option<&str>,
) -> Result<Parsed<Option<BundleFacts>>, BundleError> {
    let mut jar = Jar::open(bytes)?;
    let Some(manifest) = jar.read("META-INF/MANIFEST.MF", LARGEST_MANIFEST)? else {
        return Ok(Parsed::clean(None));
    };
    let Parsed {
        value: manifest,
        mut diagnostics,
    } = Manifest::read(&manifest);
    let names = clauses(manifest.get("Bundle-SymbolicName").unwrap_or_default());
    diagnostics.extend(names.diagnostics);
    let Some(name) = names
        .value
        .first()
        .map(super::clause::Clause::name)
        .filter(|name| !name.is_empty())
    else {
        return Ok(Parsed {
            value: None,
            diagnostics,
        });
    };
    let version = manifest
        .text("Bundle-Version")
        .unwrap_or_default()
        .parse()
        .unwrap_or_else(|error| {
            diagnostics.push(Diagnostic::error(0, format!("Bundle-Version: {error}")));
            OsgiVersion::new(0, 0, 0)
        });
    let (mut upgrades, release_filters) = components_of(&mut jar, &manifest);
    let liferay_service = manifest
        .text("Liferay-Service")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if liferay_service {
        match jar.read(TABLES, LARGEST_DESCRIPTION) {
            Ok(sql) => {
                upgrades.initial_tables = sql.map(|sql| tables::names(&sql)).unwrap_or_default()
            }
            Err(error) => diagnostics.push(Diagnostic::error(0, error.to_string())),
        }
    }
    let facts = BundleFacts {
        file: file.clone(),
        entry: entry.map(str::to_owned),
        symbolic_name: BundleSymbolicName::new(name),
        version,
        vendor: manifest.text("Bundle-Vendor").map(str::to_owned),
        require_schema_version: manifest
            .text("Liferay-Require-SchemaVersion")
            .map(str::to_owned),
        liferay_service,
        fragment: manifest.text("Fragment-Host").is_some(),
        upgrades,
        release_filters,
        metatypes: metatypes::read(&mut jar),
        sql: schema_sql::of_module(&mut jar),
        executor: executor::read(&mut jar),
    };
    Ok(Parsed {
        value: Some(facts),
        diagnostics,
    })
}

fn components_of(
    jar: &mut Jar<'_>,
    manifest: &Manifest,
) -> (ModuleRegistrations, Vec<ReleaseFilter>) {
    let mut upgrades = ModuleRegistrations::default();
    let mut filters = Vec::new();
    let mut left = LARGEST_DESCRIPTIONS;
    for name in descriptions(jar, manifest, &mut upgrades.undetermined) {
        if left == 0 {
            upgrades.undetermined.push(format!(
                "{name} and those after it: the component descriptions take more than {LARGEST_DESCRIPTIONS} bytes"
            ));
            break;
        }
        let size = jar.size(&name).min(LARGEST_DESCRIPTION);
        left = left.saturating_sub(size.max(SMALLEST_DESCRIPTION));
        match jar.read(&name, LARGEST_DESCRIPTION) {
            Ok(Some(description)) if is_of_use(&description) => {
                match components::read(&description) {
                    Ok(components) => {
                        for component in components {
                            add_component(component, &mut upgrades, &mut filters);
                        }
                    }
                    Err(error) => upgrades.undetermined.push(format!("{name}: {error}")),
                }
            }
            Ok(Some(_)) => {}
            Ok(None) => upgrades
                .undetermined
                .push(format!("{name} is named by Service-Component and missing")),
            Err(error) => upgrades.undetermined.push(error.to_string()),
        }
    }
    upgrades.registrators.sort();
    upgrades.registrators.dedup();
    filters.sort_by(|left, right| {
        (&left.component, &left.filter).cmp(&(&right.component, &right.filter))
    });
    read_registrators(jar, &mut upgrades);
    (upgrades, filters)
}

/// Paths in `Service-Component`; the last part of one may hold wildcards (OSGi Compendium, section 112.4.1).
fn descriptions(jar: &Jar<'_>, manifest: &Manifest, undetermined: &mut Vec<String>) -> Vec<String> {
    let header = clauses(manifest.get("Service-Component").unwrap_or_default()).value;
    let mut found = Vec::new();
    let mut all = None;
    let mut patterns = 0;
    for pattern in header.iter().flat_map(|clause| &clause.names) {
        let pattern = pattern.trim_start_matches('/');
        if pattern.contains('*') {
            patterns += 1;
            if patterns > MOST_PATTERNS || pattern.len() > LONGEST_PATTERN {
                undetermined.push(format!(
                    "Service-Component has more than {MOST_PATTERNS} patterns, or one of more than {LONGEST_PATTERN} \
                     bytes"
                ));
                break;
            }
            let all = all.get_or_insert_with(|| jar.names());
            found.extend(
                all.iter()
                    .filter(|name| matches_pattern(name, pattern))
                    .cloned(),
            );
        } else {
            found.push(pattern.to_owned());
        }
    }
    found.sort();
    found.dedup();
    found
}

fn matches_pattern(name: &str, pattern: &str) -> bool {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let (pattern_folder, pattern_file) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    if folder != pattern_folder {
        return false;
    }
    let mut parts = pattern_file.split('*');
    let Some(mut rest) = parts.next().and_then(|first| file.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Most descriptions concern neither; parsing them all would cost more than everything else.
fn is_of_use(description: &[u8]) -> bool {
    [&b"kernel.model.Release"[..], b"UpgradeStep"]
        .iter()
        .any(|needle| {
            description
                .windows(needle.len())
                .any(|window| window == *needle)
        })
}

fn add_component(
    component: Component,
    upgrades: &mut ModuleRegistrations,
    filters: &mut Vec<ReleaseFilter>,
) {
    if component.provides(registrator::REGISTRATOR) {
        upgrades.registrators.push(component.implementation.clone());
    }
    if component.provides(STEP) {
        match published_step(&component) {
            Ok(step) => upgrades.published.push(step),
            Err(missing) => upgrades.undetermined.push(format!(
                "component {} is an upgrade step without a single {missing}",
                component.name
            )),
        }
    }
    for reference in component.references {
        if let (RELEASE, Some(filter)) = (reference.interface.as_str(), reference.target) {
            filters.push(ReleaseFilter {
                component: component.name.clone(),
                filter,
            });
        }
    }
}

/// `Err` names the property without which nothing can be said.
fn published_step(component: &Component) -> Result<PublishedStep, &'static str> {
    let single = |name: &'static str| {
        component
            .property(name)
            .filter(|value| !value.is_empty() && !value.contains('\n'))
            .ok_or(name)
    };
    Ok(PublishedStep {
        name: BundleSymbolicName::new(single("upgrade.bundle.symbolic.name")?),
        from: SchemaVersion::new(single("upgrade.from.schema.version")?),
        to: SchemaVersion::new(single("upgrade.to.schema.version")?),
        class: component.implementation.clone(),
        database: component.property("upgrade.db.type").map(str::to_owned),
    })
}

fn read_registrators(jar: &mut Jar<'_>, upgrades: &mut ModuleRegistrations) {
    let jar = RefCell::new(jar);
    let source = |class: &str| jar.borrow_mut().class(class);
    let read = registrator::read_all(&source, &upgrades.registrators);
    upgrades.add_calls(read);
}
