//! What going back means.

use raylift_model::codes;
use raylift_model::facts::{FileFact, ReleaseFacts, SiteFacts, StartupCheck};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::plan::{CorePlan, ModulePlan, ReturnMode, WayBack, When};
use raylift_model::version::SchemaChange;

/// Code only when every step that runs is micro or creates a new module; else back to the return point.
pub(crate) fn plan(
    site: &SiteFacts,
    site_tomcat: &RelativePath,
    release: &ReleaseFacts,
    core: &CorePlan,
    modules: &[ModulePlan],
) -> WayBack {
    let mut reasons = Vec::new();
    if core.when == When::InOutage && core.change.is_some_and(SchemaChange::is_required) {
        reasons.push(format!(
            "the core's change is {}",
            core.change.map_or("", SchemaChange::word)
        ));
    }
    for module in modules {
        if module.when == When::InOutage && module.change.is_some_and(SchemaChange::is_required) {
            reasons.push(format!(
                "{} changes {}",
                module.module,
                module.change.map_or("", SchemaChange::word)
            ));
        }
    }
    if drivers_differ(site, site_tomcat, release) {
        reasons.push("the new release's HSQLDB may write the database in a form that the old one cannot read".to_owned());
    }
    WayBack {
        preferred: if reasons.is_empty() {
            ReturnMode::CodeOnly
        } else {
            ReturnMode::ReturnPoint
        },
        reasons,
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
    if way_back.preferred == ReturnMode::CodeOnly {
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
