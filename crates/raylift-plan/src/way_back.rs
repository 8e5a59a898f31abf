//! What going back means.

use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, FileFact, ReleaseFacts, SiteFacts, StartupCheck};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::plan::{CorePlan, ModulePlan, ReturnMode, ReturnNeed, WayBack, When};
use raylift_model::version::SchemaChange;

/// Code only when the old release's code works with what every step that runs leaves; else back to the return point.
///
/// `starts_by_itself`: a release of 7.3 and later sets modules without a row up at its start, whatever raylift wrote.
pub(crate) fn plan(
    site: &SiteFacts,
    site_tomcat: &RelativePath,
    release: &ReleaseFacts,
    core: &CorePlan,
    modules: &[ModulePlan],
    starts_by_itself: bool,
) -> WayBack {
    let mut reasons = Vec::new();
    let kind = |change: Option<SchemaChange>| change.map_or("", SchemaChange::word);
    // raylift runs none of the steps that it does not know, but it cannot run the update without the core's.
    let mut undetermined = Vec::new();
    match core.way_back {
        ReturnNeed::CodeOnly => {}
        ReturnNeed::Undetermined => undetermined.clone_from(&core.undetermined),
        ReturnNeed::Undo | ReturnNeed::Restore => {
            reasons.push(format!("the core's change is {}", kind(core.change)));
        }
    }
    for module in modules {
        if matches!(module.way_back, ReturnNeed::Undo | ReturnNeed::Restore) {
            reasons.push(format!("{} changes {}", module.module, kind(module.change)));
        } else if module.when == When::Undetermined && starts_by_itself && undetermined.is_empty() {
            reasons.push(format!(
                "{} may be upgraded at the first start, and its steps are not known",
                module.module
            ));
        }
    }
    let embedded = site.database.settings.kind == DatabaseKind::HsqldbFile;
    if embedded && drivers_differ(site, site_tomcat, release) {
        reasons.push("the new release's HSQLDB may write the database in a form that the old one cannot read".to_owned());
    }
    WayBack {
        preferred: if reasons.is_empty() && undetermined.is_empty() {
            ReturnMode::CodeOnly
        } else {
            ReturnMode::ReturnPoint
        },
        reasons,
        undetermined,
        put_back_core_row: site.core.startup_check != StartupCheck::SchemaVersion,
    }
}

/// HSQLDB 2.7.4 rewrites files of 2.3.3 at the first open, and 2.3.3 then fails (test bed, section 4).
fn drivers_differ(site: &SiteFacts, site_tomcat: &RelativePath, release: &ReleaseFacts) -> bool {
    let digest = |files: &[FileFact], path: RelativePath| {
        files
            .iter()
            .find(|file| file.path == path)
            .and_then(|file| file.digest.clone())
    };
    let here = digest(&site.files, site_tomcat.join("lib/ext/hsql.jar"));
    let there = digest(
        &release.files,
        release.layout.tomcat.join("lib/ext/hsql.jar"),
    );
    here.is_some() && there.is_some() && here != there
}

/// What the reader should know about it.
pub(crate) fn finding(way_back: &WayBack) -> Option<Finding> {
    if way_back.reasons.is_empty() {
        return None;
    }
    let mut finding = Finding::new(
        Severity::Warning,
        codes::WAY_BACK_RESTORES,
        "rollback",
        "after the new site is open, going back discards what users write from then on",
        "watch the new site during the burn-in and decide soon",
    );
    finding.evidence.clone_from(&way_back.reasons);
    Some(finding)
}
