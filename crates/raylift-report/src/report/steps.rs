//! Upgrade steps of the core and of the modules.

use raylift_model::event::Direction;
use raylift_model::plan::{Action, Plan, PlannedStep, ReturnMode, When};
use raylift_model::version::{SchemaChange, SchemaVersion};
use serde::Serialize;

use super::{ActionResult, ActionSpan, OutcomeReport};

/// The upgrade steps of the core or of one module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepRow {
    /// `portal` for the core, else a symbolic name.
    pub name: String,
    /// This is the core.
    pub core: bool,
    /// Schema version in the database before.
    pub from: Option<SchemaVersion>,
    /// Schema version after.
    pub to: Option<SchemaVersion>,
    /// The versions on the way, `from` left out, `to` included.
    pub path: Vec<SchemaVersion>,
    /// What kind of change it is; `None` when that cannot be known.
    pub change: Option<SchemaChange>,
    /// When the plan runs them.
    pub when: When,
    /// What became of them.
    pub result: StepResult,
    /// What does not work until they have run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<String>,
    /// Why something about them cannot be known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub undetermined: Vec<String>,
}

/// What became of upgrade steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepResult {
    /// There are none to run.
    Nothing,
    /// They wait until somebody runs them.
    Waits,
    /// The new release runs them by itself at its first start.
    LeftToStart,
    /// The plan does not know whether there are any.
    Undetermined,
    /// Planned, and not begun.
    NotRun,
    /// They ran; `Release_` confirmed it.
    Ran,
    /// They ran and their changes stay although the run went back: the old release accepts them.
    RanAndStays,
    /// Whatever ran was undone with the return point.
    TakenBack,
    /// The upgrade began and did not end well: some may have run.
    Unclear,
}

/// The core first, then the modules in the plan's order.
pub(crate) fn rows(plan: &Plan, outcome: &OutcomeReport, actions: &[ActionSpan]) -> Vec<StepRow> {
    let upgrade = fate(plan, outcome, actions);
    let core = &plan.core;
    let mut rows = vec![StepRow {
        name: "portal".to_owned(),
        core: true,
        from: core.current.clone(),
        to: core.target.clone(),
        path: path(&core.steps),
        change: core.change,
        when: core.when,
        result: result(core.when, upgrade),
        blocks: Vec::new(),
        undetermined: core.undetermined.clone(),
    }];
    rows.extend(plan.modules.iter().map(|module| StepRow {
        name: module.module.to_string(),
        core: false,
        from: module.current.clone(),
        to: module.target.clone(),
        path: path(&module.steps),
        change: module.change,
        when: module.when,
        result: result(module.when, upgrade),
        blocks: module.blocks.clone(),
        undetermined: module.undetermined.clone(),
    }));
    rows
}

fn path(steps: &[PlannedStep]) -> Vec<SchemaVersion> {
    steps.iter().map(|step| step.to.clone()).collect()
}

fn result(when: When, upgrade: StepResult) -> StepResult {
    match when {
        When::Never => StepResult::Nothing,
        When::AtStart => StepResult::LeftToStart,
        When::Waits => StepResult::Waits,
        When::Undetermined => StepResult::Undetermined,
        When::InOutage => upgrade,
    }
}

/// What became of the steps that run in the outage.
fn fate(plan: &Plan, outcome: &OutcomeReport, actions: &[ActionSpan]) -> StepResult {
    let last = |direction: Direction, wanted: fn(&Action) -> bool| {
        actions.iter().rfind(|span| {
            span.direction == direction
                && plan
                    .actions
                    .get(span.index)
                    .is_some_and(|planned| wanted(&planned.action))
        })
    };
    let Some(upgrade) = last(Direction::Forward, |action| {
        matches!(action, Action::UpgradeData(_))
    }) else {
        return StepResult::NotRun;
    };
    let restored = outcome
        .rollback
        .as_ref()
        .is_some_and(|rollback| rollback.mode == ReturnMode::ReturnPoint)
        && last(Direction::Back, |action| {
            matches!(action, Action::TakeReturnPoint { .. })
        })
        .is_some_and(|span| span.result == ActionResult::Finished);
    match upgrade.result {
        _ if restored => StepResult::TakenBack,
        ActionResult::Finished if outcome.rollback.is_some() => StepResult::RanAndStays,
        ActionResult::Finished => StepResult::Ran,
        _ => StepResult::Unclear,
    }
}
