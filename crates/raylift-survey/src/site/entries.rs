//! Entries at the top of the home that Liferay does not know.

use raylift_model::codes;
use raylift_model::facts::FileFact;
use raylift_model::finding::{Finding, Severity};

/// What lies at the top of a home (layout-and-artifacts 1.1, real-homes "Marker files").
const KNOWN: [&str; 21] = [
    ".githash",
    ".liferay-home",
    ".liferay-version",
    ".raylift",
    "data",
    "deploy",
    "elasticsearch-sidecar",
    "elasticsearch7",
    "glowroot",
    "license",
    "logs",
    "osgi",
    "patching-tool",
    "portal-bundle.properties",
    "portal-ext.properties",
    "portal-setup-wizard.properties",
    "raylift.toml",
    "readme.html",
    "reports",
    "tools",
    "work",
];

/// A note for each entry that is neither Liferay's nor the application server's. `named` are the file names of
/// properties files that the portal reads because another one names them.
pub(crate) fn unknown(files: &[FileFact], tomcat: Option<&str>, named: &[String]) -> Vec<Finding> {
    files
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| !path.contains('/'))
        .filter(|name| {
            !KNOWN.contains(name)
                && Some(*name) != tomcat.and_then(|path| path.split('/').next())
                && *name != "system-ext.properties"
                && !named.iter().any(|known| known == name)
        })
        .map(|name| {
            Finding::new(
                Severity::Note,
                codes::UNKNOWN_ENTRY,
                name,
                "is not an entry that Liferay or raylift knows; it stays where it is",
                "nothing, unless the site needs it elsewhere",
            )
        })
        .collect()
}
