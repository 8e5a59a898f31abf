//! `raylift update`.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

use raylift_model::codes;
use raylift_model::plan::{Action, Plan, ReturnMeans};
use raylift_run::gate;

use crate::arguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::settings::SiteArgument;
use crate::vault::Vault;
use crate::verbs::{plan, waiver};
use crate::wiring::Work;
use crate::workplace::{PLAN, Workplace, read_plan};
use crate::{render, wiring};

/// Plans (or takes a saved plan), asks once, and carries it out.
pub(crate) fn run(
    site: &SiteArgument,
    arguments: &arguments::Update,
    printer: &Printer,
) -> Result<Exit, Problem> {
    let workplace = Workplace::of(site);
    workplace.refuse_while_at_work()?;
    refuse_while_another_run_stands(&workplace)?;
    let plan = match &arguments.plan {
        Some(file) => saved(site, &workplace, file)?,
        None => plan::make(site, &arguments.target)?,
    };
    if plan.blockers().count() > 0 {
        return Err(blocked(&plan));
    }
    if let Some(flaw) = raylift_plan::lint(&plan).into_iter().next() {
        return Err(Problem::refused(
            codes::PLAN_STALE,
            format!("the plan is not sound: {flaw}"),
            "Plan again.",
        ));
    }
    if needs_repository(&plan) {
        Vault::of(site).look(false)?;
    }
    if arguments.yes {
        printer.text(&render::summary(&plan));
    } else {
        confirm(&plan, printer)?;
    }
    let waived_by = waiver::agreed(&plan, arguments.waiver.as_deref(), printer)?;
    let _lock = workplace.lock()?;
    refuse_while_another_run_stands(&workplace)?;
    let run = wiring::run_of(&plan)?;
    let folder = workplace.run_folder(&run);
    std::fs::create_dir_all(&folder).map_err(|error| Problem::file("make", &folder, &error))?;
    keep_plan(&plan, &folder)?;
    Work::open(site, &workplace, &run, printer)?.carry_out(|engine| match &waived_by {
        Some(who) => engine.start_unproven(who),
        None => engine.start(),
    })
}

/// Whether proof or return point put documents into the backup repository.
fn needs_repository(plan: &Plan) -> bool {
    plan.site.store.is_some()
        && plan.actions.iter().any(|planned| {
            matches!(
                planned.action,
                Action::ProveRestorePoint { .. }
                    | Action::TakeReturnPoint {
                        means: ReturnMeans::Copies,
                        ..
                    }
            )
        })
}

fn refuse_while_another_run_stands(workplace: &Workplace) -> Result<(), Problem> {
    gate::may_start(&workplace.runs()?)
        .map_err(|error| Problem::refused(error.code(), error.to_string(), sentence(error.next())))
}

fn sentence(text: &str) -> String {
    format!("{text}.")
}

/// A saved plan must be for the site as it is now. A plan whose number was used meanwhile is for another state.
fn saved(site: &SiteArgument, workplace: &Workplace, file: &Path) -> Result<Plan, Problem> {
    let plan = read_plan(file)?;
    let run = wiring::run_of(&plan)?;
    if workplace.next_run(plan.to.as_str())? == run {
        let changed = wiring::changed_since(site, &plan)?;
        return if changed.is_empty() {
            Ok(plan)
        } else {
            Err(Problem::refused(
                codes::PLAN_STALE,
                format!(
                    "the site has changed since the plan in {} was made",
                    file.display()
                ),
                "Plan again, and read the new plan.",
            )
            .because(changed))
        };
    }
    Err(Problem::refused(
        codes::PLAN_STALE,
        format!(
            "the plan in {} would be run {run}, but other runs took place since it was made",
            file.display()
        ),
        "Plan again.",
    ))
}

fn blocked(plan: &Plan) -> Problem {
    let blockers: Vec<String> = plan
        .blockers()
        .flat_map(|finding| {
            let mut remedy = finding.remedy.lines();
            let first = format!(
                "{} {}: {} {}",
                finding.code,
                finding.subject,
                finding.message,
                after(remedy.next().unwrap_or_default())
            );
            std::iter::once(first).chain(remedy.map(str::to_owned))
        })
        .collect();
    let first = plan
        .blockers()
        .next()
        .map_or(codes::PLAN_BLOCKED, |finding| finding.code.as_str())
        .to_owned();
    Problem::refused(
        &first,
        "the plan has blockers",
        "Resolve them and plan again.",
    )
    .because(blockers)
}

fn after(remedy: &str) -> String {
    if remedy.is_empty() {
        String::new()
    } else {
        format!("({remedy})")
    }
}

/// Shows the summary and asks; without a terminal the answer must be given as an option.
fn confirm(plan: &Plan, printer: &Printer) -> Result<(), Problem> {
    if printer.is_json() || !std::io::stdin().is_terminal() {
        return Err(Problem::refused(
            codes::NOT_CONFIRMED,
            "an update must be confirmed, and there is no terminal to ask at",
            "Add --yes, or run it at a terminal and answer y.",
        ));
    }
    printer.text(&render::plan(plan, false, false));
    // What counts for the answer stands where the question is.
    printer.text(&render::brief(plan));
    let mut error = anstream::stderr();
    let _ = write!(error, "\nCarry this out? [y/N] ");
    let _ = error.flush();
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Problem::refused(
            codes::NOT_CONFIRMED,
            "the update was not begun, because the answer was not y",
            "Nothing is left to do. raylift update plans and asks again; raylift plan --out FILE keeps a plan to read.",
        ))
    }
}

/// The plan is on disk, whole, before the first event names it.
fn keep_plan(plan: &Plan, folder: &Path) -> Result<(), Problem> {
    let path = folder.join(PLAN);
    let bytes = serde_json::to_vec_pretty(plan).map_err(|error| wiring::broken(&error))?;
    let written = (|| {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        std::fs::File::open(folder)?.sync_all()
    })();
    written.map_err(|error: std::io::Error| Problem::file("write", &path, &error))
}
