//! A release with several times as many bundles, to measure how reading grows.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::LabError;
use crate::archive;
use crate::jar;
use crate::lab::Lab;
use crate::release::write_digests;
use crate::scenario::Scenario;
use crate::tree::Tree;

/// The header that names a bundle.
const NAME: &str = "Bundle-SymbolicName";

/// A release with every bundle several times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multiplied {
    /// The `.zip` archive; `.zip.sha512` and `.zip.MD5` lie beside it.
    pub zip: PathBuf,
    /// JARs and WARs below `osgi`, those within LPKGs included.
    pub bundles: usize,
}

/// What a copy's names get in addition.
struct Copy(usize);

impl Lab {
    /// Writes the scenario's release as one `.zip` into the new folder `out`, with its checksum files. Every JAR, WAR and
    /// LPKG below `osgi` is in it `times` times: once as it is, and as copies that differ in the file's name, in the names
    /// of the bundles within an LPKG and in their `Bundle-SymbolicName`, and in nothing else. All other files are there
    /// once.
    ///
    /// # Errors
    /// As for [`Lab::release`].
    pub fn multiplied_into(
        &self,
        scenario: &Scenario,
        times: usize,
        out: &Path,
    ) -> Result<Multiplied, LabError> {
        let mut tree = self.release_tree(scenario)?;
        let copies = out.join("copies");
        fs::create_dir_all(&copies).map_err(LabError::io("create", &copies))?;
        let bundles = multiply(&mut tree, times, &copies)?;
        let version = scenario.release.version;
        let time = archive::Time {
            date: version.build_date(),
        };
        let zip = out.join(format!("{}.zip", version.archive_stem()));
        let digests = archive::write_zip(&tree, &version.top_folder(), time, &zip)?;
        write_digests(&zip, &digests)?;
        fs::remove_dir_all(&copies).map_err(LabError::io("remove", &copies))?;
        Ok(Multiplied { zip, bundles })
    }
}

/// Adds the copies; gives the number of bundles then. The copies lie in files, since a tree of real sizes with all of
/// them would not fit into memory.
fn multiply(tree: &mut Tree, times: usize, folder: &Path) -> Result<usize, LabError> {
    let mut bundles = 0;
    let mut added = Vec::new();
    for (path, entry) in tree.iter() {
        let Some((stem, ending)) = of_bundles(path) else {
            continue;
        };
        let bytes = entry.bytes()?;
        bundles += match ending {
            "lpkg" => in_package(Path::new(path), &bytes)?,
            _ => 1,
        };
        for number in 1..times {
            let copy = Copy(number);
            let content = if ending == "lpkg" {
                copy.package(Path::new(path), &bytes)?
            } else {
                copy.bundle(Path::new(path), &bytes)?
            };
            let file = folder.join(added.len().to_string());
            fs::write(&file, content).map_err(LabError::io("write", &file))?;
            added.push((copy.name(stem, ending), file));
        }
    }
    for (path, file) in added {
        tree.add_file(path, &file);
    }
    Ok(bundles * times)
}

fn in_package(name: &Path, bytes: &[u8]) -> Result<usize, LabError> {
    let package = ZipArchive::new(Cursor::new(bytes)).map_err(LabError::archive(name))?;
    let mut bundles = 0;
    for inner in package.file_names() {
        let inner = inner.map_err(LabError::archive(name))?;
        bundles += usize::from(inner.ends_with(".jar") || inner.ends_with(".war"));
    }
    Ok(bundles)
}

/// Path without ending, and ending, of a file that holds bundles.
fn of_bundles(path: &str) -> Option<(&str, &str)> {
    let (stem, ending) = path.rsplit_once('.')?;
    (path.starts_with("osgi/") && ["jar", "war", "lpkg"].contains(&ending))
        .then_some((stem, ending))
}

impl Copy {
    fn name(&self, stem: &str, ending: &str) -> String {
        format!("{stem}.copy{}.{ending}", self.0)
    }

    fn bundle(&self, name: &Path, bytes: &[u8]) -> Result<Vec<u8>, LabError> {
        jar::with_manifest(name, Cursor::new(bytes), |manifest| {
            let Some(old) = manifest.get(NAME).map(str::to_owned) else {
                return;
            };
            let end = old.find(';').unwrap_or(old.len());
            let (symbolic_name, directives) = old.split_at(end);
            let new = format!("{}.copy{}{directives}", symbolic_name.trim_end(), self.0);
            manifest.set(NAME, &new);
        })
    }

    fn package(&self, name: &Path, bytes: &[u8]) -> Result<Vec<u8>, LabError> {
        let mut package = ZipArchive::new(Cursor::new(bytes)).map_err(LabError::archive(name))?;
        let mut entries = Vec::new();
        for index in 0..package.len() {
            let mut entry = package.by_index(index).map_err(LabError::archive(name))?;
            let inner = entry.name().map_err(LabError::archive(name))?.into_owned();
            let mut content = Vec::new();
            entry
                .read_to_end(&mut content)
                .map_err(LabError::io("read", name))?;
            entries.push(match inner.rsplit_once('.') {
                Some((stem, ending @ ("jar" | "war"))) => {
                    (self.name(stem, ending), self.bundle(name, &content)?)
                }
                _ => (inner, content),
            });
        }
        let borrowed = entries
            .iter()
            .map(|(inner, content)| (inner.as_str(), content.as_slice()));
        jar::stored_archive(name, borrowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;

    fn bundle() -> Vec<u8> {
        let mut manifest = Manifest::default();
        manifest.set(NAME, "com.example;singleton:=true");
        jar::inert(Path::new("a.jar"), &manifest, &[], None).expect("jar")
    }

    #[test]
    fn copies_have_names_of_their_own_and_the_rest_is_there_once() {
        let scratch = tempfile::tempdir().expect("folder");
        let mut tree = Tree::default();
        let package = jar::stored_archive(
            Path::new("P.lpkg"),
            [("a-1.0.0.jar", bundle().as_slice()), ("x.txt", b"x")],
        );
        tree.add_bytes("osgi/marketplace/P.lpkg", package.expect("package"));
        tree.add_bytes("osgi/core/a.jar", bundle());
        tree.add_bytes("tomcat/lib/b.jar", bundle());
        let bundles = multiply(&mut tree, 3, scratch.path()).expect("copies");
        assert_eq!(bundles, 6);
        let paths: Vec<&str> = tree.iter().map(|(path, _)| path).collect();
        assert_eq!(
            paths,
            [
                "osgi/core/a.copy1.jar",
                "osgi/core/a.copy2.jar",
                "osgi/core/a.jar",
                "osgi/marketplace/P.copy1.lpkg",
                "osgi/marketplace/P.copy2.lpkg",
                "osgi/marketplace/P.lpkg",
                "tomcat/lib/b.jar",
            ]
        );
        let name_in = |bytes: Vec<u8>| {
            let file = scratch.path().join("one.jar");
            fs::write(&file, bytes).expect("write");
            let manifest = jar::manifest_of(&file).expect("manifest");
            manifest.get(NAME).map(str::to_owned)
        };
        let bytes = |path: &str| tree.get(path).expect("entry").bytes().expect("bytes");
        let copy = bytes("osgi/core/a.copy2.jar").into_owned();
        assert_eq!(
            name_in(copy).as_deref(),
            Some("com.example.copy2;singleton:=true")
        );
        let package = bytes("osgi/marketplace/P.copy1.lpkg").into_owned();
        let mut package = ZipArchive::new(Cursor::new(package)).expect("package");
        assert_eq!(package.len(), 2);
        let mut inner = Vec::new();
        let mut entry = package.by_name("a-1.0.0.copy1.jar").expect("bundle");
        entry.read_to_end(&mut inner).expect("bytes");
        assert_eq!(
            name_in(inner).as_deref(),
            Some("com.example.copy1;singleton:=true")
        );
    }
}
