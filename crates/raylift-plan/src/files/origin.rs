//! What happens to a file of the site that the new release does not have, by where it comes from.

use raylift_model::codes;
use raylift_model::facts::{BundleFacts, FileFact, ReleaseFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::origin::{FileOrigin, FileUse, Origin};

use crate::files::{drivers, overrides};
use crate::origin::Origins;

/// What happens to the file.
pub(crate) enum Treatment {
    /// It goes away with the old tree.
    Drop(Gone),
    /// It is carried to the same place.
    Carry,
    /// It is carried to another place.
    Move(RelativePath),
}

/// How certain it is that a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gone {
    /// The server makes it again, or another finding says why: not listed.
    Unlisted,
    /// It is the old release's file.
    Proven,
    /// Liferay's rule says that it is the product's.
    ByRule,
}

/// A treatment, why, and what the reader must know.
pub(crate) struct Treated {
    pub(crate) treatment: Treatment,
    pub(crate) reason: String,
    pub(crate) finding: Option<Finding>,
}

impl Treated {
    pub(crate) fn new(treatment: Treatment, reason: impl Into<String>) -> Self {
        Self {
            treatment,
            reason: reason.into(),
            finding: None,
        }
    }

    pub(crate) fn because(mut self, finding: Finding) -> Self {
        self.finding = Some(finding);
        self
    }
}

/// What is known of both sides.
pub(crate) struct Sides<'a> {
    pub(crate) origins: &'a Origins<'a>,
    pub(crate) release: &'a ReleaseFacts,
    pub(crate) tomcat: &'a RelativePath,
    /// The release has the layout of 7.4, in which `lib/ext` is not read and the portal's classes lie behind a shield, and
    /// the site has not.
    pub(crate) crosses: bool,
    pub(crate) drivers: drivers::Wanted<'a>,
    /// The archive of the installed release is at hand.
    pub(crate) old_known: bool,
}

/// Decides about a file that the new release does not have.
pub(crate) fn treat(file: &FileFact, sides: &Sides<'_>) -> Treated {
    let origin = sides.origins.of(file);
    if origin.kind == Some(FileUse::HotFix) {
        return hot_fix(file, sides);
    }
    if origin.kind == Some(FileUse::JdbcDriver)
        && let Some(treated) = drivers::treat(file, origin.origin, sides)
    {
        return treated;
    }
    match origin.origin {
        Origin::Generated => Treated::new(Treatment::Drop(Gone::Unlisted), origin.reason),
        Origin::Release => {
            let gone = match sides.old_known {
                true => Gone::Proven,
                false => Gone::ByRule,
            };
            let reason = format!("{}; the new release no longer has it", origin.reason);
            Treated::new(Treatment::Drop(gone), reason)
        }
        Origin::Changed => changed(file, &origin),
        Origin::Site | Origin::Unknown if is_older_package(file, sides) => {
            older_package(file, sides)
        }
        Origin::Site => own(file, &origin, sides),
        Origin::Unknown => unknown(file, &origin, sides),
    }
}

/// A changed program of the old release is a part of the old release; a changed text may hold what the site needs.
fn changed(file: &FileFact, origin: &FileOrigin) -> Treated {
    if is_archive(&file.path) {
        let finding = Finding::new(
            Severity::Warning,
            codes::FILE_DROPPED,
            file.path.to_string(),
            "the site changed this program of the old release, and the new release no longer has it; it goes away and is kept until commit",
            "look what it was changed for (a hot fix, a repair) and whether the new release needs the same",
        )
        .because(origin.reason.as_str());
        return Treated::new(Treatment::Drop(Gone::Unlisted), origin.reason.as_str())
            .because(finding);
    }
    let finding = carried(
        file,
        "the new release no longer has this file, which the site had changed",
    );
    Treated::new(Treatment::Carry, origin.reason.as_str()).because(finding)
}

fn own(file: &FileFact, origin: &FileOrigin, sides: &Sides<'_>) -> Treated {
    let treated = Treated::new(Treatment::Carry, origin.reason.as_str());
    match origin.kind {
        Some(FileUse::LpkgOverride | FileUse::StaticBundle) => {
            let reason = match origin.kind {
                Some(FileUse::LpkgOverride) => "the site's override of a module",
                _ => "the site's static bundle",
            };
            let treated = Treated::new(Treatment::Carry, reason);
            match overrides::finding(file, sides) {
                Some(finding) => treated.because(finding),
                None => treated,
            }
        }
        Some(FileUse::Log4jExtension) if sides.crosses => {
            treated.because(no_longer_read(
                file,
                "is written for Log4j 1; the release logs with Log4j 2, which reads another form of it",
                "write it again in the form of the release's META-INF/portal-log4j.xml (in portal-impl.jar)",
            ))
        }
        _ if sides.crosses && in_old_libraries(file, sides) => treated.because(no_longer_read(
            file,
            "lies where the portal of the old release found its libraries; the new one has its classes in WEB-INF/shielded-container-lib",
            "say whether it is still needed; when the portal's classes must see it, it belongs in WEB-INF/shielded-container-lib, for other applications in Tomcat's lib",
        )),
        _ => treated,
    }
}

fn unknown(file: &FileFact, origin: &FileOrigin, sides: &Sides<'_>) -> Treated {
    if superseded(file, sides) {
        let reason = "made by Liferay, and the new release has its modules in newer versions";
        return Treated::new(Treatment::Drop(Gone::ByRule), reason);
    }
    if sides.crosses && in_old_libraries(file, sides) {
        return own(file, origin, sides);
    }
    let reason = "not in the release: taken for the site's own";
    let finding = carried(
        file,
        "nothing says where this file comes from; it is carried",
    );
    Treated::new(Treatment::Carry, reason).because(finding.because(origin.reason.as_str()))
}

/// True for modules of Liferay's that the new release brings in newer versions, every one.
fn superseded(file: &FileFact, sides: &Sides<'_>) -> bool {
    let own = sides.origins.bundles_in(&file.path);
    file.by_liferay && !own.is_empty() && own.iter().all(|bundle| has_newer(sides, bundle))
}

/// True for a package of Liferay's that would go to a line in which the product has none, when the new release brings any
/// of its modules in a newer version. Titles of the product's packages are known for 7.2 only.
fn is_older_package(file: &FileFact, sides: &Sides<'_>) -> bool {
    let marketplace = RelativePath::new("osgi/marketplace");
    let own = sides.origins.bundles_in(&file.path);
    sides.crosses
        && file.by_liferay
        && file.path.below(&marketplace).is_some()
        && own.iter().any(|bundle| has_newer(sides, bundle))
}

fn has_newer(sides: &Sides<'_>, bundle: &BundleFacts) -> bool {
    let mut others = sides.release.bundles.iter();
    others
        .any(|other| other.symbolic_name == bundle.symbolic_name && other.version > bundle.version)
}

/// A package of Liferay's of another line cannot stay beside the newer modules, and what else it holds goes with it.
fn older_package(file: &FileFact, sides: &Sides<'_>) -> Treated {
    let reason = "made by Liferay, and the new release has modules of it in newer versions";
    let has = |bundle: &BundleFacts| {
        let mut others = sides.release.bundles.iter();
        others.any(|other| other.symbolic_name == bundle.symbolic_name)
    };
    let gone: Vec<String> = sides
        .origins
        .bundles_in(&file.path)
        .iter()
        .filter(|bundle| !has(bundle))
        .map(|bundle| bundle.symbolic_name.to_string())
        .collect();
    let finding = Finding::new(
        Severity::Warning,
        codes::FILE_DROPPED,
        file.path.to_string(),
        "this package of Liferay's is of the old line; it goes away and is kept until commit, and the new release has no successor for some of its modules",
        "look whether the site needs these modules, and install the package that its maker has for the new release",
    )
    .if_any(gone);
    let treated = Treated::new(Treatment::Drop(Gone::ByRule), reason);
    match finding {
        Some(finding) => treated.because(finding),
        None => treated,
    }
}

fn in_old_libraries(file: &FileFact, sides: &Sides<'_>) -> bool {
    let below = |folder: &str| file.path.below(&sides.tomcat.join(folder)).is_some();
    below("lib/ext") || below("webapps/ROOT/WEB-INF/lib")
}

/// A hot fix belongs to one release: its list of patches would make the new one say that it has them. That no release has
/// the file does not make it the site's own. What the administrator puts into the patching tool's folder does not come
/// here: a folder that the site has is no root.
fn hot_fix(file: &FileFact, sides: &Sides<'_>) -> Treated {
    let mut finding = Finding::new(
        Severity::Warning,
        codes::HOT_FIX_GOES,
        file.path.to_string(),
        "hot fixes were made for the old release and go away with it",
        "ask for the hot fixes that the new release needs, and install them after the commit",
    );
    if let Some(patches) = sides
        .origins
        .archive(&file.path)
        .and_then(|archive| archive.patches.as_deref())
    {
        finding = finding.because(format!("installed: {patches}"));
    }
    Treated::new(
        Treatment::Drop(Gone::Unlisted),
        "of a hot fix for the old release",
    )
    .because(finding)
}

pub(crate) fn is_archive(path: &RelativePath) -> bool {
    let name = path.as_str().to_lowercase();
    [".jar", ".lpkg", ".war"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

pub(crate) fn no_longer_read(file: &FileFact, message: &str, remedy: &str) -> Finding {
    Finding::new(
        Severity::Warning,
        codes::NOT_READ_ANY_MORE,
        file.path.to_string(),
        format!("{message}; it is carried as it is"),
        remedy,
    )
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

/// The files that go away, in one finding for each degree of certainty.
pub(crate) fn dropped(paths: &[(String, Gone)]) -> Vec<Finding> {
    let of = |gone: Gone| -> Vec<String> {
        paths
            .iter()
            .filter(|(_, other)| *other == gone)
            .map(|(path, _)| path.clone())
            .collect()
    };
    let finding = |severity, code, paths: Vec<String>, message, remedy: &str| {
        Finding::new(
            severity,
            code,
            format!("{} files", paths.len()),
            message,
            remedy,
        )
        .if_any(paths)
    };
    [
        finding(
            Severity::Note,
            codes::FILE_DROPPED,
            of(Gone::Proven),
            "files of the old release that the new one no longer has go away; they are kept until commit",
            "nothing",
        ),
        finding(
            Severity::Warning,
            codes::DROPPED_BY_RULE,
            of(Gone::ByRule),
            "files where only the product puts some, or made by Liferay, which the new release no longer has go away; they are kept until commit",
            "look for one that is yours; the archive of the installed release, given with --old-release, makes it certain",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}
