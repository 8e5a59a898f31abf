//! LPKG files: ZIP archives with bundles at their root and `liferay-marketplace.properties`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::LabError;
use crate::jar;
use crate::modules::Module;
use crate::scenario::Weight;
use crate::tree::Tree;

/// Name of the properties file in an LPKG.
const PROPERTIES: &str = "liferay-marketplace.properties";

/// Everything that lies in LPKGs, by path of the LPKG and by entry.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    packages: BTreeMap<String, BTreeMap<String, Content>>,
}

#[derive(Debug)]
enum Content {
    Inert(Box<Module>),
    File(PathBuf),
}

impl Packages {
    /// Makes sure that the LPKG exists, even when nothing is known to lie in it.
    pub(crate) fn declare(&mut self, package: &str) {
        self.packages.entry(package.to_owned()).or_default();
    }

    /// Adds an inert bundle.
    pub(crate) fn add(&mut self, module: Module) {
        self.packages
            .entry(module.container.clone())
            .or_default()
            .insert(module.entry.clone(), Content::Inert(Box::new(module)));
    }

    /// Puts a real or built bundle into an LPKG; it takes the place of a bundle of the same
    /// symbolic name, whatever its version.
    pub(crate) fn put(&mut self, package: &str, entry: &str, file: &Path) {
        let entries = self.packages.entry(package.to_owned()).or_default();
        let name = name_and_version(entry).0;
        entries.retain(|other, _| name_and_version(other).0 != name);
        entries.insert(entry.to_owned(), Content::File(file.to_path_buf()));
    }

    /// Writes every LPKG into the tree.
    pub(crate) fn write(&self, weight: Weight, tree: &mut Tree) -> Result<(), LabError> {
        for (path, entries) in &self.packages {
            let properties = self.properties(path);
            let mut files = BTreeMap::from([(PROPERTIES.to_owned(), properties.into_bytes())]);
            for (entry, content) in entries {
                files.insert(entry.clone(), content.bytes(entry, weight)?);
            }
            let borrowed = files
                .iter()
                .map(|(entry, bytes)| (entry.as_str(), bytes.as_slice()));
            tree.add_bytes(path, jar::stored_archive(Path::new(path), borrowed)?);
        }
        Ok(())
    }

    /// The properties of an LPKG. Keys as in a real home; `bundles` names what lies in both halves
    /// (`… - API.lpkg` and `… - Impl.lpkg`). Version 1.0.0 as third parties show it.
    fn properties(&self, path: &str) -> String {
        let title = title(path);
        let stem = half_stem(path);
        let bundles: Vec<String> = self
            .packages
            .iter()
            .filter(|(other, _)| half_stem(other) == stem)
            .flat_map(|(_, entries)| entries.keys())
            .map(|entry| {
                let (name, version) = name_and_version(entry);
                format!("{name}#{version}##")
            })
            .collect();
        format!(
            "bundles={}\ncategory=\ncontext-names=\ndescription={title}\nicon-url=\n\
             remote-app-id=\nrequired=true\nrestart-required=true\ntitle={title}\nversion=1.0.0\n",
            bundles.join(",")
        )
    }
}

impl Content {
    fn bytes(&self, entry: &str, weight: Weight) -> Result<Vec<u8>, LabError> {
        match self {
            Self::File(file) => std::fs::read(file).map_err(LabError::io("read", file)),
            Self::Inert(module) => {
                let size = module.size.filter(|_| weight == Weight::Real);
                jar::inert(
                    Path::new(entry),
                    &module.manifest(),
                    module.empty_files(),
                    size,
                )
            }
        }
    }
}

fn title(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".lpkg").unwrap_or(name)
}

/// Title without its half, `API` or `Impl`.
fn half_stem(path: &str) -> &str {
    let title = title(path);
    title
        .strip_suffix(" - API")
        .or_else(|| title.strip_suffix(" - Impl"))
        .unwrap_or(title)
}

/// Splits `symbolic.name-1.2.3.jar` at the first hyphen that a digit follows.
fn name_and_version(entry: &str) -> (&str, &str) {
    let stem = entry.rsplit_once('.').map_or(entry, |(stem, _)| stem);
    stem.match_indices('-')
        .filter_map(|(index, _)| Some((stem.get(..index)?, stem.get(index + 1..)?)))
        .find(|(_, version)| version.starts_with(|first: char| first.is_ascii_digit()))
        .unwrap_or((stem, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_split_before_the_version() {
        for (entry, name, version) in [
            (
                "com.liferay.blogs.web-3.0.6.jar",
                "com.liferay.blogs.web",
                "3.0.6",
            ),
            ("fjord-theme-4.0.5.war", "fjord-theme", "4.0.5"),
            (
                "org.apache.aries.cdi.extender-1.0.1-20190213.211706-2.jar",
                "org.apache.aries.cdi.extender",
                "1.0.1-20190213.211706-2",
            ),
        ] {
            assert_eq!(name_and_version(entry), (name, version));
        }
    }

    #[test]
    fn a_built_bundle_takes_the_place_of_the_inert_one() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("built.jar");
        std::fs::write(&file, b"built").expect("write");
        let mut packages = Packages::default();
        packages.put("X - Impl.lpkg", "com.a-1.0.0.jar", &file);
        packages.put("X - Impl.lpkg", "com.a-1.1.0.jar", &file);
        packages.put("X - API.lpkg", "com.a.api-2.0.0.jar", &file);
        assert_eq!(packages.packages["X - Impl.lpkg"].len(), 1);
        let properties = packages.properties("X - Impl.lpkg");
        assert!(
            properties.starts_with("bundles=com.a.api#2.0.0##,com.a#1.1.0##\n"),
            "{properties}"
        );
    }
}
