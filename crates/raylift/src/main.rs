//! The command `raylift`: arguments, wiring, rendering. What is worth testing without a terminal lives in the libraries.
// A problem ends the process: its size does not matter.
#![allow(clippy::result_large_err)]

mod arguments;
mod exit;
mod interrupt;
mod printer;
mod problem;
mod render;
mod settings;
mod vault;
mod verbs;
mod wiring;
mod workplace;

use std::process::ExitCode;

use clap::Parser as _;
use raylift_model::codes;

use crate::arguments::{Arguments, Backups, Verb};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            let asked = !error.use_stderr();
            return ExitCode::from(if asked { Exit::Done } else { Exit::Usage }.code());
        }
    };
    let printer = Printer::new(arguments.json);
    let exit = match dispatch(&arguments, &printer) {
        Ok(exit) => exit,
        Err(problem) => {
            printer.problem(&problem);
            problem.exit
        }
    };
    ExitCode::from(exit.code())
}

fn dispatch(arguments: &Arguments, printer: &Printer) -> Result<Exit, Problem> {
    if !cfg!(target_os = "linux") {
        return Err(Problem::refused(
            codes::UNSUPPORTED_SYSTEM,
            "raylift runs on Linux only",
            "Run it on the site's machine.",
        ));
    }
    // A single file needs no site.
    match &arguments.verb {
        Verb::Inspect(arguments::Inspect {
            what: Some(arguments::Inspected::Jar { file, with }),
        }) => return verbs::inspect_jar::run(file, with, printer),
        Verb::Inspect(arguments::Inspect {
            what: Some(arguments::Inspected::Config { file, dialect }),
        }) => return verbs::inspect_config::run(file, *dialect, printer),
        _ => {}
    }
    if let Verb::Inspect(arguments::Inspect {
        what: Some(arguments::Inspected::Properties { what, encoding }),
    }) = &arguments.verb
    {
        if verbs::inspect_properties::is_file(what) {
            return verbs::inspect_properties::file(what, encoding.reader(), printer);
        }
        let site = settings::resolve(arguments.site.as_deref())?;
        return verbs::inspect_properties::key(&site, &what.to_string_lossy(), printer);
    }
    let site = settings::resolve(arguments.site.as_deref())?;
    match &arguments.verb {
        Verb::Inspect(arguments::Inspect {
            what: Some(arguments::Inspected::Files(files)),
        }) => verbs::inspect_files::run(&site, files, printer),
        Verb::Inspect(_) => verbs::inspect::run(&site, printer),
        Verb::Plan(plan) => verbs::plan::run(&site, plan, printer),
        Verb::Drill => verbs::drill::run(&site, printer),
        Verb::Update(update) => verbs::update::run(&site, update, printer),
        Verb::Status => verbs::status::run(&site, printer),
        Verb::Resume(resume) => verbs::resume::run(&site, resume, printer),
        Verb::Rollback(rollback) => verbs::rollback::run(&site, rollback, printer),
        Verb::Commit(commit) => verbs::commit::run(&site, commit, printer),
        Verb::History => verbs::history::run(&site, printer),
        Verb::Report(report) => verbs::report::run(&site, report, printer),
        Verb::Backup(backup) => verbs::backup::run(&site, backup, printer),
        Verb::Backups(Backups::List { all }) => verbs::backups_list::run(&site, *all, printer),
        Verb::Backups(Backups::Show { id, files }) => {
            verbs::backups_show::run(&site, id, *files, printer)
        }
        Verb::Backups(Backups::Check { read_data, sample }) => {
            verbs::backups_check::run(&site, *read_data, *sample, printer)
        }
        Verb::Backups(Backups::Restore { id, to, part }) => {
            verbs::backups_restore::run(&site, id, to, part.as_deref(), printer)
        }
        Verb::Backups(Backups::Forget { ids, free_now }) => {
            verbs::backups_forget::run(&site, ids, *free_now, printer)
        }
    }
}
