//! What a module's manifest and components ask for, against where its row will stand.

use std::collections::BTreeMap;

use raylift_model::codes;
use raylift_model::facts::BundleFacts;
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::BundleSymbolicName;
use raylift_model::plan::{ModulePlan, When};
use raylift_model::version::SchemaVersion;

use super::one::{Context, PlannedModule};

/// What one module's manifest says against its steps and its row.
pub(super) fn findings(
    context: &Context<'_>,
    bundle: &BundleFacts,
    planned: &PlannedModule,
) -> Vec<Finding> {
    let module = &planned.module;
    let mut findings = Vec::new();
    findings.extend(header_and_chain(context, bundle));
    findings.extend(ahead_or_stuck(context, bundle, module));
    findings.extend(tables_without_row(context, bundle, module));
    findings
}

type Numbers = (u32, u32, u32);

fn numbers(version: &SchemaVersion) -> Option<Numbers> {
    let (major, minor, micro, _) = version.numbers()?;
    Some((major, minor, micro))
}

/// The version that a service module's manifest asks for: only these are checked (`ServiceConfigurationExtender`). A
/// range is taken as it is by Liferay and not judged here.
fn header(bundle: &BundleFacts) -> Option<(SchemaVersion, Numbers)> {
    if !bundle.liferay_service {
        return None;
    }
    let header = SchemaVersion::new(bundle.require_schema_version.as_deref()?);
    let numbers = numbers(&header)?;
    Some((header, numbers))
}

fn highest_end(bundle: &BundleFacts) -> Option<(Numbers, &SchemaVersion)> {
    bundle
        .upgrades
        .registrations
        .iter()
        .filter_map(|registration| Some((numbers(&registration.to)?, &registration.to)))
        .max()
}

/// The header decides which rows the module accepts, so a header beyond the end of the steps keeps it off.
fn header_and_chain(context: &Context<'_>, bundle: &BundleFacts) -> Option<Finding> {
    let (asked, asks) = header(bundle)?;
    let (ends, last) = highest_end(bundle)?;
    if asks == ends || !bundle.upgrades.undetermined.is_empty() {
        return None;
    }
    let off = !context.accepts.1.accepts(asks, ends);
    let consequence = if off {
        ": the module will stay off"
    } else {
        ""
    };
    Some(Finding::new(
        if off {
            Severity::Warning
        } else {
            Severity::Note
        },
        codes::HEADER_AND_CHAIN_DIFFER,
        bundle.symbolic_name.to_string(),
        format!(
            "its manifest asks for schema version {asked}, its upgrade steps end at {last}{consequence}"
        ),
        "ask the module's maker",
    ))
}

/// A row beyond everything the module knows, or one from which nothing leads to what it needs.
fn ahead_or_stuck(
    context: &Context<'_>,
    bundle: &BundleFacts,
    module: &ModulePlan,
) -> Option<Finding> {
    let final_version = module.target.as_ref()?;
    if !module.start.is_zero() && final_version.is_intermediate() {
        return None;
    }
    let stands = numbers(final_version)?;
    let needs = header(bundle);
    let known = [
        needs.as_ref().map(|(_, needs)| *needs),
        highest_end(bundle).map(|(end, _)| end),
    ]
    .into_iter()
    .flatten()
    .max()?;
    let name = bundle.symbolic_name.to_string();
    if stands > known && !module.start.is_zero() {
        let off = needs.is_some_and(|(_, needs)| !context.accepts.1.accepts(needs, stands));
        let (severity, consequence) = if off {
            (
                Severity::Warning,
                ", which the module does not accept: it will stay off",
            )
        } else {
            (Severity::Note, "")
        };
        let (major, minor, micro) = known;
        return Some(Finding::new(
            severity,
            codes::MODULE_AHEAD,
            name,
            format!(
                "its row is at {final_version}, the release knows it up to {major}.{minor}.{micro}{consequence}"
            ),
            "check that the release is newer than everything that ran on this database",
        ));
    }
    let (asked, needs) = needs?;
    if context.accepts.1.accepts(needs, stands) || module.start.is_zero() {
        return None;
    }
    Some(Finding::new(
        Severity::Warning,
        codes::NO_WAY_TO_HEADER,
        name,
        format!(
            "it needs schema version {asked}, but from {} its steps lead to {final_version} only: the module will stay off",
            module.start
        ),
        "look in the release's notes for a release that must be installed in between",
    ))
}

/// The tables of a new Service Builder module are there already: their creation will fail.
fn tables_without_row(
    context: &Context<'_>,
    bundle: &BundleFacts,
    module: &ModulePlan,
) -> Option<Finding> {
    if !module.start.is_zero() || module.current.is_some() || !bundle.liferay_service {
        return None;
    }
    let there: Vec<String> = module
        .tables
        .iter()
        .filter_map(|table| Some(format!("{} with {} rows", table.name, table.rows?)))
        .collect();
    if context.rows.doubt(&module.module).is_some() {
        return None;
    }
    Finding::new(
        Severity::Warning,
        codes::TABLES_WITHOUT_ROW,
        bundle.symbolic_name.to_string(),
        "the module has no row in Release_, so that its tables will be created; but some of them are there",
        "find out where they come from; rename or remove them, or restore the lost row, before the update",
    )
    .if_any(there)
}

/// Components that a row satisfies today and that the row as it will be does not.
pub(super) fn components(
    context: &Context<'_>,
    bundles: &BTreeMap<&BundleSymbolicName, &BundleFacts>,
    modules: &[ModulePlan],
) -> Vec<Finding> {
    let planned: BTreeMap<&BundleSymbolicName, &ModulePlan> = modules
        .iter()
        .map(|module| (&module.module, module))
        .collect();
    let mut findings = Vec::new();
    for name in context.filters.modules() {
        let plan = planned.get(name);
        if plan.is_some_and(|plan| plan.when == When::Undetermined) {
            continue;
        }
        let after = match plan {
            Some(plan) if plan.when == When::Waits => plan.current.as_ref(),
            Some(plan) => plan.target.as_ref(),
            None => context.rows.version(name),
        };
        // A module without a row, and without steps that make one, is waited for in vain by design.
        let (Some(after), true) = (after, bundles.contains_key(name)) else {
            continue;
        };
        let mut evidence: Vec<String> = context
            .filters
            .of_module(name)
            .iter()
            .filter(|waiting| !waiting.is_met(name, Some(after)))
            .map(|waiting| format!("{}: {}", waiting.component, waiting.text))
            .collect();
        evidence.sort();
        evidence.dedup();
        let finding = Finding::new(
            Severity::Warning,
            codes::COMPONENT_STAYS_OFF,
            name.to_string(),
            format!(
                "its row will be at {after}, which components of the new release do not accept: they will stay off"
            ),
            "look in the release's notes; after the update ask dm wtf in a Gogo shell",
        );
        findings.extend(finding.if_any(evidence));
    }
    findings
}
