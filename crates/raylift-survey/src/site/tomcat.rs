//! The application server's folder and what stands in its configuration.

use std::path::{Path, PathBuf};

use raylift_formats::tomcat_xml;
use raylift_model::codes;
use raylift_model::facts::ReleaseLayout;
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::settings::Settings;

use super::home::{is_file, is_folder};
use crate::machine::Machine;

/// The largest `RELEASE-NOTES` that is read, in bytes.
const LARGEST_NOTES: u64 = 1 << 20;

/// The application server's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tomcat {
    /// Absolute, without links.
    pub(crate) path: PathBuf,
    /// Relative to the home; the folder's name when it lies outside.
    pub(crate) relative: RelativePath,
    /// It lies below the home.
    pub(crate) inside: bool,
}

/// Finds the application server: the one in the settings, else the child of the home with `conf/server.xml` and
/// `webapps/ROOT`.
pub(crate) fn find(
    machine: &dyn Machine,
    home: &Path,
    settings: &Settings,
) -> (Option<Tomcat>, Vec<Finding>) {
    if let Some(named) = &settings.server.tomcat {
        return match machine.canonical(&home.join(named)) {
            Ok(path) if is_folder(machine, &path) => {
                let (tomcat, findings) = placed(home, path);
                (Some(tomcat), findings)
            }
            Ok(_) | Err(_) => (
                None,
                vec![not_found(
                    named.display().to_string(),
                    "raylift.toml names this folder as Tomcat's, and it is not there",
                )],
            ),
        };
    }
    let mut found: Vec<PathBuf> = machine
        .entries(home)
        .unwrap_or_default()
        .into_iter()
        .map(|name| home.join(name))
        .filter(|folder| {
            is_file(machine, &folder.join("conf/server.xml"))
                && is_folder(machine, &folder.join("webapps/ROOT"))
        })
        .filter_map(|folder| machine.canonical(&folder).ok())
        .collect();
    found.sort();
    found.dedup();
    let several = found.len() > 1;
    let names: Vec<String> = found
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    match found.pop() {
        None => (
            None,
            vec![not_found(
                home.display().to_string(),
                "no folder in the home holds conf/server.xml and webapps/ROOT",
            )],
        ),
        Some(path) => {
            let (tomcat, mut findings) = placed(home, path);
            if several {
                let finding = Finding::new(
                    Severity::Blocker,
                    codes::APP_SERVER_UNCLEAR,
                    home.display().to_string(),
                    format!(
                        "the home holds several application servers; {} was looked at",
                        tomcat.relative
                    ),
                    "name the one in use in raylift.toml: [server] tomcat = \"...\"",
                );
                findings.push(names.into_iter().fold(finding, Finding::because));
            }
            (Some(tomcat), findings)
        }
    }
}

/// Where the parts lie, relative to the home.
pub(crate) fn layout(machine: &dyn Machine, tomcat: &Tomcat) -> ReleaseLayout {
    let shield = tomcat
        .path
        .join("webapps/ROOT/WEB-INF/shielded-container-lib");
    let is_shielded = matches!(machine.stat(&shield), Ok(Some(_)));
    let [portal_impl, portal_kernel] = crate::release::core_jars(&tomcat.relative, is_shielded);
    ReleaseLayout {
        top: String::new(),
        tomcat: tomcat.relative.clone(),
        tomcat_version: version(machine, tomcat),
        portal_impl,
        portal_kernel,
    }
}

/// The version of Tomcat from its `RELEASE-NOTES`.
pub(crate) fn version(machine: &dyn Machine, tomcat: &Tomcat) -> Option<String> {
    machine
        .read(&tomcat.path.join("RELEASE-NOTES"), LARGEST_NOTES)
        .ok()
        .and_then(|notes| tomcat_xml::release_notes(&String::from_utf8_lossy(&notes)))
        .or_else(|| crate::release::version_in_name(tomcat.relative.file_name()))
}

fn placed(home: &Path, path: PathBuf) -> (Tomcat, Vec<Finding>) {
    match path.strip_prefix(home).ok().and_then(Path::to_str) {
        Some(relative) if !relative.is_empty() => {
            let relative = RelativePath::new(relative);
            let tomcat = Tomcat {
                path,
                relative,
                inside: true,
            };
            (tomcat, Vec::new())
        }
        _ => {
            let name = path.file_name().map_or_else(
                || "tomcat".to_owned(),
                |name| name.to_string_lossy().into_owned(),
            );
            let finding = Finding::new(
                Severity::Blocker,
                codes::APP_SERVER_UNCLEAR,
                path.display().to_string(),
                "the application server lies outside the home, which raylift does not update yet",
                "move Tomcat into the home, or update this site by hand",
            );
            let tomcat = Tomcat {
                path,
                relative: RelativePath::new(name),
                inside: false,
            };
            (tomcat, vec![finding])
        }
    }
}

fn not_found(subject: String, message: &str) -> Finding {
    Finding::new(
        Severity::Blocker,
        codes::APP_SERVER_UNCLEAR,
        subject,
        message,
        "name Tomcat's folder in raylift.toml: [server] tomcat = \"...\"",
    )
}
