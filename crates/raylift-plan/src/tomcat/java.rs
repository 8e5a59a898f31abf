//! Java: which options it refuses, and which versions a release runs on.

use raylift_model::codes;
use raylift_model::facts::{ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::version::ReleaseVersion;

/// Options with which Java ends at once, by name, and the least version that was seen to do so: each was tried with OpenJDK
/// 11.0.13, 17.0.15 and 25.0.3 (`java OPTION -version`). None is refused by 25 alone.
const REFUSED: [(&str, u32); 27] = [
    ("-Djava.endorsed.dirs", 11),
    ("-Djava.ext.dirs", 11),
    ("-XX:CMSPermGenSweepingEnabled", 11),
    ("-XX:GCLogFileSize", 11),
    ("-XX:NumberOfGCLogFiles", 11),
    ("-XX:PrintGCApplicationStoppedTime", 11),
    ("-XX:PrintGCDateStamps", 11),
    ("-XX:PrintGCTimeStamps", 11),
    ("-XX:PrintHeapAtGC", 11),
    ("-XX:PrintTenuringDistribution", 11),
    ("-XX:UnlockCommercialFeatures", 11),
    ("-XX:UseCMSCompactAtFullCollection", 11),
    ("-XX:UseCompressedStrings", 11),
    ("-XX:UseFastAccessorMethods", 11),
    ("-XX:UseGCLogFileRotation", 11),
    ("-XX:UseParNewGC", 11),
    ("-XX:UseSplitVerifier", 11),
    ("-Xincgc", 11),
    ("-d64", 11),
    ("-XX:AggressiveOpts", 17),
    ("-XX:CMSClassUnloadingEnabled", 17),
    ("-XX:CMSInitiatingOccupancyFraction", 17),
    ("-XX:MaxPermSize", 17),
    ("-XX:PermSize", 17),
    ("-XX:UseCMSInitiatingOccupancyOnly", 17),
    ("-XX:UseConcMarkSweepGC", 17),
    ("-XX:UseParallelOldGC", 17),
];

/// Whether a version of Java ends when it gets an option; `name` as of `option_name`. Unknown versions refuse nothing.
pub(super) fn refuses(name: &str, major: Option<u32>) -> bool {
    let since = REFUSED.iter().find(|(option, _)| *option == name);
    matches!((since, major), (Some((_, since)), Some(major)) if major >= *since)
}

/// The major version of the site's Java.
pub(super) fn major(site: &SiteFacts) -> Option<u32> {
    site.java.as_ref()?.major
}

/// The major version that the new release gets: the site's, or where that is too old the least that it runs on.
pub(super) fn next(site: &SiteFacts, release: &ReleaseFacts) -> Option<u32> {
    let least = release.identity.version.as_ref().map(|to| runs_on(to).0);
    major(site).max(least)
}

/// Whether a version of Java keeps its modules closed to who does not open them: JEP 396, since 16.
pub(super) fn keeps_modules_closed(major: Option<u32>) -> bool {
    major.is_some_and(|major| major >= 16)
}

/// The least version of Java that a release runs on, and the last where there is one.
///
/// The lines 7.0 to 7.3 read the field `modifiers` of `java.lang.reflect.Field`, which is gone since Java 12 (tried,
/// real-core). Liferay's announcement "Java evolution is here": 2024.Q1 is the last release for Java 8, 2024.Q2 the last
/// for Java 11. That these are GA 112 and GA 120 of the community edition is inferred from their dates.
fn runs_on(version: &ReleaseVersion) -> (u32, Option<u32>) {
    let numbers: Vec<u32> = version
        .as_str()
        .split('.')
        .filter_map(|part| part.trim_start_matches(['q', 'Q']).parse().ok())
        .collect();
    match numbers.as_slice() {
        [7, 0..=3, ..] => (8, Some(11)),
        [7, 4, 3, ga, ..] if *ga > 120 => (17, None),
        [7, 4, 3, ga, ..] if *ga > 112 => (11, None),
        [2024, 1, ..] | [2023, ..] => (8, None),
        [2024, 2, ..] => (11, None),
        [year, ..] if *year >= 2024 => (17, None),
        _ => (8, None),
    }
}

/// A finding when the release does not run on the site's Java: a blocker where that was tried and the server runs on this
/// Java now, else a warning.
pub(super) fn level(site: &SiteFacts, release: &ReleaseFacts) -> Option<Finding> {
    let major = site.java.as_ref()?.major?;
    let version = release.identity.version.as_ref()?;
    let (least, most) = runs_on(version);
    let fits = major >= least && most.is_none_or(|most| major <= most);
    let wanted = match most {
        Some(most) => format!("Java {least} to {most}"),
        None => format!("Java {least} or later"),
    };
    // Of a server that does not run it is not known which Java its scripts choose.
    let runs = site.app_server.process.is_some();
    let severity = match most {
        Some(most) if major > most && runs => Severity::Blocker,
        _ => Severity::Warning,
    };
    (!fits).then(|| {
        Finding::new(
            severity,
            codes::JAVA_LEVEL,
            version.to_string(),
            format!("the site runs on Java {major}, and this release needs {wanted}"),
            "install such a Java and make it the server's, together with the update",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_refused_from_a_version_on() {
        assert!(refuses("-XX:MaxPermSize", Some(17)));
        assert!(!refuses("-XX:MaxPermSize", Some(11)));
        assert!(!refuses("-XX:MaxPermSize", None));
        assert!(!refuses("-Xmx", Some(25)));
    }

    /// The Java of this machine says the same as the table.
    #[test]
    fn the_java_at_hand_refuses_what_the_table_says() {
        let run = |option: &str| {
            let output = std::process::Command::new("java")
                .args([option, "-version"])
                .output()
                .unwrap();
            (
                output.status.success(),
                String::from_utf8_lossy(&output.stderr).into_owned(),
            )
        };
        let (_, version) = run("-server");
        let major: u32 = version
            .split('"')
            .nth(1)
            .and_then(|version| version.split('.').next())
            .and_then(|major| major.parse().ok())
            .unwrap();
        for (name, since) in REFUSED {
            let option = match name {
                _ if name.ends_with("Size") => format!("{name}=64m"),
                _ if name.ends_with("Fraction") || name.ends_with("Files") => format!("{name}=5"),
                _ if name.ends_with(".dirs") => format!("{name}=/x"),
                _ => name.replace("-XX:", "-XX:+"),
            };
            assert_eq!(run(&option).0, major < since, "{option} with Java {major}");
        }
    }
}
