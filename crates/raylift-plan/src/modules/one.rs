//! One module's part of the plan.

use std::collections::BTreeMap;

use raylift_model::facts::{
    AutomaticSwitch, BundleFacts, ExecutorFacts, PublishedStep, StepGrouping,
};
use raylift_model::names::{BundleSymbolicName, simple_class};
use raylift_model::plan::{ModulePlan, PlannedStep, ReturnNeed, TouchedTable, When};
use raylift_model::version::{SchemaChange, SchemaVersion};

use super::filters::Filters;
use super::rows::Rows;
use super::rules::{Accepts, Rules};
use crate::graph::{self, ANY_DATABASE, Edge, Walk};
use crate::tables::Tables;

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
    /// The site sets `upgrade.database.auto.run`, and the release goes by it.
    pub(super) auto_run: bool,
    pub(super) tables: &'a Tables,
    pub(super) filters: &'a Filters<'a>,
    pub(super) old_filters: &'a Filters<'a>,
    pub(super) old_bundles: &'a BTreeMap<&'a BundleSymbolicName, &'a BundleFacts>,
    /// The rows as they are in the database.
    pub(super) stored: &'a BTreeMap<&'a BundleSymbolicName, &'a SchemaVersion>,
}

/// A module's part, listed in the plan or not.
pub(super) struct PlannedModule {
    pub(super) module: ModulePlan,
    /// It takes over another module's row.
    takes_over: bool,
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
    // A doubt about the row matters only where the bundle does something with one.
    let upgrades = &bundle.upgrades;
    let acts = bundle.liferay_service
        || upgrades.initialization
        || !upgrades.registrations.is_empty()
        || !upgrades.release_creation.is_empty()
        || !published.is_empty();
    let row_unknown = acts && context.stored.is_empty();
    if row_unknown {
        undetermined.push(ModulePlan::ROWS_UNKNOWN.to_owned());
    }
    let start = start(context, bundle, &mut undetermined);
    undetermined.extend(beyond(bundle, published));
    let walked = match row_unknown {
        // Where its steps begin is as unknown as its row: it is not taken for a new module.
        true => Err(Vec::new()),
        false => walk(context, bundle, published, &start.version),
    };
    let (path, equals, mut target) = match walked {
        Ok((path, equals)) => {
            let end = path.last().map(|edge| edge.to.clone());
            (
                path,
                equals,
                Some(end.unwrap_or_else(|| start.version.clone())),
            )
        }
        Err(reasons) => {
            undetermined.extend(reasons);
            (Vec::new(), false, None)
        }
    };
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
    let module = ModulePlan {
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
        remarks: remarks(&start, equals),
        undetermined,
    };
    PlannedModule {
        module,
        takes_over: renamed,
        is_listed,
    }
}

/// What depends on when the steps run, once that is settled.
pub(super) fn finish(context: &Context<'_>, planned: &mut PlannedModule) {
    match planned.module.when {
        When::Waits => return,
        When::Undetermined => {
            planned.module.way_back = ReturnNeed::Undetermined;
            return;
        }
        When::Never | When::InOutage | When::AtStart => {}
    }
    planned.module.way_back = way_back(context, &mut planned.module, planned.takes_over);
    planned.module.blocks = blocks(context, &planned.module);
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
        match step.texts.as_slice() {
            [new, old, ..]
                if simple_class(&step.class) == RENAMING
                    && *new == bundle.symbolic_name.as_str() =>
            {
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

fn remarks(start: &Start, equals: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    if !start.before.is_empty() {
        remarks.push("it takes over an older module's row: it runs at the first start, whatever the kind of its steps".to_owned());
    }
    if equals {
        remarks.push("several ways with equally few steps lead to the same version; Liferay may take another one than this".to_owned());
    }
    remarks
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

/// The path from `start`, and whether others are as short; `Err` says why it is not known.
fn walk(
    context: &Context<'_>,
    bundle: &BundleFacts,
    published: &[&PublishedStep],
    start: &SchemaVersion,
) -> Result<(Vec<Edge>, bool), Vec<String>> {
    let by = |grouping| walk_by(context, bundle, published, start, grouping);
    let executor = &context.rules.facts;
    // Where a step brings others along, more versions lie between than steps were registered: certain is what does not
    // depend on them.
    let unclear = match executor.grouping {
        StepGrouping::Undetermined => true,
        StepGrouping::Dot => executor.expands,
        StepGrouping::Hyphen | StepGrouping::OneEdge => false,
    };
    if !unclear {
        return by(executor.grouping);
    }
    let (dots, one) = (by(StepGrouping::Dot)?, by(StepGrouping::OneEdge)?);
    if classes(&dots.0) == classes(&one.0) {
        Ok(one)
    } else {
        Err(vec![
            "how the release groups steps is not known, and here it matters".to_owned(),
        ])
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
) -> Result<(Vec<Edge>, bool), Vec<String>> {
    let executor = ExecutorFacts {
        grouping,
        ..context.rules.facts.clone()
    };
    let found = graph::edges(bundle, published, &executor, context.core_is_latest);
    // `SchemaCreator` makes the tables first, and the graph is walked from where it ends (upgrade-internals 2.4).
    let made = match graph::initial(bundle) {
        Some(edge) if grouping == StepGrouping::OneEdge && start.is_zero() => Some(edge),
        _ => None,
    };
    let from = made.as_ref().map_or(start, |edge| &edge.to);
    let mut doubts = found.doubts_from(from);
    if made.is_some() {
        doubts.extend(found.doubts_from(start));
    }
    doubts.dedup();
    if !doubts.is_empty() {
        return Err(doubts);
    }
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
    let equals = graph::has_equals(&found.edges, &path);
    Ok((made.into_iter().chain(path).collect(), equals))
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
        SchemaChange::Micro if !context.micro && context.auto_run => When::AtStart,
        SchemaChange::Micro if !context.micro => When::Waits,
        _ => When::InOutage,
    }
}

/// What the old release makes of the module's row afterwards.
fn way_back(context: &Context<'_>, module: &mut ModulePlan, takes_over: bool) -> ReturnNeed {
    let (Some(target), Some(change)) = (&module.target, module.change) else {
        return ReturnNeed::CodeOnly;
    };
    if takes_over {
        // The old release looks for the row under its old name.
        return ReturnNeed::Restore;
    }
    if module.current.is_none() && !context.old_bundles.contains_key(&module.module) {
        // The old release has no such module.
        return ReturnNeed::CodeOnly;
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
        .map(|name| context.tables.touched(name))
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
            let change = group
                .plain()
                .change_to(&edge.to.plain())
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
