//! Themes that are carried to another line of releases.

use std::collections::BTreeMap;

use raylift_model::codes;
use raylift_model::facts::{ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::plan::{Decision, FileDecision};
use raylift_model::version::ReleaseVersion;

/// What quarterly releases count as in the descriptions of plug-ins, which are written for the 7.4 line.
const LAST_NUMBERED: (u32, u32) = (7, 4);

/// A note for each theme that says it is for older lines only. Themes must be upgraded before they are deployed to a new
/// version (Liferay's documentation, "Upgrading a Theme").
pub(crate) fn findings(
    site: &SiteFacts,
    release: &ReleaseFacts,
    decisions: &BTreeMap<RelativePath, FileDecision>,
) -> Vec<Finding> {
    let line = |version: &Option<ReleaseVersion>| {
        let line = version.as_ref()?.line();
        Some(line.min(LAST_NUMBERED))
    };
    let (Some(from), Some(to)) = (
        line(&site.identity.version),
        line(&release.identity.version),
    ) else {
        return Vec::new();
    };
    let is_carried = |path: &RelativePath| {
        let decision = decisions.get(path).map(|decision| &decision.decision);
        matches!(decision, Some(Decision::Carry { .. }))
    };
    site.archives
        .iter()
        .filter(|archive| from != to && is_carried(&archive.file))
        .filter_map(|archive| {
            let said = archive.theme_for.as_deref()?;
            (newest_line(said)? < to).then(|| {
                Finding::new(
                    Severity::Note,
                    codes::THEME_OF_OLD_LINE,
                    archive.file.to_string(),
                    format!(
                        "a theme that says it was built for {said}; it is carried as it is, and Liferay asks for themes to be upgraded for a new version"
                    ),
                    "build the theme for the new line, look at its pages on a copy of the site, and deploy it after the update",
                )
            })
        })
        .collect()
}

/// The newest line that a text such as `7.2.0+,7.3.0+` names.
fn newest_line(said: &str) -> Option<(u32, u32)> {
    said.split([',', ' '])
        .filter_map(|version| {
            let mut parts = version.trim().trim_end_matches('+').split('.');
            Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
        })
        .max()
}
