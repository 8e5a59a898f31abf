//! Files of the product that the site edited and the new release has, too.

use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;

use crate::origin::Origins;
use crate::wishes::{Side, Wishes};

/// Lines of a difference that a finding shows; `raylift inspect files FILE` shows all.
const SHOWN: usize = 60;

/// Whose file the person wants, said by the path in the home or below Tomcat's folder, of the file or of a folder.
pub(crate) fn resolved(
    path: &RelativePath,
    tomcat: &RelativePath,
    wishes: &Wishes,
) -> Option<Side> {
    wishes.resolution(path).or_else(|| {
        let below = path.below(tomcat)?;
        wishes.resolution(&RelativePath::new(below))
    })
}

/// What turns requests away, or lets them in, stands in these: losing an edit there can open a site or break it.
pub(crate) fn is_descriptor(path: &RelativePath, tomcat: &RelativePath) -> bool {
    path.parent() == tomcat.join("webapps/ROOT/WEB-INF").as_str() && path.as_str().ends_with(".xml")
}

/// The site changed a file of the product, and the release's takes its place; a descriptor must be resolved by name.
pub(crate) fn finding(
    path: &RelativePath,
    tomcat: &RelativePath,
    origins: &Origins<'_>,
) -> Finding {
    let finding = if is_descriptor(path, tomcat) {
        let name = path.below(tomcat).unwrap_or(path.as_str());
        Finding::new(
            Severity::Blocker,
            codes::DESCRIPTOR_EDITED,
            path.to_string(),
            "the site changed this description of the web application, and the new release has its own",
            format!(
                "say whose to take: --resolve {name}=release (make the change again after the update) or --resolve {name}=site"
            ),
        )
    } else {
        Finding::new(
            Severity::Warning,
            codes::FILE_CARRIED,
            path.to_string(),
            "the site changed this file of the product; the release's takes its place, the site's is kept until commit",
            "look whether the change is still needed, and make it again after the update",
        )
    };
    with_difference(
        finding.because("its content differs from the installed release's archive"),
        path,
        origins,
    )
}

fn with_difference(mut finding: Finding, path: &RelativePath, origins: &Origins<'_>) -> Finding {
    let Some(difference) = origins.difference(path) else {
        return finding;
    };
    let mut lines = difference.lines();
    finding
        .evidence
        .extend(lines.by_ref().take(SHOWN).map(str::to_owned));
    let more = lines.count();
    if more > 0 {
        finding = finding.because(format!(
            "… {more} more lines: raylift inspect files {path} --old-release RELEASE"
        ));
    }
    finding
}

/// Programs of the product that differ from the installed release's: a hot fix, or a repair by hand.
pub(crate) fn changed_programs(paths: &[&RelativePath]) -> Option<Finding> {
    Finding::new(
        Severity::Warning,
        codes::FILE_CARRIED,
        format!("{} changed programs", paths.len()),
        "programs of the product differ from the installed release's (hot fixes, repairs by hand); the release's take their places, the site's are kept until commit",
        "look whether the new release has what they were changed for",
    )
    .if_any(paths.iter().map(ToString::to_string).collect())
}

/// The site has a file where only the new release has one of the product.
pub(crate) fn replaced_site_file(path: &RelativePath) -> Finding {
    Finding::new(
        Severity::Warning,
        codes::FILE_CARRIED,
        path.to_string(),
        "the site's own file stands where the new release has one; the release's takes its place, the site's is kept until commit",
        "look whether the release's serves the same purpose; if not, put yours under another name before the update",
    )
    .because("the installed release's archive has no such file")
}

/// The site removed a file of the product, and the new release brings it again.
pub(crate) fn comes_back(path: &RelativePath) -> Finding {
    Finding::new(
        Severity::Warning,
        codes::FILE_CARRIED,
        path.to_string(),
        "the site had removed this file of the product; the new release brings it again",
        "remove it again after the update, when it must not be there",
    )
    .because("the installed release's archive has it, the site does not")
}

/// Without the installed release nobody can tell a file that the site edited from one that the release changed.
pub(crate) fn unproven(paths: &[&RelativePath]) -> Option<Finding> {
    Finding::new(
        Severity::Warning,
        codes::FILE_CARRIED,
        format!("{} replaced files", paths.len()),
        "these files differ from the release's, and it cannot be told whether the site edited them; the release's take their places, the site's are kept until commit",
        "give the archive of the installed release with --old-release, which shows what the site edited",
    )
    .if_any(paths.iter().map(ToString::to_string).collect())
}
