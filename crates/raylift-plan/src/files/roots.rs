//! The folders that are exchanged.

use raylift_model::codes;
use raylift_model::facts::{FileFact, ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;

use crate::wishes::AppServer;

/// Files that name or describe a release, at the home's top and in Tomcat's folder.
pub(crate) const MARKERS: [&str; 4] = [
    ".githash",
    ".liferay-home",
    ".liferay-version",
    "readme.html",
];

/// The search engine's programs: 7.3 and 7.4 (layout-and-artifacts 1.1). The server keeps what it writes elsewhere, but
/// for a logging configuration that it makes again (Liferay's `Sidecar`).
const SIDECARS: [&str; 2] = ["elasticsearch-sidecar", "elasticsearch7"];
/// Tools that keep settings of the site beside their programs.
const TOOLS: [&str; 2] = ["glowroot", "patching-tool"];

/// What is exchanged, relative to the home: the folders in which either side has files of the product.
///
/// Source: Liferay's hot-fix builder, `in_hotfix_scope`, and the licence folder of the bundles. `lib/ext` is there until
/// 7.3; a folder that the release no longer has is exchanged against one that holds only what is carried.
pub(crate) fn roots(
    tomcat: &RelativePath,
    app_server: AppServer,
    site: &SiteFacts,
    release: &ReleaseFacts,
) -> Vec<RelativePath> {
    let mut roots = vec![RelativePath::new("osgi"), tomcat.join("webapps/ROOT")];
    match app_server {
        AppServer::Keep => roots.push(tomcat.join("lib/ext")),
        AppServer::Bundle => roots.extend([tomcat.join("lib"), tomcat.join("conf")]),
    }
    roots.extend([RelativePath::new("tools"), RelativePath::new("license")]);
    for name in SIDECARS {
        if has(&release.files, name) {
            roots.push(RelativePath::new(name));
        }
    }
    for name in TOOLS {
        if has(&release.files, name) && !has(&site.files, name) {
            roots.push(RelativePath::new(name));
        }
    }
    roots
}

/// What is to be said about folders at the top of the home that are exchanged as a whole, or not at all.
pub(crate) fn findings(site: &SiteFacts, release: &ReleaseFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in SIDECARS {
        let (here, there) = (has(&site.files, name), has(&release.files, name));
        if here && there {
            findings.push(note(
                name,
                "the search engine's programs are exchanged as a whole; what was added to them does not travel",
                "install plugins of the search engine again after the update; the old folder is kept until commit",
            ));
        } else if here {
            findings.push(note(
                name,
                "the release does not have this folder of the product; it stays and is no longer read",
                "remove it after the commit, when nothing else uses it",
            ));
        }
    }
    for name in TOOLS {
        if has(&site.files, name) && has(&release.files, name) {
            findings.push(note(
                name,
                "keeps settings of the site beside its programs, so the site's stays as it is",
                "take the release's by hand, when you use it",
            ));
        }
    }
    findings
}

fn has(files: &[FileFact], folder: &str) -> bool {
    let folder = RelativePath::new(folder);
    files
        .iter()
        .any(|file| file.path == folder || file.path.below(&folder).is_some())
}

fn note(name: &str, message: &str, remedy: &str) -> Finding {
    Finding::new(Severity::Note, codes::PRODUCT_FOLDER, name, message, remedy)
}
