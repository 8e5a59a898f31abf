//! What the two releases' registries say about each other and about this database (real-core facts, sections 2 and 6).

use std::collections::{BTreeMap, BTreeSet};

use raylift_model::codes;
use raylift_model::facts::{CoreRegistry, CoreStep, ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::simple_class;
use raylift_model::plan::CorePlan;
use raylift_model::version::SchemaVersion;

use super::order_key;

/// A registry's steps by their versions.
type Steps<'registry> = BTreeMap<&'registry SchemaVersion, &'registry CoreStep>;

/// A step that does nothing.
const DUMMY: &str = "DummyUpgradeProcess";

/// Everything about the core's registry that a person should know beside its pending steps.
pub(crate) fn findings(site: &SiteFacts, release: &ReleaseFacts, core: &CorePlan) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Where the steps begin, which is the stored version but for databases of before 7.1.
    let from = core.steps.first().map(|step| &step.from);
    if let Some(current) = from.or(core.current.as_ref())
        && site.core.undetermined.is_empty()
        && !site.core.steps.is_empty()
    {
        let old = by_version(&site.core);
        findings.extend(never_ran(&old, &release.core, current));
        findings.extend(differ(&old, &release.core, current));
    }
    findings.extend(release.core.assumed.as_ref().map(|assumed| {
        Finding::new(
            Severity::Warning,
            codes::CORE_ASSUMED,
            "core",
            assumed.clone(),
            "give the release complete, with portal-kernel.jar",
        )
    }));
    let new = by_version(&release.core);
    findings.extend(depend(&new, core));
    findings.extend(tables_missing(site, &new, core));
    findings
}

/// Keys below the database's version that the installed release does not have: a database that is past them will never
/// run them. Keys between the steps of one version are no keys of their own here, since their numbers shift.
fn never_ran(old: &Steps<'_>, new: &CoreRegistry, current: &SchemaVersion) -> Option<Finding> {
    let at = order_key(current)?;
    let missed: Vec<&CoreStep> = new
        .steps
        .iter()
        .filter(|step| !step.schema_version.is_intermediate())
        .filter(|step| order_key(&step.schema_version).is_some_and(|key| key <= at))
        .filter(|step| !old.contains_key(&step.schema_version))
        .collect();
    let harmless = missed.iter().all(|step| step.class.ends_with(DUMMY));
    Finding::new(
        if harmless {
            Severity::Note
        } else {
            Severity::Warning
        },
        codes::CORE_STEPS_NEVER_RAN,
        "core",
        format!(
            "the new release has steps below {current} that the installed one has not: this database will never run them"
        ),
        if harmless {
            "nothing: they do nothing"
        } else {
            "compare the tables they change with those of a database that came straight to this version"
        },
    )
    .if_any(missed.into_iter().map(describe).collect())
}

/// Keys up to the database's version that both releases have, with another step behind: what ran is the old one. It
/// matters where a step that did nothing became one that does something, as 5.1.1 did between 7.2.10 and 7.3.
fn differ(old: &Steps<'_>, new: &CoreRegistry, current: &SchemaVersion) -> Option<Finding> {
    let at = order_key(current)?;
    let mut matters = false;
    let mut evidence = Vec::new();
    for step in &new.steps {
        let Some(before) = old.get(&step.schema_version) else {
            continue;
        };
        let ran = order_key(&step.schema_version).is_some_and(|key| key <= at);
        if !ran || step.schema_version.is_intermediate() {
            continue;
        }
        let version = &step.schema_version;
        if before.class != step.class {
            matters |= before.class.ends_with(DUMMY);
            let (now, then) = (simple_class(&step.class), simple_class(&before.class));
            evidence.push(format!("{version}: {now} was {then}"));
        } else if before.arguments != step.arguments || before.module_rows != step.module_rows {
            evidence.push(format!(
                "{version}: {} has other arguments",
                simple_class(&step.class)
            ));
        }
    }
    Finding::new(
        if matters {
            Severity::Warning
        } else {
            Severity::Note
        },
        codes::CORE_STEPS_DIFFER,
        "core",
        "versions that this database is past stand for other steps in the new release; what ran on it are the installed release's",
        if matters {
            "compare the tables that the new steps change with those of a database that came straight to this version"
        } else {
            "nothing, as long as the new steps are the old ones in another form"
        },
    )
    .if_any(evidence)
}

/// Pending steps that may be skipped, or look at the database before they act.
fn depend(steps: &Steps<'_>, core: &CorePlan) -> Option<Finding> {
    let evidence: Vec<String> = core
        .steps
        .iter()
        .filter_map(|pending| {
            let step = steps.get(&pending.to)?;
            let mut what = Vec::new();
            if step.may_be_skipped {
                what.push("may be skipped".to_owned());
            }
            if !step.asks.is_empty() {
                what.push(format!("asks {}", step.asks.join(", ")));
            }
            (!what.is_empty()).then(|| format!("{}: {}", describe(step), what.join("; ")))
        })
        .collect();
    Finding::new(
        Severity::Note,
        codes::CORE_STEPS_DEPEND,
        "core",
        "what these steps do depends on the database; their versions are written in any case",
        "nothing",
    )
    .if_any(evidence)
}

/// A step whose table is missing fails at run time, as 7.3's 7.1.0 does without `AssetCategoryProperty`; one that drops
/// columns or tables does not (7.4's 13.0.0.step-3 drops a column of a table that no database has).
fn tables_missing(site: &SiteFacts, steps: &Steps<'_>, core: &CorePlan) -> Option<Finding> {
    if site.database.tables.is_empty() {
        return None;
    }
    let mut made: BTreeSet<String> = BTreeSet::new();
    let mut evidence = Vec::new();
    for pending in &core.steps {
        let class = pending
            .classes
            .first()
            .map_or("", |class| simple_class(class));
        let drops = class.ends_with("#dropColumns") || class.ends_with("#dropTables");
        for table in pending.tables.iter().filter(|table| table.rows.is_none()) {
            if !drops && !made.contains(&table.name.to_lowercase()) {
                evidence.push(format!("{} for {} ({class})", table.name, pending.to));
            }
        }
        let creates = steps.get(&pending.to).map(|step| &step.creates);
        made.extend(
            creates
                .into_iter()
                .flatten()
                .map(|name| name.to_lowercase()),
        );
    }
    Finding::new(
        Severity::Warning,
        codes::CORE_TABLE_MISSING,
        "core",
        "steps change tables that the database lacks: they fail unless an earlier step makes them",
        "find out whether the site ever had these modules; rehearse the upgrade on a copy of the database",
    )
    .if_any(evidence)
}

fn by_version(registry: &CoreRegistry) -> Steps<'_> {
    registry
        .steps
        .iter()
        .map(|step| (&step.schema_version, step))
        .collect()
}

fn describe(step: &CoreStep) -> String {
    let mut text = format!("{} {}", step.schema_version, simple_class(&step.class));
    if let Some(first) = step.arguments.first() {
        text.push_str(&format!(" of {first}"));
    }
    text
}
