//! What lies beside the folders that an update exchanges and is deployed: waiting files, other web applications.

use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::facts::FileKind;
use raylift_model::finding::{Finding, Severity};

use super::properties::Properties;
use super::tomcat::Tomcat;
use crate::machine::Machine;

/// The folder that the server takes deployments from (`portal.properties` of 7.2.1 to 7.4: `${liferay.home}/deploy`).
const WAITING_IN: &str = "auto.deploy.deploy.dir";
/// Names that one finding shows.
const SHOWN: usize = 20;

/// A note for each of the two. A folder that is not there or cannot be read has nothing to be told of.
pub(crate) fn look(
    machine: &dyn Machine,
    home: &Path,
    tomcat: Option<&Tomcat>,
    properties: &Properties,
) -> Vec<Finding> {
    let waiting_in = properties
        .value(WAITING_IN)
        .map(|folder| PathBuf::from(folder.trim()))
        .filter(|folder| folder.is_absolute())
        .unwrap_or_else(|| home.join("deploy"));
    let waiting = note(
        codes::DEPLOYMENT_WAITING,
        &shown(home, &waiting_in),
        "holds what the server has not deployed yet; it stays where it is, and the new release deploys it at its start",
        "let the server take it before the update, or move away what was built for the old release",
        names(machine, &waiting_in, |name| !name.starts_with('.')),
    );
    let applications = tomcat.and_then(|tomcat| {
        let folder = tomcat.path.join("webapps");
        note(
            codes::OTHER_APPLICATION,
            &shown(home, &folder),
            "holds other web applications than the portal; they stay as they are, and stop and start with the server",
            "look whether they need anything of the old release, such as JARs in Tomcat's lib/ext",
            names(machine, &folder, |name| !matches!(name, "ROOT" | "ROOT.war")),
        )
    });
    waiting.into_iter().chain(applications).collect()
}

/// Files and folders of such names, sorted.
fn names(machine: &dyn Machine, folder: &Path, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let is_folder =
        matches!(machine.stat(folder), Ok(Some(stat)) if stat.kind == FileKind::Directory);
    if !is_folder {
        return Vec::new();
    }
    machine
        .entries(folder)
        .unwrap_or_default()
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| is_wanted(name))
        .collect()
}

fn note(
    code: &str,
    subject: &str,
    message: &str,
    remedy: &str,
    names: Vec<String>,
) -> Option<Finding> {
    let more = names.len().saturating_sub(SHOWN);
    let mut evidence: Vec<String> = names.into_iter().take(SHOWN).collect();
    if more > 0 {
        evidence.push(format!("and {more} more"));
    }
    Finding::new(Severity::Note, code, subject, message, remedy).if_any(evidence)
}

/// Below the home as it is called there.
fn shown(home: &Path, folder: &Path) -> String {
    folder
        .strip_prefix(home)
        .unwrap_or(folder)
        .display()
        .to_string()
}
