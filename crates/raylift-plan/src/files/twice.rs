//! Two versions of one thing beside each other in the new tree: the older one may shadow the newer.

use std::collections::{BTreeMap, BTreeSet};

use raylift_model::codes;
use raylift_model::facts::{ArchiveFacts, BundleFacts, ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::plan::{Decision, FileDecision};

/// A finding for each library and each module that the new tree would hold twice, once carried from the site.
pub(crate) fn findings(
    site: &SiteFacts,
    release: &ReleaseFacts,
    decisions: &BTreeMap<RelativePath, FileDecision>,
) -> Vec<Finding> {
    // By the file on the site: where it lies in the new tree.
    let carried: BTreeMap<&RelativePath, &RelativePath> = decisions
        .values()
        .filter_map(|decision| match &decision.decision {
            Decision::Carry { .. } => Some((&decision.path, &decision.path)),
            Decision::Move { from, .. } => Some((from, &decision.path)),
            _ => None,
        })
        .collect();
    let taken: BTreeSet<&RelativePath> = decisions
        .values()
        .filter_map(|decision| match &decision.decision {
            Decision::Release { from, .. } => Some(from),
            _ => None,
        })
        .collect();
    let mut findings = libraries(site, release, &carried, &taken);
    findings.extend(modules(site, release, &carried));
    findings
}

fn libraries(
    site: &SiteFacts,
    release: &ReleaseFacts,
    carried: &BTreeMap<&RelativePath, &RelativePath>,
    taken: &BTreeSet<&RelativePath>,
) -> Vec<Finding> {
    let theirs: Vec<&ArchiveFacts> = release
        .archives
        .iter()
        .filter(|archive| taken.contains(&archive.file) && is_library(&archive.file))
        .collect();
    let own: Vec<(&ArchiveFacts, &RelativePath)> = site
        .archives
        .iter()
        .filter(|archive| is_library(&archive.file))
        .filter_map(|archive| Some((archive, *carried.get(&archive.file)?)))
        .collect();
    let titles = theirs.iter().filter_map(|archive| archive.title.as_deref());
    let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
    for title in titles {
        *shared.entry(title).or_default() += 1;
    }
    // A title that several libraries of the release have names their maker.
    let telling = |title: &str| shared.get(title).copied().unwrap_or(0) <= 1;
    let mut findings = Vec::new();
    for (index, (archive, place)) in own.iter().enumerate() {
        let others: Vec<String> = theirs
            .iter()
            .filter(|other| is_same(archive, other, &telling))
            .map(|other| named(other, other.file.as_str()))
            .chain(
                own.iter()
                    .skip(index + 1)
                    .filter(|(other, _)| is_same(archive, other, &telling))
                    .map(|(other, place)| named(other, place.as_str())),
            )
            .collect();
        let finding = Finding::new(
            Severity::Warning,
            codes::LIBRARY_TWICE,
            place.to_string(),
            format!(
                "the new tree holds this library of the site ({}) and another version of it; which one is used is not certain",
                version(archive)
            ),
            "remove one of them before the update; the site's, when it is an older one",
        );
        findings.extend(finding.if_any(others));
    }
    findings
}

/// On the class path of Tomcat or of the portal.
fn is_library(path: &RelativePath) -> bool {
    let text = path.as_str();
    text.ends_with(".jar") && !text.starts_with("osgi/") && !text.starts_with("tools/")
}

fn is_same(one: &ArchiveFacts, two: &ArchiveFacts, telling: &dyn Fn(&str) -> bool) -> bool {
    let equal = |one: &Option<String>, two: &Option<String>| one.is_some() && one == two;
    equal(&one.symbolic_name, &two.symbolic_name)
        || equal(&one.coordinates, &two.coordinates)
        || (equal(&one.title, &two.title) && one.title.as_deref().is_some_and(telling))
        || one
            .drivers
            .iter()
            .any(|driver| two.drivers.contains(driver))
}

fn named(archive: &ArchiveFacts, place: &str) -> String {
    format!("{place} ({})", version(archive))
}

fn version(archive: &ArchiveFacts) -> &str {
    archive.version.as_deref().unwrap_or("of unknown version")
}

/// Overrides have a finding of their own.
fn modules(
    site: &SiteFacts,
    release: &ReleaseFacts,
    carried: &BTreeMap<&RelativePath, &RelativePath>,
) -> Vec<Finding> {
    let mut theirs: BTreeMap<&str, Vec<&BundleFacts>> = BTreeMap::new();
    for bundle in &release.bundles {
        theirs
            .entry(bundle.symbolic_name.as_str())
            .or_default()
            .push(bundle);
    }
    let overrides = RelativePath::new("osgi/marketplace/override");
    let statics = RelativePath::new("osgi/static");
    site.bundles
        .iter()
        .filter(|bundle| {
            carried.contains_key(&bundle.file)
                && bundle.file.below(&overrides).is_none()
                && bundle.file.below(&statics).is_none()
        })
        .filter_map(|bundle| {
            let others: Vec<String> = theirs
                .get(bundle.symbolic_name.as_str())?
                .iter()
                .map(|other| match &other.entry {
                    Some(entry) => format!("{} {}!/{entry}", other.version, other.file),
                    None => format!("{} {}", other.version, other.file),
                })
                .collect();
            Finding::new(
                Severity::Warning,
                codes::MODULE_TWICE,
                bundle.file.to_string(),
                format!(
                    "{} {} of the site is carried, and the release has the module, too",
                    bundle.symbolic_name, bundle.version
                ),
                "remove the site's before the update, when the release's is to be used",
            )
            .if_any(others)
        })
        .collect()
}
