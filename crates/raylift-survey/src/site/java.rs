//! The Java runtime of a site.

use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::facts::JavaFacts;
use raylift_model::finding::{Finding, Severity};
use raylift_model::settings::Settings;

use super::home::is_file;
use crate::machine::Machine;

/// The largest `release` file that is read, in bytes.
const LARGEST_RELEASE: u64 = 1 << 20;

/// The Java to use for a site whose server does not run: the settings', else that of raylift's own environment, in the
/// order of Tomcat's `setclasspath.sh` (`JRE_HOME`, `JAVA_HOME`) and then `PATH`.
pub(crate) fn of_settings(machine: &dyn Machine, settings: &Settings) -> Option<JavaFacts> {
    if let Some(home) = &settings.server.java_home {
        return has_java(machine, home).then(|| of_home(machine, home));
    }
    ["JRE_HOME", "JAVA_HOME"]
        .iter()
        .filter_map(|name| machine.variable(name))
        .map(PathBuf::from)
        .find(|home| has_java(machine, home))
        .or_else(|| on_path(machine))
        .map(|home| of_home(machine, &home))
}

/// The Java that a `java` program belongs to, all links resolved.
pub(crate) fn of_program(machine: &dyn Machine, program: &Path) -> Option<JavaFacts> {
    let real = machine
        .canonical(program)
        .unwrap_or_else(|_| program.to_owned());
    let home = real.parent()?.parent()?;
    Some(of_home(machine, home))
}

/// What is to be said when none was found.
pub(crate) fn not_found(settings: &Settings) -> Finding {
    let subject = settings
        .server
        .java_home
        .as_ref()
        .map_or_else(|| "java".to_owned(), |home| home.display().to_string());
    Finding::new(
        Severity::Blocker,
        codes::JAVA_NOT_FOUND,
        subject,
        "no bin/java was found to ask the database and to run the site with",
        "set [server] java_home in raylift.toml, or JAVA_HOME",
    )
}

fn of_home(machine: &dyn Machine, home: &Path) -> JavaFacts {
    let version = machine
        .read(&home.join("release"), LARGEST_RELEASE)
        // Java 8's own runtime lies in `jre`, its `release` file one folder above.
        .or_else(|_| machine.read(&home.join("../release"), LARGEST_RELEASE))
        .ok()
        .and_then(|text| version_in(&String::from_utf8_lossy(&text)));
    JavaFacts {
        home: home.display().to_string(),
        major: version.as_deref().and_then(major),
        version,
    }
}

/// `JAVA_VERSION="11.0.13"`.
fn version_in(text: &str) -> Option<String> {
    text.lines()
        .find_map(|line| line.trim().strip_prefix("JAVA_VERSION="))
        .map(|value| value.trim().trim_matches('"').to_owned())
        .filter(|value| !value.is_empty())
}

/// 8 of `1.8.0_121`, 11 of `11.0.13` (JEP 223).
fn major(version: &str) -> Option<u32> {
    let mut parts = version.split(|byte: char| !byte.is_ascii_digit());
    match parts.next()?.parse().ok()? {
        1 => parts.next()?.parse().ok(),
        major => Some(major),
    }
}

fn has_java(machine: &dyn Machine, home: &Path) -> bool {
    is_file(machine, &home.join("bin/java"))
}

fn on_path(machine: &dyn Machine) -> Option<PathBuf> {
    let path = machine.variable("PATH")?;
    let program = path
        .split(':')
        .filter(|folder| !folder.is_empty())
        .map(|folder| Path::new(folder).join("java"))
        .find(|program| is_file(machine, program))?;
    let real = machine.canonical(&program).ok()?;
    real.parent()?.parent().map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_a_version_are_understood() {
        for (version, expected) in [
            ("1.8.0_121", Some(8)),
            ("11.0.13", Some(11)),
            ("17", Some(17)),
            ("21-ea", Some(21)),
            ("x", None),
            ("1", None),
        ] {
            assert_eq!(major(version), expected, "{version}");
        }
        assert_eq!(
            version_in("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"11.0.13\"\n").as_deref(),
            Some("11.0.13")
        );
    }
}
