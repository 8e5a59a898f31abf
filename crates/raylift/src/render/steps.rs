//! The table of upgrade steps: a line for each module, below it one for each step.

use raylift_model::names::simple_class;
use raylift_model::plan::{
    CorePlan, ModulePlan, Plan, PlannedStep, ReturnNeed, TouchedTable, When,
};
use raylift_model::version::{SchemaChange, SchemaVersion};

use crate::printer::{careful, paint, strong};
use crate::render::table::{columns, count};

/// Steps of one module that are shown unless all are asked for.
const STEPS: usize = 12;
/// Names shown where there may be many.
const NAMES: usize = 3;

/// The table, or nothing when no step is pending.
pub(crate) fn steps(plan: &Plan, all: bool) -> String {
    let most = if all { usize::MAX } else { STEPS };
    let mut rows = Vec::new();
    let is_unknown = plan.core.when == When::Undetermined;
    if !plan.core.steps.is_empty() || plan.core.must_run || is_unknown {
        core(&plan.core, most, &mut rows);
    }
    let (unread, others): (Vec<_>, Vec<_>) = plan
        .modules
        .iter()
        .partition(|module| module.lacks_only_its_row());
    for planned in others {
        module(planned, most, &mut rows);
    }
    rows.extend(rows_unknown(unread.len()));
    if rows.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "\n{}  {}\n",
        paint("Upgrade steps", strong()),
        headline(plan)
    );
    text.push_str(&columns(
        Some(&[
            "module", "from", "to", "kind", "runs", "rows", "way back", "what",
        ]),
        &rows,
    ));
    if plan.core.must_run {
        text.push_str(&format!("  {}\n", paint(&refusal(plan), careful())));
    }
    text
}

/// How much runs when, in one line.
pub(crate) fn headline(plan: &Plan) -> String {
    let parts = [
        When::InOutage,
        When::AtStart,
        When::Waits,
        When::Undetermined,
    ]
    .map(|when| {
        let modules = plan.modules.iter().filter(|module| module.when == when);
        let mut parts = Vec::new();
        if plan.core.when == when {
            parts.push(match plan.core.steps.len() {
                0 => "the core".to_owned(),
                steps => format!("{} of the core", count(steps, "step")),
            });
        }
        match modules.count() {
            0 => {}
            modules => parts.push(count(modules, "module")),
        }
        (when, parts.join(" and "))
    });
    parts
        .iter()
        .filter(|(_, what)| !what.is_empty())
        .map(|(when, what)| format!("{}: {what}", when.word()))
        .collect::<Vec<_>>()
        .join(" · ")
}

fn refusal(plan: &Plan) -> String {
    let why = match (plan.core.build_numbers, &plan.core.required) {
        (Some((stored, demanded)), _) => {
            format!("it demands build number {demanded}, the database holds {stored}")
        }
        (None, Some(required)) => format!("it requires schema version {required}"),
        (None, None) => "it says so".to_owned(),
    };
    format!(
        "Without the core's steps {} refuses to start: {why}.",
        plan.to
    )
}

fn core(core: &CorePlan, most: usize, rows: &mut Vec<Vec<String>>) {
    let touched = core.steps.iter().flat_map(|step| &step.tables);
    rows.push(vec![
        "core".to_owned(),
        version(core.current.as_ref()),
        version(core.target.as_ref()),
        kind(core.change),
        core.when.word().to_owned(),
        rows_of(touched),
        way_back(core.when, core.way_back),
        core.undetermined.join("; "),
    ]);
    add_steps(&core.steps, most, rows);
}

fn module(module: &ModulePlan, most: usize, rows: &mut Vec<Vec<String>>) {
    let from = match &module.current {
        None if !module.start.is_zero() => {
            let takes_over = module
                .steps
                .first()
                .is_some_and(|step| step.from == step.to);
            let origin = if takes_over {
                "taken over"
            } else {
                "made by the core"
            };
            format!("{} ({origin})", module.start)
        }
        current => version(current.as_ref()),
    };
    let remark = if module.undetermined.is_empty() {
        blocks(&module.blocks)
    } else {
        module.undetermined.join("; ")
    };
    rows.push(vec![
        module.module.to_string(),
        from,
        version(module.target.as_ref()),
        kind(module.change),
        module.when.word().to_owned(),
        rows_of(module.tables.iter()),
        way_back(module.when, module.way_back),
        remark,
    ]);
    if module.undetermined.is_empty() {
        add_steps(&module.steps, most, rows);
    }
}

/// Modules that differ in nothing but their names, in one line; `--json` names them.
fn rows_unknown(modules: usize) -> Option<Vec<String>> {
    (modules > 0).then(|| {
        vec![
            count(modules, "module"),
            "?".to_owned(),
            "?".to_owned(),
            kind(None),
            When::Undetermined.word().to_owned(),
            "-".to_owned(),
            way_back(When::Undetermined, ReturnNeed::Undetermined),
            ModulePlan::ROWS_UNKNOWN.to_owned(),
        ]
    })
}

fn add_steps(steps: &[PlannedStep], most: usize, rows: &mut Vec<Vec<String>>) {
    let shown = if steps.len() > most { most - 1 } else { most };
    let empty = String::new;
    for step in steps.iter().take(shown) {
        rows.push(vec![
            empty(),
            empty(),
            format!("→ {}", step.to),
            step.change.word().to_owned(),
            empty(),
            rows_of(step.tables.iter()),
            empty(),
            classes(step),
        ]);
    }
    if steps.len() > shown {
        let more = format!(
            "{} more, --steps shows them",
            count(steps.len() - shown, "step")
        );
        rows.push(vec![
            empty(),
            empty(),
            more,
            empty(),
            empty(),
            empty(),
            empty(),
            empty(),
        ]);
    }
}

/// The simple names of a step's classes, and the tables it names.
fn classes(step: &PlannedStep) -> String {
    let mut text = step
        .classes
        .iter()
        .map(|class| simple_class(class))
        .collect::<Vec<_>>()
        .join(" + ");
    if !step.tables.is_empty() {
        let names: Vec<&str> = step
            .tables
            .iter()
            .map(|table| table.name.as_str())
            .collect();
        text.push_str(&format!(" of {}", some(&names)));
    }
    text
}

/// How many rows the known tables have; `-` where no table is known.
fn rows_of<'a>(tables: impl Iterator<Item = &'a TouchedTable>) -> String {
    let mut known: Vec<(&str, u64)> = tables
        .filter_map(|table| Some((table.name.as_str(), table.rows?)))
        .collect();
    known.sort_unstable();
    known.dedup();
    if known.is_empty() {
        return "-".to_owned();
    }
    known.iter().map(|(_, rows)| rows).sum::<u64>().to_string()
}

fn blocks(components: &[String]) -> String {
    if components.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = components.iter().map(|name| simple_class(name)).collect();
    format!("until then off: {}", some(&names))
}

fn some(names: &[&str]) -> String {
    let shown = names
        .get(..NAMES.min(names.len()))
        .unwrap_or_default()
        .join(", ");
    if names.len() > NAMES {
        format!("{shown} and {} more", names.len() - NAMES)
    } else {
        shown
    }
}

fn kind(change: Option<SchemaChange>) -> String {
    change.map_or("?", SchemaChange::word).to_owned()
}

/// What waits or never runs needs no way back.
fn way_back(when: When, need: ReturnNeed) -> String {
    match when {
        When::InOutage | When::AtStart => need.words().to_owned(),
        When::Never | When::Waits => String::new(),
        When::Undetermined => ReturnNeed::Undetermined.words().to_owned(),
    }
}

fn version(version: Option<&SchemaVersion>) -> String {
    version.map_or_else(|| "-".to_owned(), ToString::to_string)
}
