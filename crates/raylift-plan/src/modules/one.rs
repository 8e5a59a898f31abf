//! One module's part of the plan.

use std::collections::BTreeMap;

use raylift_model::facts::{
    AutomaticSwitch, BundleFacts, ExecutorFacts, PublishedStep, StepGrouping,
};
use raylift_model::names::BundleSymbolicName;
use raylift_model::plan::{ModulePlan, PlannedStep, ReturnNeed, TouchedTable, When};
use raylift_model::version::{SchemaChange, SchemaVersion};

use super::filters::Filters;
use super::rows::Rows;
use super::rules::{Accepts, Rules};
use crate::graph::{self, ANY_DATABASE, Edge, Walk};

/// The step with which a module of 7.4 takes over the row of an older one; its text arguments are the new and the old
/// name (upgrade-internals 2.1).
const RENAMING: &str = "ReleaseRenamingUpgradeStep";

/// What all modules have in common.
pub(super) struct Context<'a> {
    pub(super) rows: &'a Rows,
    pub(super) rules: &'a Rules,
    /// What the old and the new code accept.
    pub(super) accepts: (Accepts, Accepts),
    pub(super) core_is_latest: bool,
    pub(super) micro: bool,
    /// Rows by the table's name in lower case.
    pub(super) tables: BTreeMap<String, u64>,
    pub(super) filters: &'a Filters<'a>,
    pub(super) old_filters: &'a Filters<'a>,
    pub(super) old_bundles: &'a BTreeMap<&'a BundleSymbolicName, &'a BundleFacts>,
    /// The rows as they are in the database.
    pub(super) stored: &'a BTreeMap<&'a BundleSymbolicName, &'a SchemaVersion>,
}

/// A module's part, listed in the plan or not.
pub(super) struct PlannedModule {
    pub(super) module: ModulePlan,
    /// Something changes, may change, or is not known.
    is_listed: bool,
}

impl PlannedModule {
    pub(super) fn listed(self) -> Option<ModulePlan> {
        self.is_listed.then_some(self.module)
    }
}

/// Where a module's steps begin.
struct Start {
    version: SchemaVersion,
    /// It had a row when the executor looked, before its own renaming.
    had_row: bool,
    /// Steps that run before its path.
    before: Vec<String>,
}

pub(super) fn plan(
    context: &Context<'_>,
    bundle: &BundleFacts,
    published: &[&PublishedStep],
) -> PlannedModule {
    let mut undetermined = bundle.upgrades.undetermined.clone();
    let start = start(context, bundle, &mut undetermined);
    undetermined.extend(beyond(bundle, published));
    let walked = walk(context, bundle, published, &start.version);
    let (path, mut target) = match walked {
        Ok(path) => {
            let end = path.last().map(|edge| edge.to.clone());
            (path, Some(end.unwrap_or_else(|| start.version.clone())))
        }
        Err(reasons) => {
            undetermined.extend(reasons);
            (Vec::new(), None)
        }
    };
    // A doubt about the row matters only where the bundle does something with one.
    let acts = !bundle.upgrades.registrations.is_empty() || bundle.liferay_service;
    if acts && let Some(doubt) = context.rows.doubt(&bundle.symbolic_name) {
        undetermined.push(doubt.to_owned());
    }
    let renamed = !start.before.is_empty();
    let is_listed = !path.is_empty() || !undetermined.is_empty() || renamed;
    if !undetermined.is_empty() {
        target = None;
    }
    let change = target
        .as_ref()
        .and_then(|target| start.version.change_to(target));
    let mut steps: Vec<PlannedStep> = steps(&path);
    if renamed {
        steps.insert(0, renaming(&start));
    }
    let mut module = ModulePlan {
        module: bundle.symbolic_name.clone(),
        file: match &bundle.entry {
            Some(entry) => format!("{}!/{entry}", bundle.file),
            None => bundle.file.to_string(),
        },
        current: context
            .stored
            .get(&bundle.symbolic_name)
            .map(|version| (*version).clone()),
        start: start.version.clone(),
        target,
        change,
        steps,
        when: when(context, &start, change, &undetermined),
        way_back: ReturnNeed::CodeOnly,
        tables: tables(context, bundle),
        blocks: Vec::new(),
        remarks: remarks(&start),
        undetermined,
    };
    if module.when != When::Waits {
        module.way_back = way_back(context, &mut module);
        module.blocks = blocks(context, &module);
    }
    PlannedModule { module, is_listed }
}

fn start(context: &Context<'_>, bundle: &BundleFacts, undetermined: &mut Vec<String>) -> Start {
    let row = context.rows.version(&bundle.symbolic_name);
    let mut start = Start {
        version: match row {
            // An empty version is read as `0.0.0` (`UpgradeExecutor.execute`).
            Some(version) if !version.as_str().trim().is_empty() => version.clone(),
            _ => SchemaVersion::zero(),
        },
        had_row: row.is_some(),
        before: Vec::new(),
    };
    if bundle.upgrades.release_creation.is_empty() || row.is_some() {
        return start;
    }
    if !graph::is_later(&context.rules.facts) {
        undetermined.push(
            "it registers steps for a new row, which the executor of this release does not have"
                .to_owned(),
        );
        return start;
    }
    for step in &bundle.upgrades.release_creation {
        let simple = step.class.rsplit('.').next().unwrap_or(&step.class);
        match step.texts.as_slice() {
            [new, old, ..] if simple == RENAMING && *new == bundle.symbolic_name.as_str() => {
                if let Some(version) = context.rows.version(&BundleSymbolicName::new(old.as_str()))
                {
                    start.version = version.clone();
                    start.before.push(format!("{} (from {old})", step.class));
                }
            }
            _ => undetermined.push(format!(
                "what {} does to the row that it has not yet is not known",
                step.class
            )),
        }
    }
    start
}

fn remarks(start: &Start) -> Vec<String> {
    if start.before.is_empty() {
        return Vec::new();
    }
    vec!["it takes over an older module's row: it runs at the first start, whatever the kind of its steps".to_owned()]
}

/// What a bundle registers that reaches beyond itself.
fn beyond(bundle: &BundleFacts, published: &[&PublishedStep]) -> Vec<String> {
    let mut reasons: Vec<String> = published
        .iter()
        .filter_map(|step| {
            let only = step
                .database
                .as_ref()
                .filter(|kind| *kind != ANY_DATABASE)?;
            Some(format!("step {} is for {only} databases only", step.class))
        })
        .collect();
    reasons.extend(
        bundle
            .upgrades
            .published
            .iter()
            .filter(|step| step.name != bundle.symbolic_name)
            .map(|step| format!("it publishes a step for module {}", step.name)),
    );
    reasons
}

/// The path from `start`; `Err` says why it is not known.
fn walk(
    context: &Context<'_>,
    bundle: &BundleFacts,
    published: &[&PublishedStep],
    start: &SchemaVersion,
) -> Result<Vec<Edge>, Vec<String>> {
    let by = |grouping| walk_by(context, bundle, published, start, grouping);
    match context.rules.facts.grouping {
        StepGrouping::Undetermined => {
            let (dots, one) = (by(StepGrouping::Dot)?, by(StepGrouping::OneEdge)?);
            if classes(&dots) == classes(&one) {
                Ok(one)
            } else {
                Err(vec![
                    "the release's way to group steps is not known, and here it matters".to_owned(),
                ])
            }
        }
        known => by(known),
    }
}

fn classes(path: &[Edge]) -> Vec<&String> {
    path.iter().flat_map(|edge| &edge.classes).collect()
}

fn walk_by(
    context: &Context<'_>,
    bundle: &BundleFacts,
    published: &[&PublishedStep],
    start: &SchemaVersion,
    grouping: StepGrouping,
) -> Result<Vec<Edge>, Vec<String>> {
    let executor = ExecutorFacts {
        grouping,
        ..context.rules.facts.clone()
    };
    let found = graph::edges(bundle, published, &executor, context.core_is_latest);
    if !found.undetermined.is_empty() {
        return Err(found.undetermined);
    }
    // `SchemaCreator` makes the tables first, and the graph is walked from where it ends (upgrade-internals 2.4).
    let made = match graph::initial(bundle) {
        Some(edge) if grouping == StepGrouping::OneEdge && start.is_zero() => Some(edge),
        _ => None,
    };
    let from = made.as_ref().map_or(start, |edge| &edge.to);
    let path = match graph::walk(&found.edges, from) {
        Walk::Nothing => Vec::new(),
        Walk::Path(path) => path,
        Walk::SeveralEnds(ends) => {
            let ends: Vec<String> = ends.iter().map(ToString::to_string).collect();
            return Err(vec![format!(
                "its steps have several ends from {from}: {}",
                ends.join(", ")
            )]);
        }
    };
    Ok(made.into_iter().chain(path).collect())
}

fn when(
    context: &Context<'_>,
    start: &Start,
    change: Option<SchemaChange>,
    undetermined: &[String],
) -> When {
    let (Some(change), true) = (change, undetermined.is_empty()) else {
        return When::Undetermined;
    };
    let runs_anyway = !start.had_row && context.rules.facts.switch == AutomaticSwitch::AutoRun;
    match change {
        _ if runs_anyway => When::AtStart,
        SchemaChange::None => When::Undetermined,
        SchemaChange::Micro if !context.micro => When::Waits,
        _ => When::InOutage,
    }
}

/// What the old release makes of the module's row afterwards.
fn way_back(context: &Context<'_>, module: &mut ModulePlan) -> ReturnNeed {
    let (Some(target), Some(change)) = (&module.target, module.change) else {
        return ReturnNeed::CodeOnly;
    };
    if !context.old_bundles.contains_key(&module.module) {
        // The old release has no such module. A row it took over is missed by the old one.
        return if module
            .steps
            .first()
            .is_some_and(|step| step.from == step.to)
        {
            ReturnNeed::Restore
        } else {
            ReturnNeed::CodeOnly
        };
    }
    let need = match change {
        SchemaChange::None | SchemaChange::Micro | SchemaChange::Initial => ReturnNeed::CodeOnly,
        SchemaChange::Minor if context.accepts.0 == Accepts::SameMajor => ReturnNeed::Undo,
        SchemaChange::Minor | SchemaChange::Major => ReturnNeed::Restore,
    };
    let left_out: Vec<String> = context
        .old_filters
        .of_module(&module.module)
        .iter()
        .filter(|waiting| {
            waiting.is_met(&module.module, module.current.as_ref())
                && !waiting.is_met(&module.module, Some(target))
        })
        .map(|waiting| {
            format!(
                "the old release's {} does not accept {target}: {}",
                waiting.component, waiting.text
            )
        })
        .collect();
    if left_out.is_empty() {
        return need;
    }
    module.remarks.extend(left_out);
    need.max(ReturnNeed::Undo)
}

/// Components of the new release that wait for the steps.
fn blocks(context: &Context<'_>, module: &ModulePlan) -> Vec<String> {
    let Some(target) = &module.target else {
        return Vec::new();
    };
    let mut found: Vec<String> = context
        .filters
        .of_module(&module.module)
        .iter()
        .filter(|waiting| {
            !waiting.is_met(&module.module, module.current.as_ref())
                && waiting.is_met(&module.module, Some(target))
        })
        .map(|waiting| waiting.component.to_owned())
        .collect();
    found.sort();
    found.dedup();
    found
}

fn tables(context: &Context<'_>, bundle: &BundleFacts) -> Vec<TouchedTable> {
    bundle
        .upgrades
        .initial_tables
        .iter()
        .map(|name| TouchedTable {
            name: name.clone(),
            rows: context.tables.get(&name.to_lowercase()).copied(),
        })
        .collect()
}

/// The step that runs before the path: it moves no version.
fn renaming(start: &Start) -> PlannedStep {
    PlannedStep {
        from: start.version.clone(),
        to: start.version.clone(),
        classes: start.before.clone(),
        change: SchemaChange::None,
        tables: Vec::new(),
    }
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
                classes: edge.classes.clone(),
                change,
                tables: Vec::new(),
            }
        })
        .collect()
}

/// A version without its `step-N`: the kind of a step is the kind of its whole group.
fn plain(version: &SchemaVersion) -> SchemaVersion {
    let text = version.as_str();
    let end = text.find("-step-").or_else(|| text.find(".step-"));
    SchemaVersion::new(end.and_then(|end| text.get(..end)).unwrap_or(text))
}
