//! The rows of `Release_` themselves: what stands there that should not.

use std::collections::BTreeSet;

use raylift_model::codes;
use raylift_model::facts::{BundleFacts, CoreRegistry, ReleaseRow};
use raylift_model::finding::{Finding, Severity};

use crate::checks::blocker;

/// What single rows say.
pub(crate) fn findings(rows: &[ReleaseRow]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for row in rows {
        findings.extend(state(row));
        findings.extend(version(row));
    }
    findings
}

/// `ReleaseConstants`: 0 good, 1 upgrade failed, 2 verification failed; -1 while a module is upgraded (7.1 and later).
fn state(row: &ReleaseRow) -> Option<Finding> {
    let state = row.state.filter(|state| *state != 0)?;
    let what = match state {
        -1 => "in progress: the server ended in the middle of this module's upgrade",
        1 => "failed: an upgrade of it ended with an error",
        2 => "not verified: its verification ended with an error",
        _ => "unknown to Liferay",
    };
    Some(blocker(
        codes::RELEASE_STATE,
        row.name.to_string(),
        format!("the row is in state {state}, {what}"),
        "restore the database from before that upgrade, or finish it with the installed release",
    ))
}

fn version(row: &ReleaseRow) -> Option<Finding> {
    let name = row.name.to_string();
    if row.schema_version.is_intermediate() {
        return Some(blocker(
            codes::INTERMEDIATE_VERSION,
            name,
            format!(
                "the row stands at {}, in the middle of an upgrade that was cut off",
                row.schema_version
            ),
            "finish the upgrade with the installed release (upgrade:execute), or restore the database",
        ));
    }
    if row.schema_version.as_str().trim().is_empty() {
        return Some(if row.is_core() {
            blocker(
                codes::VERSION_EMPTY,
                name,
                "the core's row has no schema version: Liferay takes it for 0.0.0 and would run every step there is",
                "restore the version from a backup of the row, or finish the upgrade from 6.x with the installed release",
            )
        } else {
            Finding::new(
                Severity::Warning,
                codes::VERSION_EMPTY,
                name,
                "the row has no schema version: Liferay takes it for 0.0.0, yet not for a new module",
                "when a module of this name runs, look at upgrade:list NAME; old plug-ins leave such rows and they do no harm",
            )
        });
    }
    None
}

/// Rows that no bundle of the new release or of the site's own belongs to, and that no step takes over.
pub(crate) fn without_module<'a>(
    rows: &[ReleaseRow],
    bundles: impl Iterator<Item = &'a BundleFacts>,
    registry: &CoreRegistry,
) -> Option<Finding> {
    let mut known: BTreeSet<&str> = registry
        .steps
        .iter()
        .flat_map(|step| &step.module_rows.converts)
        .map(|converted| converted.from.as_str())
        .collect();
    for bundle in bundles {
        known.insert(bundle.symbolic_name.as_str());
        known.extend(
            bundle
                .upgrades
                .release_creation
                .iter()
                .flat_map(|step| &step.texts)
                .map(String::as_str),
        );
        known.extend(
            bundle
                .upgrades
                .registrations
                .iter()
                .filter_map(|registration| registration.name.as_ref().map(|name| name.as_str())),
        );
    }
    let mut left: Vec<String> = rows
        .iter()
        .filter(|row| !row.is_core() && !known.contains(row.name.as_str()))
        .map(|row| format!("{} {}", row.name, row.schema_version))
        .collect();
    left.sort();
    Finding::new(
        Severity::Note,
        codes::ROW_WITHOUT_MODULE,
        "Release_",
        "rows whose modules are not in the new release; they stay as they are",
        "check that no module is missing that the site needs: the data of a module that is gone stays in the database",
    )
    .if_any(left)
}
