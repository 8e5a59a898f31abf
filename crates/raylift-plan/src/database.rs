//! What the database says for or against an update.

mod server;

pub(crate) use server::tools;

use std::collections::BTreeSet;

use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::plan::{CorePlan, ModulePlan, When};
use raylift_model::version::{ReleaseVersion, SchemaChange};

use crate::checks::blocker;

/// Settings and rows of `Release_`. `by_own_tools`: raylift dumps the database itself.
pub(crate) fn findings(site: &SiteFacts, by_own_tools: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    match site.database.settings.kind {
        DatabaseKind::HsqldbFile => {}
        DatabaseKind::Postgresql | DatabaseKind::Mysql | DatabaseKind::Mariadb => {
            findings.extend(server::findings(site, by_own_tools));
        }
        DatabaseKind::Other if !by_own_tools => {}
        DatabaseKind::Other => findings.push(blocker(
            codes::DATABASE_UNSUPPORTED,
            site.database.settings.url.clone().unwrap_or_default(),
            "raylift takes no restore point of this kind of database by itself, and without one it changes nothing",
            "set dump_command and restore_command in [database] of raylift.toml, or command in [restore_point]",
        )),
        DatabaseKind::Undetermined => findings.push(not_told(site)),
    }
    let kind = site.database.settings.kind;
    if (kind.is_updated() || kind == DatabaseKind::Other && !by_own_tools)
        && !site.database.release_rows.iter().any(|row| row.is_core())
        && !is_unanswered(site)
    {
        findings.push(blocker(
            codes::CORE_ROW_MISSING,
            "Release_",
            "table Release_ has no row for the core, so that its schema version is not known",
            "look whether this is the site's database and whether it can be reached",
        ));
    }
    findings
}

/// The database is not known. What to do is what the causes need that the survey found.
fn not_told(site: &SiteFacts) -> Finding {
    let causes: Vec<&Finding> = site
        .findings
        .iter()
        .filter(|finding| {
            finding.severity == Severity::Blocker
                && codes::DATABASE_HIDDEN_BY.contains(&finding.code.as_str())
        })
        .collect();
    let remedies: BTreeSet<String> = causes
        .iter()
        .map(|cause| format!("{} ({}: {})", cause.remedy, cause.code, cause.subject))
        .collect();
    let remedy = match remedies.is_empty() {
        true => "make every source of the settings readable for raylift".to_owned(),
        false => remedies.into_iter().collect::<Vec<String>>().join("; "),
    };
    let finding = blocker(
        codes::DATABASE_SOURCE,
        "database settings",
        "it could not be told which database the site uses",
        &remedy,
    );
    causes.into_iter().fold(finding, |finding, cause| {
        finding.because(format!(
            "{}: {} {}",
            cause.code, cause.subject, cause.message
        ))
    })
}

/// True when another blocker says already why the database told nothing.
fn is_unanswered(site: &SiteFacts) -> bool {
    site.findings.iter().any(|finding| {
        finding.severity == Severity::Blocker && finding.code.as_str().starts_with("RL05")
    })
}

/// What the upgrade steps mean.
pub(crate) fn steps(
    core: &CorePlan,
    modules: &[ModulePlan],
    site: &SiteFacts,
    to: &ReleaseVersion,
) -> Vec<Finding> {
    let mut findings = core_findings(core, site, to);
    let (unread, others): (Vec<_>, Vec<_>) = modules
        .iter()
        .partition(|module| module.lacks_only_its_row());
    findings.extend(others.into_iter().map(module_finding));
    findings.extend(rows_unknown(unread.len()));
    findings
}

/// Of hundreds of modules whose rows nobody could read there is one thing to say.
fn rows_unknown(modules: usize) -> Option<Finding> {
    (modules > 0).then(|| {
        Finding::new(
            Severity::Warning,
            codes::MODULE_UNDETERMINED,
            "Release_",
            format!("which of {modules} modules have upgrade steps to run is not known: the rows of table Release_ could not be read"),
            "see that raylift reaches the database, and plan again",
        )
    })
}

fn core_findings(core: &CorePlan, site: &SiteFacts, to: &ReleaseVersion) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (current, target) = (text(core.current.as_ref()), text(core.target.as_ref()));
    if core.when == When::Undetermined {
        // Without the core's row its steps are as unknown as the row, which is said elsewhere.
        if core.current.is_none() && core.target.is_some() {
            return findings;
        }
        let mut finding = blocker(
            codes::CORE_UNDETERMINED,
            "core",
            "the core's upgrade steps could not be determined",
            "update by hand, with the release's notes",
        );
        finding.evidence.clone_from(&core.undetermined);
        findings.push(finding);
        return findings;
    }
    if core.must_run {
        let why = match core.build_numbers {
            Some((stored, demanded)) => {
                format!("the release demands build number {demanded}, the database holds {stored}")
            }
            None => format!(
                "the release requires schema version {}",
                text(core.required.as_ref())
            ),
        };
        let kind = core.change.map_or("", SchemaChange::word);
        findings.push(
            Finding::new(
                Severity::Note,
                codes::REQUIRED_CORE_STEPS,
                "core",
                format!("the core goes from {current} to {target} ({kind}) before the server starts: without it the new release refuses to start"),
                "nothing: raylift runs it in the outage; plan the outage for it",
            )
            .because(why),
        );
    } else if !core.steps.is_empty() {
        findings.push(Finding::new(
            Severity::Note,
            codes::OPTIONAL_CORE_STEPS,
            "core",
            format!("the core has optional steps from {current} to {target}"),
            "add --micro to run them in the outage, or run the upgrade client at another time",
        ));
    }
    if let Some((stored, demanded)) = core.build_numbers
        && stored > demanded
    {
        findings.push(blocker(
            codes::DATABASE_AHEAD,
            "core",
            format!("the database holds build number {stored}, and the release, {demanded}, refuses a newer one"),
            "give the release that this database belongs to, or a newer one",
        ));
    }
    let starts_over = core
        .steps
        .first()
        .is_some_and(|step| Some(&step.from) != core.current.as_ref());
    if !starts_over
        && let (Some(current), Some(target)) = (&core.current, &core.target)
        && let (Some(have), Some(want)) = (current.numbers(), target.numbers())
        && (have.0, have.1, have.2) > (want.0, want.1, want.2)
    {
        findings.push(blocker(
            codes::DATABASE_AHEAD,
            "core",
            format!("the database is at {current}, ahead of the release's {target}"),
            "give the release that this database belongs to, or a newer one",
        ));
    }
    if core.when == When::InOutage && !core.steps.is_empty() {
        findings.extend(java(site, to));
    }
    findings
}

/// 7.1 to 7.3 are documented for Java 8 and 11; their `ReflectionUtil` needs a field that Java 12 removed, and core step
/// 5.1.0 of 7.2.1 was seen to fail on 17 (real-core facts, sections 1 and 6.2 of the test bed).
fn java(site: &SiteFacts, to: &ReleaseVersion) -> Option<Finding> {
    let line = to.line();
    if line > (7, 3) {
        return None;
    }
    let java = site.java.as_ref()?;
    let major = java.major.filter(|major| *major > 11)?;
    Some(
        blocker(
            codes::JAVA_UNSUITABLE,
            java.home.clone(),
            format!("the site runs on Java {major}; Liferay {}.{} supports 8 and 11, and its core upgrade steps fail on newer ones", line.0, line.1),
            "run the site on Java 11 first",
        )
        .because("core step 5.1.0 of 7.2.1 ends with NoSuchFieldException: modifiers since Java 12"),
    )
}

fn module_finding(module: &ModulePlan) -> Finding {
    let name = module.module.to_string();
    let (current, target) = (text(module.current.as_ref()), text(module.target.as_ref()));
    let mut finding = match (module.when, module.change) {
        (When::Undetermined, _) => Finding::new(
            Severity::Warning,
            codes::MODULE_UNDETERMINED,
            name,
            "its upgrade steps cannot be determined from its classes; raylift asks for none of them",
            "after the update look at upgrade:check in a Gogo shell and run what it names",
        ),
        (When::AtStart, _) => Finding::new(
            Severity::Note,
            codes::NEW_MODULE,
            name,
            format!("the new release sets it up by itself at its first start, at version {target}"),
            "nothing",
        ),
        (When::InOutage, Some(SchemaChange::Initial)) => Finding::new(
            Severity::Note,
            codes::NEW_MODULE,
            name,
            format!("a new module: its tables are created at version {target} in the outage"),
            "nothing",
        ),
        (When::InOutage, change) => Finding::new(
            Severity::Note,
            codes::REQUIRED_MODULE_STEPS,
            name,
            format!(
                "goes from {current} to {target} ({}) in the outage",
                change.map_or("", SchemaChange::word)
            ),
            "nothing: raylift runs it in the outage",
        ),
        _ => Finding::new(
            Severity::Note,
            codes::OPTIONAL_MODULE_STEPS,
            name,
            format!("has optional steps from {current} to {target}"),
            "add --micro to run them in the outage, or run upgrade:execute at another time",
        ),
    };
    finding.evidence.clone_from(&module.undetermined);
    finding.evidence.extend(module.remarks.iter().cloned());
    finding.evidence.extend(
        module
            .blocks
            .iter()
            .map(|component| format!("{component} waits for it")),
    );
    finding
}

fn text(version: Option<&raylift_model::version::SchemaVersion>) -> String {
    version.map_or_else(|| "nothing".to_owned(), ToString::to_string)
}
