//! Where a file comes from that the new release does not have.

use raylift_model::codes;
use raylift_model::facts::FileFact;
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;

/// Whose a file is.
pub(crate) enum Origin {
    /// The old release's: it goes away with it.
    Product(String),
    /// The site's, or unknown: it is carried.
    Site {
        /// Why.
        reason: String,
        /// What the reader must know about it.
        finding: Option<Finding>,
    },
}

/// Decides by the old release where its archive is at hand (`before` is then `Some`), else by what the file says of itself.
pub(crate) fn origin(
    file: &FileFact,
    before: Option<Option<&FileFact>>,
    tomcat: &RelativePath,
) -> Origin {
    let below = |folder: &str| file.path.below(&RelativePath::new(folder)).is_some();
    let is_package = [".jar", ".war", ".lpkg"]
        .iter()
        .any(|ending| file.path.as_str().to_lowercase().ends_with(ending));
    if is_package && below("osgi/marketplace/override") {
        return Origin::Site {
            reason: "the site's override of a module".to_owned(),
            finding: Some(
                Finding::new(
                    Severity::Warning,
                    codes::OVERRIDE_CARRIED,
                    file.path.to_string(),
                    "an override made for the old release is carried and will shadow the new release's module",
                    "compare it with the module of the new release, or remove it before the update",
                )
                .because("a file in osgi/marketplace/override replaces the module of the same name"),
            ),
        };
    }
    match before {
        Some(Some(before)) if before.digest == file.digest => {
            return Origin::Product(
                "a file of the old release that the new one no longer has".to_owned(),
            );
        }
        Some(Some(_)) => {
            return Origin::Site {
                reason: "a file of the old release, changed by the site".to_owned(),
                finding: Some(carried(
                    file,
                    "the new release no longer has this file, which the site had changed",
                )),
            };
        }
        Some(None) => {
            return Origin::Site {
                reason: "not in the old release: the site's own".to_owned(),
                finding: None,
            };
        }
        None => {}
    }
    for folder in ["osgi/configs", "osgi/modules", "osgi/war"] {
        if below(folder) {
            return Origin::Site {
                reason: format!("the site's own, in {folder}"),
                finding: None,
            };
        }
    }
    if is_product_by_itself(file, tomcat) {
        return Origin::Product("made by Liferay, and the new release no longer has it".to_owned());
    }
    Origin::Site {
        reason: "not in the release: taken for the site's own".to_owned(),
        finding: Some(carried(
            file,
            "nothing says where this file comes from; it is carried",
        )),
    }
}

/// Without the old release: Liferay's own JARs where only the product puts JARs, and its application packages.
/// Liferay's packages from the Marketplace have other titles than `Liferay CE …` and are carried.
fn is_product_by_itself(file: &FileFact, tomcat: &RelativePath) -> bool {
    let below = |folder: &RelativePath| file.path.below(folder).is_some();
    file.by_liferay
        && (below(&RelativePath::new("osgi/core"))
            || below(&RelativePath::new("osgi/portal"))
            || below(&RelativePath::new("tools"))
            || below(&tomcat.join("lib/ext"))
            || below(&tomcat.join("webapps/ROOT/WEB-INF/lib"))
            || (below(&RelativePath::new("osgi/marketplace"))
                && file.path.file_name().starts_with("Liferay CE ")))
}

fn carried(file: &FileFact, message: &str) -> Finding {
    Finding::new(
        Severity::Note,
        codes::FILE_CARRIED,
        file.path.to_string(),
        message,
        "nothing, when it is yours; give the archive of the installed release with --old-release to be sure",
    )
}

pub(crate) fn dropped(paths: &[String]) -> Finding {
    let mut finding = Finding::new(
        Severity::Note,
        codes::FILE_DROPPED,
        format!("{} files", paths.len()),
        "files of the old release that the new one no longer has go away; they are kept until commit",
        "nothing",
    );
    finding.evidence = paths.to_vec();
    finding
}

pub(crate) fn changed_product_file(path: &RelativePath) -> Finding {
    Finding::new(
        Severity::Warning,
        codes::FILE_CARRIED,
        path.to_string(),
        "the site changed this file of the product; the release's takes its place, the site's is kept until commit",
        "look whether the change is still needed, and make it again after the update",
    )
    .because("its content differs from the installed release's archive")
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
    if paths.is_empty() {
        return None;
    }
    let mut finding = Finding::new(
        Severity::Warning,
        codes::FILE_CARRIED,
        format!("{} replaced files", paths.len()),
        "these files differ from the release's, and it cannot be told whether the site edited them; the release's take their places, the site's are kept until commit",
        "give the archive of the installed release with --old-release, which shows what the site edited",
    );
    finding.evidence = paths.iter().map(ToString::to_string).collect();
    Some(finding)
}
