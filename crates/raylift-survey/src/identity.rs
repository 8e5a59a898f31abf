//! Which release it is, from everything that says so.
//!
//! The order of the evidence is that of layout-and-artifacts section 2 (an inference of its author): `.liferay-version`,
//! manifest of `portal-impl.jar`, of `portal-kernel.jar`, of Liferay's other libraries, folder name, `.githash`.

use raylift_formats::bundle::PortalIdentity;
use raylift_model::codes;
use raylift_model::facts::{Evidence, Identity};
use raylift_model::finding::{Finding, Severity};
use raylift_model::version::ReleaseVersion;

/// Where a clue comes from, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// `.liferay-version` (bundles built since 2023).
    VersionFile,
    /// Manifest of `portal-impl.jar`.
    Implementation,
    /// Manifest of `portal-kernel.jar`.
    Kernel,
    /// Manifest of another library with Liferay's build headers (`util-java.jar`, `support-tomcat.jar`).
    Library,
    /// Name of the folder at the top of an archive.
    FolderName,
    /// `.githash`: tells builds apart, names no version.
    GitHash,
}

/// One thing that says which release it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clue {
    strength: Strength,
    source: String,
    value: String,
    version: Option<ReleaseVersion>,
    manifest: Option<PortalIdentity>,
}

impl Clue {
    /// A manifest with Liferay's own headers.
    pub(crate) fn manifest(
        strength: Strength,
        source: impl Into<String>,
        identity: PortalIdentity,
    ) -> Self {
        let value = identity
            .release_info
            .clone()
            .or_else(|| identity.version_text.clone())
            .or_else(|| {
                identity
                    .build_number
                    .map(|number| format!("build {number}"))
            })
            .unwrap_or_default();
        let version = identity
            .version
            .clone()
            .or_else(|| identity.build_number.and_then(version_of_build));
        Self {
            strength,
            source: source.into(),
            value,
            version,
            manifest: Some(identity),
        }
    }

    /// The content of `.liferay-version`, or the name of a folder such as `liferay-ce-portal-7.2.1-ga2`.
    pub(crate) fn text(strength: Strength, source: impl Into<String>, text: &str) -> Self {
        Self {
            strength,
            source: source.into(),
            value: text.trim().to_owned(),
            version: version_in(text),
            manifest: None,
        }
    }

    /// The content of a `.githash` file.
    pub(crate) fn git_hash(source: impl Into<String>, text: &str) -> Self {
        Self {
            strength: Strength::GitHash,
            source: source.into(),
            value: text.trim().to_owned(),
            version: None,
            manifest: None,
        }
    }
}

/// Concludes the identity: the strongest clue with a version wins. Disagreement among the others is a finding.
pub(crate) fn conclude(mut clues: Vec<Clue>) -> (Identity, Vec<Finding>) {
    clues
        .sort_by(|left, right| (left.strength, &left.source).cmp(&(right.strength, &right.source)));
    let version = clues.iter().find_map(|clue| clue.version.clone());
    let from_manifests = |pick: fn(&PortalIdentity) -> Option<String>| {
        clues
            .iter()
            .filter_map(|clue| clue.manifest.as_ref())
            .find_map(pick)
    };
    let identity = Identity {
        version: version.clone(),
        build_number: clues
            .iter()
            .filter_map(|clue| clue.manifest.as_ref())
            .find_map(|manifest| manifest.build_number),
        build_date: from_manifests(|manifest| manifest.build_date.clone()),
        release_info: from_manifests(|manifest| manifest.release_info.clone()),
        evidence: clues
            .iter()
            .map(|clue| Evidence {
                source: clue.source.clone(),
                value: clue.value.clone(),
            })
            .collect(),
    };
    let findings = match &version {
        None => vec![Finding::new(
            Severity::Blocker,
            codes::VERSION_UNKNOWN,
            "version",
            "nothing that was found names the release",
            "put portal-impl.jar and portal-kernel.jar of the installed release back in their places",
        )],
        Some(version) => disagreements(&clues, version, identity.build_number),
    };
    (identity, findings)
}

/// One finding for the JARs that make the release, one for the rest: a single odd library is no mixed installation.
fn disagreements(
    clues: &[Clue],
    version: &ReleaseVersion,
    build_number: Option<u32>,
) -> Vec<Finding> {
    let differs = |clue: &Clue| {
        clue.version
            .as_ref()
            .is_some_and(|other| !same(version, other))
            || clue
                .manifest
                .as_ref()
                .and_then(|manifest| manifest.build_number)
                .zip(build_number)
                .is_some_and(|(one, other)| one != other)
    };
    let (core, rest): (Vec<&Clue>, Vec<&Clue>) = clues
        .iter()
        .filter(|clue| differs(clue))
        .partition(|clue| clue.strength <= Strength::Kernel);
    [(Severity::Warning, core), (Severity::Note, rest)]
        .into_iter()
        .filter(|(_, differing)| !differing.is_empty())
        .map(|(severity, differing)| {
            let finding = Finding::new(
                severity,
                codes::VERSION_DISAGREES,
                "version",
                format!(
                    "the strongest evidence says {version}, other evidence says something else"
                ),
                "check whether an earlier update or patch was only half done",
            );
            differing.into_iter().fold(finding, |finding, clue| {
                finding.because(format!("{}: {}", clue.source, clue.value))
            })
        })
        .collect()
}

/// Equal as far as both go: a build number of 7.4.3 says less than `7.4.3.132` and does not contradict it.
fn same(one: &ReleaseVersion, other: &ReleaseVersion) -> bool {
    one.as_str()
        .split('.')
        .zip(other.as_str().split('.'))
        .all(|(left, right)| left.eq_ignore_ascii_case(right))
}

/// The version a build number stands for: `7201` is 7.2.1 and `7310` is 7.3.10. From 7.4.3 on many releases share one
/// number (7403), so that it names the line only.
fn version_of_build(number: u32) -> Option<ReleaseVersion> {
    (7000..8000)
        .contains(&number)
        .then(|| format!("7.{}.{}", number / 100 % 10, number % 100))
        .and_then(|text| text.parse().ok())
}

/// The first version inside a text: `7.2.1` of `liferay-ce-portal-7.2.1-ga2`.
fn version_in(text: &str) -> Option<ReleaseVersion> {
    text.trim()
        .split(['-', '_', ' '])
        .find_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(strength: Strength, source: &str, version: &str, build: u32) -> Clue {
        let identity = PortalIdentity {
            version: version.parse().ok(),
            version_text: Some(version.to_owned()),
            build_number: Some(build),
            ..PortalIdentity::default()
        };
        Clue::manifest(strength, source, identity)
    }

    #[test]
    fn the_strongest_clue_wins_and_a_half_done_update_is_noticed() {
        let (identity, findings) = conclude(vec![
            manifest(Strength::Library, "util-java.jar", "7.2.0", 7200),
            manifest(Strength::Kernel, "portal-kernel.jar", "7.2.0", 7200),
            manifest(Strength::Implementation, "portal-impl.jar", "7.2.1", 7201),
        ]);
        assert_eq!(identity.version.unwrap().as_str(), "7.2.1");
        assert_eq!(identity.build_number, Some(7201));
        assert_eq!(identity.evidence[0].source, "portal-impl.jar");
        let severities: Vec<_> = findings.iter().map(|found| found.severity).collect();
        assert_eq!(severities, [Severity::Warning, Severity::Note]);
        assert!(findings[0].evidence[0].contains("portal-kernel.jar"));
    }

    #[test]
    fn a_library_without_impl_and_kernel_still_tells_the_version() {
        let identity = PortalIdentity {
            build_number: Some(7201),
            ..PortalIdentity::default()
        };
        let clue = Clue::manifest(Strength::Library, "support-tomcat.jar", identity);
        let (identity, findings) = conclude(vec![clue]);
        assert_eq!(identity.version.unwrap().as_str(), "7.2.1");
        assert!(findings.is_empty());
    }

    #[test]
    fn a_shorter_version_contradicts_nothing() {
        let (identity, findings) = conclude(vec![
            Clue::text(
                Strength::VersionFile,
                ".liferay-version",
                "7.4.3.132-ga132\n",
            ),
            manifest(Strength::Implementation, "portal-impl.jar", "7.4.3", 7403),
        ]);
        assert_eq!(identity.version.unwrap().as_str(), "7.4.3.132");
        assert!(findings.is_empty(), "{findings:?}");
    }

    #[test]
    fn folder_names_are_the_last_resort() {
        let clue = Clue::text(
            Strength::FolderName,
            "folder",
            "liferay-ce-portal-7.2.0-ga1",
        );
        let (identity, _) = conclude(vec![clue, Clue::git_hash(".githash", "15b247a")]);
        assert_eq!(identity.version.unwrap().as_str(), "7.2.0");
        let (identity, findings) = conclude(vec![Clue::git_hash(".githash", "15b247a")]);
        assert_eq!(identity.version, None);
        assert_eq!(findings[0].code.as_str(), "RL0109");
    }
}
