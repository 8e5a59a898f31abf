//! What a plan says of the site's themes.

use crate::facts::{file, release, site, wishes};
use raylift_model::codes;
use raylift_model::facts::ArchiveFacts;
use raylift_model::names::RelativePath;
use raylift_plan::make;

const THEME: &str = "osgi/war/acme-theme.war";

/// The findings about a theme that says it is for `said`, on the way between two versions.
fn notes(said: Option<&str>, from: &str, to: &str) -> Vec<String> {
    let (mut site, mut release) = (site(), release());
    site.identity.version = Some(from.parse().unwrap());
    release.identity.version = Some(to.parse().unwrap());
    site.files.push(file(THEME, "theme"));
    site.files.sort_by(|one, two| one.path.cmp(&two.path));
    site.archives.push(ArchiveFacts {
        file: RelativePath::new(THEME),
        theme: true,
        theme_for: said.map(str::to_owned),
        ..ArchiveFacts::default()
    });
    let plan = make(&site, &release, None, &wishes()).unwrap();
    let findings = plan.findings.into_iter();
    findings
        .filter(|finding| finding.code.as_str() == codes::THEME_OF_OLD_LINE)
        .map(|finding| format!("{} {}", finding.subject, finding.message))
        .collect()
}

#[test]
fn a_theme_of_an_older_line_is_named() {
    for (said, from, to, noted) in [
        (Some("7.3.0+"), "7.3.6", "7.4.3.41", true),
        (Some("7.2.0+,7.3.0+"), "7.3.6", "7.4.3.41", true),
        (Some("7.3.0+"), "7.3.6", "2025.Q1.4", true),
        (Some("7.4.0+"), "7.3.6", "7.4.3.41", false),
        (Some("7.3.0+,7.4.0+"), "7.3.6", "7.4.3.41", false),
        (Some("7.4.0+"), "7.4.3.41", "2025.Q1.4", false),
        (Some("7.1.0+"), "7.2.0", "7.2.1", false),
        (Some("any"), "7.3.6", "7.4.3.41", false),
        (None, "7.3.6", "7.4.3.41", false),
    ] {
        let found = notes(said, from, to);
        assert_eq!(found.len(), usize::from(noted), "{said:?} {from} {to}");
        if let ([note], Some(said)) = (found.as_slice(), said) {
            assert!(note.starts_with(THEME) && note.contains(said), "{note}");
        }
    }
}
