//! Puts the evidence about a file together.

use std::collections::BTreeMap;

use raylift_model::facts::{
    ArchiveFacts, BundleFacts, FileFact, FileKind, ReleaseFacts, SiteFacts,
};
use raylift_model::names::RelativePath;
use raylift_model::origin::{FileOrigin, FileUse, Origin};

use crate::difference::difference;

use super::places::{Place, place};
use super::{libraries, uses};

/// Knows where the files of one site come from.
#[derive(Debug)]
pub struct Origins<'a> {
    tomcat: RelativePath,
    /// The installed release's files under the names they have at the site.
    old: Option<BTreeMap<RelativePath, &'a FileFact>>,
    site: &'a SiteFacts,
    installed: Option<&'a ReleaseFacts>,
    old_bundles: BTreeMap<RelativePath, Vec<&'a BundleFacts>>,
    bundles: BTreeMap<&'a RelativePath, Vec<&'a BundleFacts>>,
    archives: BTreeMap<&'a RelativePath, &'a ArchiveFacts>,
}

impl<'a> Origins<'a> {
    /// `old` is the installed release, when its archive is at hand.
    pub fn new(site: &'a SiteFacts, tomcat: &RelativePath, old: Option<&'a ReleaseFacts>) -> Self {
        let here = |old: &ReleaseFacts, path: &RelativePath| match path.below(&old.layout.tomcat) {
            Some(rest) => tomcat.join(rest),
            None => path.clone(),
        };
        let mut bundles: BTreeMap<&RelativePath, Vec<&BundleFacts>> = BTreeMap::new();
        for bundle in &site.bundles {
            bundles.entry(&bundle.file).or_default().push(bundle);
        }
        let mut old_bundles: BTreeMap<RelativePath, Vec<&BundleFacts>> = BTreeMap::new();
        for (old, bundle) in old
            .iter()
            .flat_map(|old| old.bundles.iter().map(move |bundle| (old, bundle)))
        {
            let file = here(old, &bundle.file);
            old_bundles.entry(file).or_default().push(bundle);
        }
        Self {
            tomcat: tomcat.clone(),
            old: old.map(|old| {
                old.files
                    .iter()
                    .map(|file| (here(old, &file.path), file))
                    .collect()
            }),
            site,
            installed: old,
            old_bundles,
            bundles,
            archives: site
                .archives
                .iter()
                .map(|archive| (&archive.file, archive))
                .collect(),
        }
    }

    /// The bundles in a file of the site.
    pub(crate) fn bundles_in(&self, path: &RelativePath) -> &[&'a BundleFacts] {
        self.bundles.get(path).map_or(&[], Vec::as_slice)
    }

    /// What an archive of the site says of itself.
    pub(crate) fn archive(&self, path: &RelativePath) -> Option<&'a ArchiveFacts> {
        self.archives.get(path).copied()
    }

    /// How a configuration file of the site differs from the installed release's, in unified form, secrets left out; `None`
    /// where either is not known or not text.
    pub fn difference(&self, path: &RelativePath) -> Option<String> {
        let there = self.in_release(path)?;
        let before = &self.installed?.texts.get(&there)?.0;
        let here = std::str::from_utf8(self.site.texts.get(path)?.expose()).ok()?;
        Some(difference(before, here))
    }

    /// The path that a file of the site has in the installed release, whether it is there or not; `None` without one.
    pub fn in_release(&self, path: &RelativePath) -> Option<RelativePath> {
        let tomcat = &self.installed?.layout.tomcat;
        Some(match path.below(&self.tomcat) {
            Some(rest) => tomcat.join(rest),
            None => path.clone(),
        })
    }

    /// Where one file of the site comes from. For a folder: what its place says of everything in it.
    pub fn of(&self, file: &FileFact) -> FileOrigin {
        let path = &file.path;
        let kind = uses::kind(path, &self.tomcat, self.archive(path));
        let (origin, reason, evidence) = self.decide(file, kind);
        FileOrigin {
            path: path.clone(),
            origin,
            kind,
            reason,
            evidence,
        }
    }

    fn decide(&self, file: &FileFact, kind: Option<FileUse>) -> (Origin, String, Vec<String>) {
        let place = place(&file.path, &self.tomcat);
        if place == Place::Generated {
            return said(
                Origin::Generated,
                "made by the server, which makes it again",
            );
        }
        if file.kind == FileKind::Directory {
            return by_folder(place);
        }
        match &self.old {
            Some(old) => self.by_archive(file, old.get(&file.path).copied(), place),
            None => self.by_rule(file, kind, place),
        }
    }

    fn by_archive(
        &self,
        file: &FileFact,
        before: Option<&FileFact>,
        place: Place,
    ) -> (Origin, String, Vec<String>) {
        let evidence: Vec<String> = self
            .installed
            .iter()
            .map(|old| format!("the installed release: {}", old.place))
            .collect();
        let Some(before) = before else {
            let (origin, reason) = match self.out_of_package(&file.path) {
                Some(package) => (
                    Origin::Release,
                    format!("a module of {package}, by its name and version"),
                ),
                None if place == Place::Site => (Origin::Site, "the site's own".to_owned()),
                None => (
                    Origin::Site,
                    "not in the old release: the site's own".to_owned(),
                ),
            };
            return (origin, reason, evidence);
        };
        let comparable = file.digest.is_some() || file.kind != FileKind::File;
        if comparable && before.kind == file.kind && before.digest == file.digest {
            let reason = "the same as in the installed release".to_owned();
            return (Origin::Release, reason, evidence);
        }
        if !comparable {
            let reason = "its content was not compared".to_owned();
            return (Origin::Unknown, reason, Vec::new());
        }
        if self.same_modules(&file.path) {
            let reason =
                "the installed release's package, in which the server leaves marks".to_owned();
            return (Origin::Release, reason, evidence);
        }
        let reason = "a file of the old release, changed by the site".to_owned();
        (Origin::Changed, reason, evidence)
    }

    /// The server writes marks into packages that others supersede (layout-and-artifacts 7): what counts is what they hold.
    fn same_modules(&self, path: &RelativePath) -> bool {
        let names = |bundles: &[&BundleFacts]| {
            let mut names: Vec<(String, String)> = bundles
                .iter()
                .map(|bundle| (bundle.symbolic_name.to_string(), bundle.version.to_string()))
                .collect();
            names.sort();
            names
        };
        let here = self.bundles_in(path);
        path.as_str().ends_with(".lpkg")
            && !here.is_empty()
            && self
                .old_bundles
                .get(path)
                .is_some_and(|old| names(old) == names(here))
    }

    /// The package of the old release that holds the one module in this file, in the same version. A container package is
    /// unpacked by the server at its first start (layout-and-artifacts 7).
    fn out_of_package(&self, path: &RelativePath) -> Option<String> {
        if path.parent() != "osgi/marketplace" {
            return None;
        }
        let [own] = self.bundles_in(path) else {
            return None;
        };
        self.old_bundles
            .values()
            .flatten()
            .find(|old| {
                old.entry.is_some()
                    && old.symbolic_name == own.symbolic_name
                    && old.version == own.version
            })
            .map(|old| old.file.to_string())
    }

    fn by_rule(
        &self,
        file: &FileFact,
        kind: Option<FileUse>,
        place: Place,
    ) -> (Origin, String, Vec<String>) {
        let path = &file.path;
        let below = |folder: &str| path.below(&RelativePath::new(folder)).is_some();
        match place {
            Place::Generated => said(Origin::Generated, "made by the server"),
            Place::Site => (
                Origin::Site,
                format!("the site's own, in {}", folder_of(path)),
                Vec::new(),
            ),
            Place::Product => said(
                Origin::Release,
                "where only the product puts files, by Liferay's own rule",
            ),
            Place::Libraries => self.library(file, kind),
            Place::Mixed if below("osgi/modules") && file.by_liferay => said(
                Origin::Unknown,
                "made by Liferay: the product's, or installed by the site",
            ),
            Place::Mixed if below("osgi/modules") => {
                said(Origin::Site, "the site's own, in osgi/modules")
            }
            Place::Mixed if below("osgi/marketplace") => package(file),
            Place::Mixed if below("osgi/static") && !file.by_liferay => {
                said(Origin::Site, "the site's own, in osgi/static")
            }
            Place::Mixed if below("license") && kind == Some(FileUse::Licence) => {
                said(Origin::Site, "the site's licence")
            }
            Place::Mixed if kind == Some(FileUse::JdbcDriver) => {
                said(Origin::Site, "a JDBC driver beside the product's libraries")
            }
            Place::Mixed if self.is_read_for_properties(path) => said(
                Origin::Site,
                "a file of properties that the portal reads at this site",
            ),
            Place::Mixed => said(
                Origin::Unknown,
                "nothing says whose it is without the installed release's archive",
            ),
        }
    }

    /// A file at the top of the home that the site's own properties name.
    fn is_read_for_properties(&self, path: &RelativePath) -> bool {
        let place = format!("{}/{path}", self.site.home);
        let mut sources = self.site.properties.iter();
        !path.as_str().contains('/') && sources.any(|source| source.place == place)
    }

    /// A file in a folder of libraries.
    fn library(&self, file: &FileFact, kind: Option<FileUse>) -> (Origin, String, Vec<String>) {
        let name = file.path.file_name();
        match kind {
            Some(FileUse::HotFix) => return said(Origin::Release, "of a hot fix for the release"),
            Some(FileUse::ExtPlugin) => return said(Origin::Site, "of the site's Ext plugin"),
            Some(FileUse::PortalProperties | FileUse::Log4jExtension) => {
                return said(Origin::Site, "the site's own, on the class path");
            }
            _ => {}
        }
        if file.by_liferay {
            return said(Origin::Release, "made by Liferay");
        }
        if libraries::is_known(name) {
            return said(Origin::Release, "named like a library of the product");
        }
        if kind == Some(FileUse::JdbcDriver) {
            return said(Origin::Site, "a JDBC driver that the product does not have");
        }
        if libraries::has_version(name) {
            return said(
                Origin::Site,
                "its name has a version, which names of the product's libraries have not",
            );
        }
        said(
            Origin::Unknown,
            "a library of which nothing says whose it is",
        )
    }
}

/// First parts of the titles of the product's packages, all of the real 7.2.1 (real-tree-7.2.1).
const SUITES: [&str; 8] = [
    "Collaboration",
    "Data Engine",
    "Forms and Workflow",
    "Foundation",
    "Map",
    "Plugin for OAuth 2.0",
    "Static",
    "Web Experience",
];

/// Titles such as `Liferay CE Foundation - Liferay CE Login - Impl`. Packages of the Marketplace begin with `Liferay CE`,
/// too, and a name (`Liferay CE Connector to …`).
fn is_products(name: &str) -> bool {
    let title = name.rsplit_once('.').map_or(name, |(title, _)| title);
    title
        .strip_prefix("Liferay CE ")
        .and_then(|rest| rest.split(" - ").next())
        .is_some_and(|suite| SUITES.contains(&suite))
}

/// A package in `osgi/marketplace`.
fn package(file: &FileFact) -> (Origin, String, Vec<String>) {
    let is_lpkg = file.path.as_str().to_lowercase().ends_with(".lpkg");
    match is_lpkg {
        true if !file.by_liferay => said(Origin::Site, "a package of another maker"),
        true if is_products(file.path.file_name()) => said(
            Origin::Release,
            "made by Liferay, named like a package of the product",
        ),
        true => said(
            Origin::Unknown,
            "made by Liferay: the product's, or from the Marketplace",
        ),
        false => said(Origin::Unknown, "not in the release"),
    }
}

/// What a place says of everything in a folder.
fn by_folder(place: Place) -> (Origin, String, Vec<String>) {
    match place {
        Place::Generated => said(Origin::Generated, "made by the server"),
        Place::Site => said(Origin::Site, "a folder of the site"),
        Place::Product => said(Origin::Release, "a folder of the product"),
        Place::Libraries | Place::Mixed => said(Origin::Unknown, "a folder with files of several"),
    }
}

fn said(origin: Origin, reason: &str) -> (Origin, String, Vec<String>) {
    (origin, reason.to_owned(), Vec::new())
}

fn folder_of(path: &RelativePath) -> &str {
    match path.parent() {
        "" => "the home",
        folder => folder,
    }
}
