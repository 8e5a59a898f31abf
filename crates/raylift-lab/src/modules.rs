//! The modules of a release: name, version, headers and the LPKG that holds each.

use std::collections::BTreeMap;
use std::path::Path;

use crate::LabError;
use crate::manifest::Manifest;
use crate::scenario::{Layout, ReleaseVersion};

/// The 634 bundles of a real 7.2.1 home, with header row.
const REAL_MODULES: &str = include_str!("../data/modules-7.2.1.tsv");

/// Which LPKG takes the modules whose LPKG was not readable in that home.
const UNSEEN: &str = include_str!("../data/unseen-lpkgs.tsv");

/// One module of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Module {
    /// Path of the LPKG or of `osgi/core`.
    pub(crate) container: String,
    /// File name in the container.
    pub(crate) entry: String,
    pub(crate) symbolic_name: String,
    pub(crate) version: String,
    schema_version: String,
    service: String,
    fragment_host: String,
    /// Size in bytes in the real home, where it was readable.
    pub(crate) size: Option<u64>,
}

/// What every Service Builder module carries (test bed, 6.3); empty here, since its tables are not known.
const SQL_FILES: [&str; 3] = [
    "META-INF/sql/indexes.sql",
    "META-INF/sql/sequences.sql",
    "META-INF/sql/tables.sql",
];

impl Module {
    /// The empty files of the inert bundle: a service module has SQL files, by which the executor knows it.
    pub(crate) fn empty_files(&self) -> &'static [&'static str] {
        if self.service == "true" {
            &SQL_FILES
        } else {
            &[]
        }
    }

    /// Makes it a plain file without version in its name.
    fn unpack(&mut self) {
        let ending = ending(&self.symbolic_name);
        let folder = if ending == "war" {
            "osgi/portal-war"
        } else {
            "osgi/portal"
        };
        self.container = folder.to_owned();
        self.entry = format!("{}.{ending}", self.symbolic_name);
    }

    /// The headers of the inert bundle that stands for this module.
    pub(crate) fn manifest(&self) -> Manifest {
        let mut manifest = Manifest::default();
        manifest.set("Bundle-ManifestVersion", "2");
        manifest.set("Bundle-SymbolicName", &self.symbolic_name);
        manifest.set("Bundle-Version", &self.version);
        manifest.set("Bundle-Name", &self.symbolic_name);
        manifest.set("Fragment-Host", &self.fragment_host);
        manifest.set("Liferay-Require-SchemaVersion", &self.schema_version);
        manifest.set("Liferay-Service", &self.service);
        manifest
    }
}

/// The modules of a release, given the file of its bill of materials
/// (`com.liferay.portal:release.portal.bom`).
///
/// For GA2 the list is that of a real home. For GA1 and 7.3.6 the same list with the versions of that release's
/// bill of materials; Liferay modules that it does not name are left out, since they are not in it.
/// Schema version and other headers of these modules are those of GA2, an inference: a bill of
/// materials has no headers. In both, the modules of LPKGs that were not readable are dealt out by
/// name (`data/unseen-lpkgs.tsv`), an inference as well, and have no headers. 7.4 has
/// the same modules as plain JARs without a version in their names, in `osgi/portal` and `osgi/portal-war`.
pub(crate) fn of_release(version: ReleaseVersion, bill: &Path) -> Result<Vec<Module>, LabError> {
    let versions = bill_of_materials(bill)?;
    let mut modules = real_modules()?;
    if version != ReleaseVersion::Ga2 {
        modules.retain_mut(|module| adopt_version(module, &versions));
    }
    let known: Vec<String> = modules
        .iter()
        .map(|module| module.symbolic_name.clone())
        .collect();
    for (name, version) in &versions {
        if let Some(container) = unseen_container(name)
            && !known.contains(name)
        {
            modules.push(Module {
                container: container.to_owned(),
                entry: format!("{name}-{version}.{}", ending(name)),
                symbolic_name: name.clone(),
                version: version.clone(),
                schema_version: String::new(),
                service: String::new(),
                fragment_host: String::new(),
                size: None,
            });
        }
    }
    if version.layout() == Layout::Shielded {
        modules.retain(|module| {
            let name = module.symbolic_name.as_str();
            module.container != "osgi/core"
                && (name.starts_with("com.liferay.") || ending(name) == "war")
        });
        modules.retain(|module| !STATIC.contains(&module.symbolic_name.as_str()));
        for module in &mut modules {
            module.unpack();
        }
    }
    Ok(modules)
}

/// Modules that lie in `osgi/static` of 7.4, where the lab has one of its own.
const STATIC: [&str; 1] = ["com.liferay.portal.configuration.persistence.impl"];

/// Gives a module the version of the bill; false when the module did not exist in that release.
fn adopt_version(module: &mut Module, versions: &BTreeMap<String, String>) -> bool {
    if module.container == "osgi/core" {
        if let Some(version) = versions.get(&module.symbolic_name) {
            module.version.clone_from(version);
        }
        return true;
    }
    match versions.get(&module.symbolic_name) {
        Some(version) => {
            module.version.clone_from(version);
            module.entry = format!("{}-{version}.jar", module.symbolic_name);
            true
        }
        None => !module.symbolic_name.starts_with("com.liferay."),
    }
}

/// Themes are web archives; everything else in an LPKG is a JAR.
fn ending(name: &str) -> &'static str {
    if name.ends_with("-theme") {
        "war"
    } else {
        "jar"
    }
}

fn real_modules() -> Result<Vec<Module>, LabError> {
    let name = "modules-7.2.1.tsv";
    let mut modules = Vec::new();
    for (index, line) in REAL_MODULES.lines().enumerate().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [
            container,
            entry,
            symbolic_name,
            version,
            schema,
            service,
            _,
            _,
            host,
            size,
        ] = fields.as_slice()
        else {
            return Err(LabError::data(name, index + 1, "expected ten columns"));
        };
        modules.push(Module {
            container: (*container).to_owned(),
            entry: (*entry).to_owned(),
            symbolic_name: (*symbolic_name).to_owned(),
            version: (*version).to_owned(),
            schema_version: (*schema).to_owned(),
            service: (*service).to_owned(),
            fragment_host: (*host).to_owned(),
            size: size.parse().ok(),
        });
    }
    Ok(modules)
}

/// The LPKG that takes a module of this name, by the longest prefix of the table.
fn unseen_container(name: &str) -> Option<&'static str> {
    if name.contains(".test") {
        return None;
    }
    UNSEEN
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .filter(|(prefix, _)| name.starts_with(prefix))
        .max_by_key(|(prefix, _)| prefix.len())
        .map(|(_, container)| container)
        .filter(|container| !container.is_empty())
}

/// Artifact to version of every managed dependency.
fn bill_of_materials(path: &Path) -> Result<BTreeMap<String, String>, LabError> {
    let text = std::fs::read_to_string(path).map_err(LabError::io("read", path))?;
    let document = roxmltree::Document::parse(&text)
        .map_err(|error| LabError::data(&path.to_string_lossy(), 0, error.to_string()))?;
    Ok(document
        .descendants()
        .filter(|node| node.tag_name().name() == "dependency")
        .filter_map(|node| {
            let text_of = |name: &str| {
                node.children()
                    .find(|child| child.tag_name().name() == name)
                    .and_then(|child| child.text())
                    .map(|text| text.trim().to_owned())
            };
            Some((text_of("artifactId")?, text_of("version")?))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_decides() {
        assert_eq!(
            unseen_container("com.liferay.frontend.theme.fjord.site.initializer"),
            Some("osgi/marketplace/Liferay Fjord Theme - Impl.lpkg")
        );
        assert_eq!(
            unseen_container("com.liferay.frontend.theme.styled"),
            Some("osgi/marketplace/Liferay CE Foundation - Liferay CE Frontend Theme - Impl.lpkg")
        );
    }

    #[test]
    fn libraries_of_the_server_and_test_modules_are_not_dealt_out() {
        assert_eq!(unseen_container("com.liferay.petra.string"), None);
        assert_eq!(unseen_container("com.liferay.layout.test.util"), None);
        assert_eq!(unseen_container("com.liferay.portal.kernel"), None);
    }

    #[test]
    fn the_list_of_the_real_home_is_complete() {
        // data of the real home: 634 bundles, 34 with a required schema version, 9 fragments.
        let modules = real_modules().expect("modules");
        assert_eq!(modules.len(), 634);
        let with = |field: fn(&Module) -> &String| {
            modules
                .iter()
                .filter(|module| !field(module).is_empty())
                .count()
        };
        assert_eq!(with(|module| &module.schema_version), 34);
        assert_eq!(with(|module| &module.fragment_host), 9);
    }
}
