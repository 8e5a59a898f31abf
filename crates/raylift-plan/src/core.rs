//! The core's part of the plan.

mod history;
mod tables;

use raylift_model::facts::{CoreRegistry, CoreStep, ReleaseFacts, SiteFacts, StartupCheck};
use raylift_model::plan::{CorePlan, PlannedStep, ReturnNeed, When};
use raylift_model::version::{SchemaChange, SchemaVersion};

use crate::tables::Tables;
pub(crate) use history::findings;

/// What the core of `release` will do with the database of `site`.
///
/// Pending are the keys strictly after the stored version, in key order (`PortalUpgradeProcess.upgrade`).
pub(crate) fn plan(
    site: &SiteFacts,
    release: &ReleaseFacts,
    tables: &Tables,
    micro: bool,
) -> CorePlan {
    let row = site.database.release_rows.iter().find(|row| row.is_core());
    let current = row.map(|row| row.schema_version.clone());
    let stored = row.and_then(|row| row.build_number);
    // The first statement of every run sets the version to 0.1.0 where the build number is below 7100: until 7.1 the
    // column held a product's version (real-core facts, section 4).
    let start = match stored {
        Some(build) if build < 7100 => current.as_ref().map(|_| SchemaVersion::new("0.1.0")),
        _ => current.clone(),
    };
    let registry = &release.core;
    let target = registry.latest_schema_version.clone();
    let steps = start
        .as_ref()
        .map(|current| pending(registry, current, tables))
        .unwrap_or_default();
    let change = match (&start, &target) {
        (Some(current), Some(target)) => current.change_to(target),
        _ => None,
    };
    let build_numbers = stored.zip(release.identity.build_number.map(i64::from));
    let must_run = match registry.startup_check {
        StartupCheck::BuildNumber => {
            build_numbers.is_some_and(|(stored, demanded)| stored < demanded)
        }
        StartupCheck::SchemaVersion | StartupCheck::Undetermined => {
            is_behind(start.as_ref(), registry)
        }
    };
    let mut undetermined = registry.undetermined.clone();
    if current.is_none() {
        undetermined.push("the schema version of the core in the database is not known".to_owned());
    }
    if let Some(start) = &start
        && start.numbers().is_none()
    {
        undetermined.push(format!(
            "the core's row stands at {start}, which is no schema version"
        ));
    }
    match registry.startup_check {
        StartupCheck::BuildNumber if build_numbers.is_none() => undetermined
            .push("the release compares build numbers, and one of the two is not known".to_owned()),
        StartupCheck::Undetermined if undetermined.is_empty() => {
            undetermined.push("it is not known what the release compares when it starts".to_owned())
        }
        _ => {}
    }
    let when = match () {
        () if !undetermined.is_empty() => When::Undetermined,
        () if must_run || (micro && !steps.is_empty()) => When::InOutage,
        () if steps.is_empty() => When::Never,
        () => When::Waits,
    };
    CorePlan {
        current,
        target,
        required: registry.required_schema_version.clone(),
        change,
        startup_check: registry.startup_check,
        build_numbers: (registry.startup_check == StartupCheck::BuildNumber)
            .then_some(build_numbers)
            .flatten(),
        must_run,
        steps,
        when,
        way_back: match change {
            Some(SchemaChange::Minor) if when == When::InOutage => ReturnNeed::Undo,
            Some(SchemaChange::Major) if when == When::InOutage => ReturnNeed::Restore,
            _ if when == When::Undetermined => ReturnNeed::Undetermined,
            _ => ReturnNeed::CodeOnly,
        },
        undetermined,
    }
}

/// `DBUpgrader`/`StartupHelperUtil.verifyRequiredSchemaVersion`: behind the required version.
fn is_behind(current: Option<&SchemaVersion>, registry: &CoreRegistry) -> bool {
    match (
        current.and_then(SchemaVersion::numbers),
        registry
            .required_schema_version
            .as_ref()
            .and_then(SchemaVersion::numbers),
    ) {
        (Some((major, minor, micro, _)), Some((needed_major, needed_minor, needed_micro, _))) => {
            (major, minor, micro) < (needed_major, needed_minor, needed_micro)
        }
        _ => false,
    }
}

fn pending(registry: &CoreRegistry, current: &SchemaVersion, tables: &Tables) -> Vec<PlannedStep> {
    let Some(at) = order_key(current) else {
        return Vec::new();
    };
    let mut from = current.clone();
    // A version between the steps of one key is no version of its own: the kind of a step is that of its key.
    let mut group = current.clone();
    let mut steps = Vec::new();
    for step in &registry.steps {
        if order_key(&step.schema_version).is_some_and(|key| key > at) {
            steps.push(planned(&from, &group, step, tables));
            from = step.schema_version.clone();
            if !step.schema_version.is_intermediate() {
                group = from.clone();
            }
        }
    }
    steps
}

fn planned(
    from: &SchemaVersion,
    group: &SchemaVersion,
    step: &CoreStep,
    tables: &Tables,
) -> PlannedStep {
    PlannedStep {
        from: from.clone(),
        to: step.schema_version.clone(),
        classes: vec![step.class.clone()],
        change: group
            .change_to(&step.schema_version.plain())
            .unwrap_or(SchemaChange::Major),
        tables: tables::touched(step, tables),
    }
}

/// Order of registry keys: numbers first; a key without qualifier comes after one with (7.4's `Version`).
pub(crate) fn order_key(version: &SchemaVersion) -> Option<(u32, u32, u32, bool, String)> {
    version.numbers().map(|(major, minor, micro, qualifier)| {
        (
            major,
            minor,
            micro,
            qualifier.is_none(),
            qualifier.unwrap_or_default().to_owned(),
        )
    })
}
