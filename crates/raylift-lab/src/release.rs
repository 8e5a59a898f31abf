//! Assembling a release: the tree, the archives, and the cache of both.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::LabError;
use crate::archive;
use crate::filler;
use crate::hash::{ArchiveDigests, InputDigest};
use crate::jar;
use crate::lab::Lab;
use crate::lpkg::Packages;
use crate::modules;
use crate::overlay;
use crate::parts::Parts;
use crate::pieces;
use crate::scenario::{Layout, ReleaseScenario, ReleaseVersion, Scenario};
use crate::tomcat;
use crate::tree::{Source, Tree};

/// Everything of this crate that decides about an archive's bytes, as this program was compiled
/// from it. Part of the cache's key, so that a changed lab never takes an older lab's archive.
const SOURCES: [(&str, &[u8]); 13] = [
    ("archive", include_bytes!("archive.rs")),
    ("filler", include_bytes!("filler.rs")),
    ("jar", include_bytes!("jar.rs")),
    ("lpkg", include_bytes!("lpkg.rs")),
    ("manifest", include_bytes!("manifest.rs")),
    ("modules", include_bytes!("modules.rs")),
    ("release", include_bytes!("release.rs")),
    ("scenario", include_bytes!("scenario.rs")),
    ("tomcat", include_bytes!("tomcat.rs")),
    ("tree.tsv", include_bytes!("../data/tree-7.2.1.tsv")),
    ("tree-7.4.tsv", include_bytes!("../data/tree-7.4.tsv")),
    ("modules.tsv", include_bytes!("../data/modules-7.2.1.tsv")),
    ("unseen.tsv", include_bytes!("../data/unseen-lpkgs.tsv")),
];

/// Core parts of a release: bill of materials, portal-impl, for reading versions and headers.
struct CoreParts {
    bill: &'static str,
    portal_impl: &'static str,
}

impl CoreParts {
    fn of(version: ReleaseVersion) -> Self {
        match version {
            ReleaseVersion::Ga1 | ReleaseVersion::Ga1Respin => Self {
                bill: "com.liferay.portal:release.portal.bom:7.2.0:pom",
                portal_impl: "com.liferay.portal:com.liferay.portal.impl:4.3.0",
            },
            ReleaseVersion::Ga2 => Self {
                bill: "com.liferay.portal:release.portal.bom:7.2.1:pom",
                portal_impl: "com.liferay.portal:com.liferay.portal.impl:4.12.11",
            },
            ReleaseVersion::Ga7 => Self {
                bill: "com.liferay.portal:release.portal.bom:7.3.6:pom",
                portal_impl: "com.liferay.portal:com.liferay.portal.impl:5.26.1",
            },
            ReleaseVersion::Ga41 => Self {
                bill: "com.liferay.portal:release.portal.bom:7.4.3.41:pom",
                portal_impl: "com.liferay.portal:com.liferay.portal.impl:52.1.1",
            },
        }
    }
}

/// Where a release lies. All files are in `folder`; the checksum files beside each archive hold
/// bare lowercase hexadecimal, as Liferay publishes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleasePaths {
    /// Folder of the archives.
    pub folder: PathBuf,
    /// The `.zip` archive; `.zip.sha512` and `.zip.MD5` lie beside it.
    pub zip: PathBuf,
    /// The `.tar.gz` archive; `.tar.gz.sha512` and `.tar.gz.MD5` lie beside it.
    pub tar_gz: PathBuf,
    /// The one top folder inside the archives.
    pub top_folder: String,
    /// Version with GA, as in the archive's name, such as `7.2.1-ga2`.
    pub version: String,
    /// Build stamp in the archive's name.
    pub stamp: String,
}

impl ReleasePaths {
    fn new(folder: &Path, version: ReleaseVersion) -> Self {
        let stem = version.archive_stem();
        Self {
            folder: folder.to_path_buf(),
            zip: folder.join(format!("{stem}.zip")),
            tar_gz: folder.join(format!("{stem}.tar.gz")),
            top_folder: version.top_folder(),
            version: version.directory().to_owned(),
            stamp: version.stamp().to_owned(),
        }
    }
}

impl Lab {
    /// The archives of the scenario's release; assembled when sources, parts or the scenario's
    /// `release` section have changed since the last call.
    ///
    /// # Errors
    /// Whatever fetching parts, building pieces or writing archives can meet.
    pub fn release(&self, scenario: &Scenario) -> Result<ReleasePaths, LabError> {
        let parts = self.parts()?;
        let pieces = pieces::build(self, &parts)?;
        let folder = self
            .cache()
            .join("releases")
            .join(release_key(&scenario.release, &pieces));
        let paths = ReleasePaths::new(&folder, scenario.release.version);
        let _lock = self.lock("releases")?;
        if !folder.is_dir() {
            let tree = self.assemble(&scenario.release, &parts, &pieces)?;
            write_all(&tree, &folder, scenario.release.version)?;
        }
        Self::keep_recent(&folder)?;
        Ok(paths)
    }

    /// Like [`Lab::release`], with the archives and their checksums copied into `out`.
    ///
    /// # Errors
    /// As for [`Lab::release`], and [`LabError::Io`] for `out`.
    pub fn release_into(&self, scenario: &Scenario, out: &Path) -> Result<ReleasePaths, LabError> {
        let cached = self.release(scenario)?;
        fs::create_dir_all(out).map_err(LabError::io("create", out))?;
        let entries = fs::read_dir(&cached.folder).map_err(LabError::io("list", &cached.folder))?;
        for entry in entries {
            let entry = entry.map_err(LabError::io("list", &cached.folder))?;
            let target = out.join(entry.file_name());
            fs::copy(entry.path(), &target).map_err(LabError::io("write", &target))?;
        }
        Ok(ReleasePaths::new(out, scenario.release.version))
    }

    /// Assembles the scenario's release into the new folder `out`, past the cache.
    ///
    /// # Errors
    /// As for [`Lab::release`].
    pub fn assemble_into(&self, scenario: &Scenario, out: &Path) -> Result<ReleasePaths, LabError> {
        write_all(&self.release_tree(scenario)?, out, scenario.release.version)?;
        Ok(ReleasePaths::new(out, scenario.release.version))
    }

    /// The tree of the scenario's release, without making archives of it.
    ///
    /// # Errors
    /// Whatever fetching parts or building pieces can meet.
    pub fn release_tree(&self, scenario: &Scenario) -> Result<Tree, LabError> {
        let parts = self.parts()?;
        let pieces = pieces::build(self, &parts)?;
        self.assemble(&scenario.release, &parts, &pieces)
    }

    fn assemble(
        &self,
        release: &ReleaseScenario,
        parts: &Parts,
        pieces: &Path,
    ) -> Result<Tree, LabError> {
        let version = release.version;
        let core = CoreParts::of(version);
        let tomcat = version.tomcat_folder();
        let build = build_headers(version, parts.file(core.portal_impl)?)?;
        let mut tree = Tree::default();
        let mut packages = Packages::default();

        let distribution = format!("org.apache.tomcat:tomcat:{}:zip", version.tomcat());
        let commit = commit(version, &build);
        tomcat::add(parts.file(&distribution)?, version, &commit, &mut tree)?;
        filler::add_configs(version, &mut tree);
        filler::add_markers(version, &commit, &mut tree);
        if version.layout() == Layout::Classic {
            filler::declare_packages(&mut packages)?;
        }
        for module in modules::of_release(version, parts.file(core.bill)?)? {
            if !module.container.ends_with(".lpkg") {
                let path = format!("{}/{}", module.container, module.entry);
                tree.add_bytes(
                    path,
                    jar::inert(
                        Path::new(&module.entry),
                        &module.manifest(),
                        module.empty_files(),
                        None,
                    )?,
                );
            } else {
                packages.add(module);
            }
        }
        let placed = overlay::read(pieces, release, &tomcat)?;
        overlay::apply(&placed, &mut tree, &mut packages);
        agree_on_build(version, &build, &mut tree)?;
        packages.write(release.weight, &mut tree)?;
        filler::add(version, &build, release.weight, &mut tree)?;
        Ok(tree)
    }
}

/// Name of the release's folder in the cache.
fn release_key(release: &ReleaseScenario, pieces: &Path) -> String {
    let mut digest = InputDigest::new("release");
    digest.add("scenario", format!("{release:?}").as_bytes());
    // The name of the folder is the digest of the Java sources and of the parts' pins.
    digest.add("pieces", pieces.to_string_lossy().as_bytes());
    for (name, source) in SOURCES {
        digest.add(name, source);
    }
    digest.key()
}

/// The headers of a release's build, from the real portal-impl. Those of 7.3.6 and 7.4.3.41 name the edition DXP, because
/// that is what was published; the lab writes the names that the community edition has. The build number is the code's.
fn build_headers(
    version: ReleaseVersion,
    portal_impl: &Path,
) -> Result<Vec<(String, String)>, LabError> {
    let manifest = jar::manifest_of(portal_impl)?;
    let mut headers: Vec<(String, String)> = manifest
        .with_prefix("Liferay-Portal-")
        .chain(manifest.with_prefix("Git-"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if headers.is_empty() {
        return Err(LabError::data(
            &portal_impl.to_string_lossy(),
            0,
            "no Liferay-Portal- headers",
        ));
    }
    for &(name, value) in edition(version) {
        for header in headers
            .iter_mut()
            .filter(|(header, _)| header.as_str() == name)
        {
            header.1 = value.to_owned();
        }
    }
    Ok(headers)
}

/// Headers that name the edition, where they are not those of the published JAR.
fn edition(version: ReleaseVersion) -> &'static [(&'static str, &'static str)] {
    match version {
        ReleaseVersion::Ga1 | ReleaseVersion::Ga1Respin | ReleaseVersion::Ga2 => &[],
        ReleaseVersion::Ga7 => &[
            (
                "Liferay-Portal-Release-Info",
                "Liferay Community Edition Portal 7.3.6 CE GA7",
            ),
            (
                "Liferay-Portal-Server-Info",
                "Liferay Community Edition Portal / 7.3.6",
            ),
            ("Liferay-Portal-Version", "7.3.6"),
        ],
        ReleaseVersion::Ga41 => &[
            (
                "Liferay-Portal-Release-Info",
                "Liferay Community Edition Portal 7.4.3.41 CE GA41",
            ),
            (
                "Liferay-Portal-Server-Info",
                "Liferay Community Edition Portal / 7.4.3.41",
            ),
            ("Liferay-Portal-Version", "7.4.3.41"),
            ("Liferay-Portal-Version-Display-Name", "7.4.3.41 CE GA41"),
        ],
    }
}

/// Content of `.githash`: the commit of portal-impl. The re-spin's is invented from its stamp.
fn commit(version: ReleaseVersion, build: &[(String, String)]) -> String {
    if version == ReleaseVersion::Ga1Respin {
        let mut digest = crate::hash::sha256(version.stamp().as_bytes());
        digest.truncate(40);
        return digest;
    }
    build
        .iter()
        .find(|(name, _)| name == "Git-SHA")
        .map(|(_, value)| value.clone())
        .unwrap_or_default()
}

/// Gives Liferay's own JARs the headers of the release's build. In a real home they all agree, but
/// Maven Central has one `util-java` only, made between the two releases, and others are the lab's.
fn agree_on_build(
    version: ReleaseVersion,
    build: &[(String, String)],
    tree: &mut Tree,
) -> Result<(), LabError> {
    let mut names = filler::with_build(version).to_vec();
    if !edition(version).is_empty() {
        names.extend(filler::core_jars(version));
    }
    for name in names {
        let path = format!("{}/{name}", version.tomcat_folder());
        if let Some(Source::File(file)) = tree.get(&path).map(|entry| &entry.source) {
            let attributes = build
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()));
            let bytes = jar::with_attributes(file, attributes)?;
            tree.add_bytes(path, bytes);
        }
    }
    Ok(())
}

/// Writes both archives with their checksums; the folder appears when all is there.
fn write_all(tree: &Tree, folder: &Path, version: ReleaseVersion) -> Result<(), LabError> {
    let staging = folder.with_extension("writing");
    if staging.exists() {
        fs::remove_dir_all(&staging).map_err(LabError::io("remove", &staging))?;
    }
    fs::create_dir_all(&staging).map_err(LabError::io("create", &staging))?;
    let paths = ReleasePaths::new(&staging, version);
    let top = version.top_folder();
    let time = archive::Time {
        date: version.build_date(),
    };
    let (zip, tar_gz) = std::thread::scope(|scope| {
        let zip = scope.spawn(|| archive::write_zip(tree, &top, time, &paths.zip));
        let tar_gz = archive::write_tar_gz(tree, &top, time, &paths.tar_gz);
        (zip.join(), tar_gz)
    });
    let zip = zip.map_err(|_| LabError::Command {
        command: "writing the ZIP archive".to_owned(),
        output: "the thread ended".to_owned(),
    })??;
    write_digests(&paths.zip, &zip)?;
    write_digests(&paths.tar_gz, &tar_gz?)?;
    fs::rename(&staging, folder).map_err(LabError::io("rename", &staging))
}

pub(crate) fn write_digests(archive: &Path, digests: &ArchiveDigests) -> Result<(), LabError> {
    for (ending, digest) in [("sha512", &digests.sha512), ("MD5", &digests.md5)] {
        let mut name = archive.as_os_str().to_owned();
        name.push(format!(".{ending}"));
        let path = PathBuf::from(name);
        fs::write(&path, digest).map_err(LabError::io("write", &path))?;
    }
    Ok(())
}
