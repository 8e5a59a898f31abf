//! The modules' part of the plan.

use std::collections::BTreeMap;

use raylift_model::codes;
use raylift_model::facts::{BundleFacts, PublishedStep, ReleaseRow};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::BundleSymbolicName;
use raylift_model::plan::{ModulePlan, PlannedStep, When};
use raylift_model::version::{SchemaChange, SchemaVersion};

use crate::graph::{self, Edge, Walk};

/// Every module whose schema changes, may change, or cannot be determined; by name.
///
/// `bundles` are the bundles of the new release and those the site carries over.
pub(crate) fn plan<'a>(
    rows: &[ReleaseRow],
    bundles: impl Iterator<Item = &'a BundleFacts> + Clone,
    micro: bool,
) -> Vec<ModulePlan> {
    let rows: BTreeMap<&BundleSymbolicName, &ReleaseRow> =
        rows.iter().map(|row| (&row.name, row)).collect();
    let mut newest: BTreeMap<&BundleSymbolicName, &BundleFacts> = BTreeMap::new();
    for bundle in bundles.clone() {
        let known = newest.entry(&bundle.symbolic_name).or_insert(bundle);
        if bundle.version > known.version {
            *known = bundle;
        }
    }
    let published = published(bundles.clone());
    newest
        .values()
        .filter_map(|bundle| {
            let published = published.get(&bundle.symbolic_name);
            let row = rows.get(&bundle.symbolic_name).copied();
            one(bundle, published.map_or(&[], Vec::as_slice), row, micro)
        })
        .map(|mut module| {
            if module
                .change
                .is_some_and(|change| change.is_required() || change == SchemaChange::Initial)
            {
                module.blocks = waiting(bundles.clone(), &module);
            }
            module
        })
        .collect()
}

/// The steps that components publish, by the module they are for, whichever bundle they lie in.
fn published<'a>(
    bundles: impl Iterator<Item = &'a BundleFacts>,
) -> BTreeMap<&'a BundleSymbolicName, Vec<&'a PublishedStep>> {
    let mut published: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for step in bundles.flat_map(|bundle| &bundle.upgrades.published) {
        published.entry(&step.name).or_default().push(step);
    }
    published
}

/// What a bundle registers that this executor's rules do not cover.
fn beyond(bundle: &BundleFacts, published: &[&PublishedStep]) -> Vec<String> {
    let upgrades = &bundle.upgrades;
    let mut reasons = Vec::new();
    if upgrades.initialization {
        reasons.push("it calls registerInitialization, which only 7.4 and later know".to_owned());
    }
    if !upgrades.release_creation.is_empty() {
        reasons.push("it registers steps for a new row, which only 7.4 and later know".to_owned());
    }
    reasons.extend(published.iter().filter_map(|step| {
        let only = step
            .database
            .as_ref()
            .filter(|kind| *kind != graph::ANY_DATABASE)?;
        Some(format!("step {} is for {only} databases only", step.class))
    }));
    reasons.extend(
        upgrades
            .published
            .iter()
            .filter(|step| step.name != bundle.symbolic_name)
            .map(|step| format!("it publishes a step for module {}", step.name)),
    );
    reasons
}

fn one(
    bundle: &BundleFacts,
    published: &[&PublishedStep],
    row: Option<&ReleaseRow>,
    micro: bool,
) -> Option<ModulePlan> {
    let current = row.map(|row| row.schema_version.clone());
    let start = match &current {
        Some(version) if !version.as_str().trim().is_empty() => version.clone(),
        _ => SchemaVersion::zero(),
    };
    let mut undetermined = bundle.upgrades.undetermined.clone();
    undetermined.extend(beyond(bundle, published));
    let (path, target) = match graph::walk(&graph::edges(bundle, published), &start) {
        Walk::Nothing => (Vec::new(), Some(start.clone())),
        Walk::Path(path) => {
            let end = path.last().map(|edge| edge.to.clone());
            (path, end)
        }
        Walk::SeveralEnds(ends) => {
            let ends: Vec<String> = ends.iter().map(ToString::to_string).collect();
            undetermined.push(format!(
                "its steps have several ends from {start}: {}",
                ends.join(", ")
            ));
            (Vec::new(), None)
        }
    };
    if path.is_empty() && undetermined.is_empty() {
        return None;
    }
    let target = if undetermined.is_empty() {
        target
    } else {
        None
    };
    let change = target.as_ref().and_then(|target| start.change_to(target));
    let when = match change {
        _ if !undetermined.is_empty() => When::Undetermined,
        Some(SchemaChange::Micro) if !micro => When::Waits,
        Some(SchemaChange::None) | None => When::Undetermined,
        Some(_) => When::InOutage,
    };
    Some(ModulePlan {
        module: bundle.symbolic_name.clone(),
        file: match &bundle.entry {
            Some(entry) => format!("{}!/{entry}", bundle.file),
            None => bundle.file.to_string(),
        },
        current,
        target,
        change,
        steps: steps(&path),
        when,
        blocks: Vec::new(),
        undetermined,
    })
}

fn steps(path: &[Edge]) -> Vec<PlannedStep> {
    let mut group = SchemaVersion::zero();
    path.iter()
        .map(|edge| {
            if !edge.from.is_intermediate() {
                group = edge.from.clone();
            }
            let change = plain(&group)
                .change_to(&plain(&edge.to))
                .unwrap_or(SchemaChange::Major);
            PlannedStep {
                from: edge.from.clone(),
                to: edge.to.clone(),
                classes: vec![edge.class.clone()],
                change,
            }
        })
        .collect()
}

/// Modules whose manifest asks for another schema version than their steps end at. The header decides which rows the
/// module accepts (`ServiceConfigurationExtender` of 7.2: `[M.m.0, (M+1).0.0)`), so a header beyond the end keeps it off.
pub(crate) fn headers<'a>(bundles: impl Iterator<Item = &'a BundleFacts>) -> Vec<Finding> {
    bundles.filter_map(header).collect()
}

fn header(bundle: &BundleFacts) -> Option<Finding> {
    let asked = SchemaVersion::new(bundle.require_schema_version.as_deref()?);
    let ends: Vec<&SchemaVersion> = bundle
        .upgrades
        .registrations
        .iter()
        .map(|registration| &registration.to)
        .collect();
    let last = ends
        .iter()
        .filter_map(|end| end.numbers().map(|numbers| (numbers, *end)))
        .max()?
        .1;
    let (asks, ends) = (asked.numbers()?, last.numbers()?);
    if asks == ends || !bundle.upgrades.undetermined.is_empty() {
        return None;
    }
    let off = (asks.0, asks.1) > (ends.0, ends.1) || asks.0 < ends.0;
    let message = format!(
        "its manifest asks for schema version {asked}, its upgrade steps end at {last}{}",
        if off {
            ": the module will stay off"
        } else {
            ""
        }
    );
    let severity = if off {
        Severity::Warning
    } else {
        Severity::Note
    };
    let name = bundle.symbolic_name.to_string();
    Some(Finding::new(
        severity,
        codes::HEADER_AND_CHAIN_DIFFER,
        name,
        message,
        "ask the module's maker",
    ))
}

/// A version without its `-step-N`: the kind of a step is the kind of its whole group.
fn plain(version: &SchemaVersion) -> SchemaVersion {
    let text = version.as_str();
    SchemaVersion::new(text.split_once("-step-").map_or(text, |(plain, _)| plain))
}

/// Components whose `Release` filter names this module.
fn waiting<'a>(bundles: impl Iterator<Item = &'a BundleFacts>, module: &ModulePlan) -> Vec<String> {
    let wanted = format!("(release.bundle.symbolic.name={})", module.module);
    let mut found: Vec<String> = bundles
        .flat_map(|bundle| bundle.release_filters.iter())
        .filter(|filter| filter.filter.replace(' ', "").contains(&wanted))
        .map(|filter| filter.component.clone())
        .collect();
    found.sort();
    found.dedup();
    found
}
