//! What a place says about the files in it (layout-and-artifacts 1.1 to 1.3, "Owner").

use raylift_model::names::RelativePath;

/// What is known of a file by its place alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Only the server writes here.
    Generated,
    /// Only the product puts files here.
    Product,
    /// Only the site puts files here.
    Site,
    /// Libraries of the product and of the site.
    Libraries,
    /// Anything.
    Mixed,
}

const GENERATED: [&str; 12] = [
    "data/ehcache",
    "data/elasticsearch",
    "data/elasticsearch6",
    "data/elasticsearch7",
    "data/elasticsearch8",
    "data/lucene",
    "logs",
    "osgi/state",
    "osgi/target-platform",
    "osgi/wabs",
    "tools/portal-tools-db-upgrade-client/logs",
    "work",
];
const GENERATED_IN_TOMCAT: [&str; 3] = ["logs", "temp", "work"];
const SITE: [&str; 9] = [
    "data",
    "deploy",
    "osgi/client-extensions",
    "osgi/configs",
    "osgi/log4j",
    "osgi/marketplace/override",
    "osgi/war",
    "patching-tool/patches",
    "reports",
];
const PRODUCT: [&str; 7] = [
    "elasticsearch-sidecar",
    "elasticsearch7",
    "osgi/core",
    "osgi/portal",
    "osgi/portal-war",
    "patching-tool",
    "tools",
];
const PRODUCT_IN_ROOT: [&str; 6] = [
    "WEB-INF/jsp",
    "WEB-INF/tld",
    "dtd",
    "errors",
    "html",
    "layouttpl",
];
const PRODUCT_FILES: [&str; 7] = [
    ".githash",
    ".liferay-home",
    ".liferay-version",
    "license/copyright.txt",
    "license/versions.html",
    "README.markdown",
    "readme.html",
];
/// Files that the administrator fills in (real-homes, "Upgrade client"; Liferay's patch script keeps the last one).
const SITE_FILES: [&str; 4] = [
    "tools/portal-tools-db-upgrade-client/app-server.properties",
    "tools/portal-tools-db-upgrade-client/portal-upgrade-database.properties",
    "tools/portal-tools-db-upgrade-client/portal-upgrade-ext.properties",
    "patching-tool/default.properties",
];
/// Properties that the portal reads by these names, on its class path and at the top of its home (layout-and-artifacts
/// 4.1, 4.2).
pub(super) const PROPERTIES: [&str; 5] = [
    "portal-bundle.properties",
    "portal-ext.properties",
    "portal-setup-wizard.properties",
    "system-ext.properties",
    "raylift.toml",
];
const LIBRARY_FOLDERS: [&str; 3] = [
    "lib/ext",
    "webapps/ROOT/WEB-INF/lib",
    "webapps/ROOT/WEB-INF/shielded-container-lib",
];
/// raylift's own sign in a folder that it exchanged.
const TREE_MARKER: &str = ".raylift-tree";

/// What the place says.
pub(super) fn place(path: &RelativePath, tomcat: &RelativePath) -> Place {
    let text = path.as_str();
    let is = |names: &[&str]| names.contains(&text);
    let at = |folders: &[&str]| {
        folders.iter().any(|folder| {
            text == *folder
                || text
                    .strip_prefix(folder)
                    .is_some_and(|rest| rest.starts_with('/'))
        })
    };
    if path.file_name() == TREE_MARKER || at(&GENERATED) {
        return Place::Generated;
    }
    if is(&SITE_FILES) || is(&PROPERTIES) || at(&SITE) {
        return Place::Site;
    }
    if is(&PRODUCT_FILES) || at(&PRODUCT) {
        return Place::Product;
    }
    path.below(tomcat)
        .map_or(Place::Mixed, |below| in_tomcat(&RelativePath::new(below)))
}

fn in_tomcat(path: &RelativePath) -> Place {
    let below = |folder: &str| path.below(&RelativePath::new(folder)).is_some();
    if GENERATED_IN_TOMCAT
        .iter()
        .any(|folder| path.as_str() == *folder || below(folder))
    {
        return Place::Generated;
    }
    if path.as_str() == ".githash" {
        return Place::Product;
    }
    if matches!(path.as_str(), "bin/setenv.sh" | "bin/setenv.bat") {
        return Place::Site;
    }
    if LIBRARY_FOLDERS
        .iter()
        .any(|folder| path.parent() == *folder)
    {
        return Place::Libraries;
    }
    let Some(root) = path.below(&RelativePath::new("webapps/ROOT")) else {
        return Place::Mixed;
    };
    let root = RelativePath::new(root);
    if PRODUCT_IN_ROOT
        .iter()
        .any(|folder| root.below(&RelativePath::new(*folder)).is_some())
        || matches!(root.as_str(), "index.jsp" | "init.jsp")
    {
        return Place::Product;
    }
    if let Some(name) = root.below(&RelativePath::new("WEB-INF/classes")) {
        return match super::uses::on_class_path(name) {
            Some(_) => Place::Site,
            None => Place::Mixed,
        };
    }
    let descriptor = root.parent() == "WEB-INF"
        && [".xml", ".xmi", ".wsdd"]
            .iter()
            .any(|ending| root.as_str().ends_with(ending));
    match descriptor {
        true if super::uses::is_ext_plugin(root.file_name()) => Place::Site,
        true => Place::Product,
        false => Place::Mixed,
    }
}
