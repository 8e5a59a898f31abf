//! Puts the libraries together: survey with machine, engine with host, events with display.

use std::cell::RefCell;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use raylift_host::archive;
use raylift_host::cache::Cache;
use raylift_host::effects::RealHost;
use raylift_host::machine::RealMachine;
use raylift_host::ownership;
use raylift_model::codes;
use raylift_model::event::{Event, Notice};
use raylift_model::facts::{ReleaseFacts, SiteFacts};
use raylift_model::finding::Finding;
use raylift_model::names::RunId;
use raylift_model::plan::{Action, Plan, PlannedSite, ReturnMeans, ReturnMode};
use raylift_report::Report;
use raylift_run::RunError;
use raylift_run::engine::{Engine, Outcome, Status};
use raylift_run::journal::{FileStore, JOURNAL_FILE};
use raylift_survey::release::FactsStore;
use raylift_survey::site::{SiteError, SurveyRequest};

use crate::exit::Exit;
use crate::interrupt;
use crate::printer::Printer;
use crate::problem::{Problem, causes};
use crate::render::{self, Watcher};
use crate::settings::SiteArgument;
use crate::workplace::Workplace;

/// What to do when the folder given is no site.
pub(crate) const NAME_THE_HOME: &str =
    "Give the folder that holds osgi, data and the Tomcat folder with --site.";

/// Looks at the site.
pub(crate) fn survey_site(site: &SiteArgument) -> Result<SiteFacts, Problem> {
    survey(&request(site))
}

/// The same for a plan: also whether the rows are fit for the unique indexes of the release.
pub(crate) fn survey_site_for(
    site: &SiteArgument,
    release: &ReleaseFacts,
) -> Result<SiteFacts, Problem> {
    survey(&SurveyRequest {
        unique_indexes: raylift_plan::unique_indexes(release),
        ..request(site)
    })
}

/// The same for what needs neither every document compared nor a plan, such as a backup or a drill by a timer.
pub(crate) fn survey_data(site: &SiteArgument) -> Result<SiteFacts, Problem> {
    survey(&SurveyRequest {
        census: false,
        checks: false,
        ..request(site)
    })
}

fn survey(request: &SurveyRequest) -> Result<SiteFacts, Problem> {
    raylift_survey::site::survey(&RealMachine, request).map_err(|error| no_home(&error))
}

/// Refuses a folder that is no site, for verbs that would otherwise say that there is nothing yet.
pub(crate) fn require_home(site: &SiteArgument) -> Result<(), Problem> {
    raylift_survey::site::require_home(&RealMachine, &site.home).map_err(|error| no_home(&error))
}

fn no_home(error: &SiteError) -> Problem {
    Problem::refused(error.code(), error.to_string(), NAME_THE_HOME)
}

/// The site as a run must know it, without a release, and what stands against taking a restore point of it.
pub(crate) fn site_alone(
    site: &SiteArgument,
    facts: &SiteFacts,
) -> Result<(PlannedSite, Vec<Finding>), Problem> {
    raylift_plan::site_alone(facts, &site.settings)
        .map_err(|error| Problem::refused(error.code(), error.to_string(), NAME_THE_HOME))
}

/// The parts of the site that differ from what the plan was made for.
pub(crate) fn changed_since(site: &SiteArgument, plan: &Plan) -> Result<Vec<String>, Problem> {
    let facts = survey_site(site)?;
    let found = raylift_host::site::binding_of(&facts, plan);
    let mut changed = plan.binding.differences(&found);
    if facts.home != plan.site.home.display().to_string() {
        changed.insert(0, format!("home {}", facts.home));
    }
    Ok(changed)
}

/// What the survey of the site is asked.
pub(crate) fn request(site: &SiteArgument) -> SurveyRequest {
    SurveyRequest {
        home: site.home.clone(),
        settings: site.settings.clone(),
        remembered: None,
        census: true,
        server: true,
        checks: true,
        unique_indexes: Vec::new(),
    }
}

/// Reads a release, or takes what the cache remembers of it.
pub(crate) fn survey_release(path: &Path, cache: Option<&Cache>) -> Result<ReleaseFacts, Problem> {
    let refused = |error: raylift_survey::source::SourceError| {
        let evidence = causes(&error);
        let next = match error.code {
            codes::NO_SUCH_RELEASE => "Look whether a name in the path is mistyped.",
            codes::NOT_A_RELEASE | codes::LAYOUT_UNSUPPORTED => {
                "Give the Tomcat bundle of the release (liferay-ce-portal-tomcat-…), as an archive or unpacked."
            }
            _ => "Get the release again from where it is published, and check it.",
        };
        Problem::refused(error.code, error.to_string(), next).because(evidence)
    };
    archive::refuse_other_folder(path).map_err(refused)?;
    let source = archive::open_with(path, cache).map_err(refused)?;
    let checksums = source.checksums().map_err(refused)?;
    if let Some((name, _)) = checksums.iter().find(|(_, right)| !right) {
        return Err(Problem::refused(
            codes::ARCHIVE_CHECKSUM,
            format!("{} does not have the checksum in {name}", path.display()),
            "Get the archive again; do not use this one.",
        ));
    }
    let store = cache.map(|cache| cache as &dyn FactsStore);
    raylift_survey::release::survey_with(source.as_ref(), store).map_err(refused)
}

/// The command needs a release.
pub(crate) fn release_missing() -> Problem {
    Problem::refused(
        codes::USAGE,
        "no release is given",
        "Name the archive or folder of the new release.",
    )
    .ending(Exit::Usage)
}

/// A value that should always have a JSON form has none: a defect of raylift.
pub(crate) fn broken(error: &serde_json::Error) -> Problem {
    Problem::refused(
        codes::ACTION_FAILED,
        format!("a value cannot be written as JSON: {error}"),
        "Report this.",
    )
    .ending(Exit::Failed)
}

/// The run that a plan was made for: its name stands in the path of the staging folder.
pub(crate) fn run_of(plan: &Plan) -> Result<RunId, Problem> {
    plan.actions
        .iter()
        .find_map(|planned| match &planned.action {
            Action::Stage { staging } => staging
                .file_name()
                .map(|name| RunId::new(name.to_string_lossy())),
            _ => None,
        })
        .ok_or_else(|| {
            Problem::refused(codes::PLAN_STALE, "the plan stages nothing", "Plan again.")
        })
}

/// What became of a run that stopped.
pub(crate) fn stopped(error: &RunError) -> Problem {
    let exit = match error {
        RunError::Refused { .. }
        | RunError::Blocked { .. }
        | RunError::AnotherPlan { .. }
        | RunError::ReturnPoint { .. } => Exit::Refused,
        RunError::Journal(_) | RunError::Illegal(_) | RunError::PlanUnwritable(_) => Exit::Failed,
        RunError::Action { .. } | RunError::CleanUp { .. } => Exit::Stuck,
    };
    let source = match error {
        RunError::ReturnPoint { error, .. } => Some(error.to_string()),
        _ => None,
    };
    Problem::refused(error.code(), error.to_string(), capital(error.next()))
        .safe(capital(error.safe()))
        .because(source)
        .because(error.evidence().iter().cloned())
        .ending(exit)
}

/// A fragment as a sentence.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let sentence: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    if sentence.ends_with('.') {
        sentence
    } else {
        format!("{sentence}.")
    }
}

/// Everything needed to work on one run.
pub(crate) struct Work<'a> {
    plan: Plan,
    run: RunId,
    folder: PathBuf,
    host: RealHost,
    workplace: &'a Workplace,
    printer: &'a Printer,
}

impl<'a> Work<'a> {
    /// Opens the run; its plan must be in its folder.
    pub(crate) fn open(
        site: &SiteArgument,
        workplace: &'a Workplace,
        run: &RunId,
        printer: &'a Printer,
    ) -> Result<Self, Problem> {
        let plan = workplace.plan(run)?;
        check_that_it_fits(&plan, site, workplace)?;
        let folder = workplace.run_folder(run);
        let host = raylift_host::site::host(
            folder.clone(),
            site.settings.clone(),
            interrupt::install(Exit::Stuck)?,
        );
        Ok(Self {
            plan,
            run: run.clone(),
            folder,
            host,
            workplace,
            printer,
        })
    }

    /// The plan.
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Works on the run and shows how it ended.
    pub(crate) fn carry_out(
        &self,
        work: impl FnOnce(&mut Engine<'_>) -> Result<Outcome, RunError>,
    ) -> Result<Exit, Problem> {
        self.carry_out_checked(|engine| work(engine).map_err(|error| stopped(&error)))
    }

    /// The same with a check of the verb's own in front.
    pub(crate) fn carry_out_checked(
        &self,
        work: impl FnOnce(&mut Engine<'_>) -> Result<Outcome, Problem>,
    ) -> Result<Exit, Problem> {
        let silent = self.printer.is_json();
        let watcher = RefCell::new(Watcher::new(&self.plan, self.way_back(), silent));
        let mut observer = |notice: Notice| watcher.borrow_mut().notice(&notice);
        let store = FileStore::open(&self.folder.join(JOURNAL_FILE))
            .map_err(|error| Problem::file("open the journal in", &self.folder, &error))?;
        let result = Engine::new(
            &self.host,
            Box::new(store),
            &self.plan,
            self.run.clone(),
            &mut observer,
        )
        .map_err(|error| stopped(&error))
        .and_then(|mut engine| {
            let outcome = work(&mut engine)?;
            Ok((outcome, engine.status()))
        });
        watcher.borrow().finish();
        let report = report(self.workplace, &self.run).and_then(|report| {
            write_report(&report, &self.folder.join("report.html"))?;
            self.printer.json(&report)?;
            Ok(report)
        });
        if matches!(
            result,
            Ok((Outcome::Committed | Outcome::RolledBack { .. }, _))
        ) {
            self.forget_the_environment();
        }
        self.hand_over();
        let (outcome, status) = result?;
        Ok(self.say(&outcome, &status, &report?))
    }

    /// How the way back that has begun treats the database.
    fn way_back(&self) -> Option<ReturnMode> {
        let entries = self.workplace.entries(&self.run).ok()?;
        entries.iter().rev().find_map(|entry| match &entry.event {
            Event::RollbackStarted { mode, .. } => Some(*mode),
            _ => None,
        })
    }

    /// The run is over: what was kept to start the server again, perhaps with secrets, is no longer needed.
    fn forget_the_environment(&self) {
        let path = self.folder.join("server-environment");
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                self.printer
                    .problem(&Problem::file("remove", &path, &error));
            }
            _ => {}
        }
    }

    /// What raylift made in its folder belongs to the site's owner: nothing there is left to root.
    fn hand_over(&self) {
        let (state, owner) = (self.workplace.state(), &self.plan.site.owner);
        let mut staged = self.plan.exchanges.iter().map(|exchange| &exchange.staged);
        let result = ownership::hand_over(state, owner).and_then(|()| {
            staged.try_for_each(|tree| ownership::hand_over_above(tree, state, owner))
        });
        if let Err(error) = result {
            self.printer
                .problem(&Problem::file("change the owner of", state, &error));
        }
    }

    fn say(&self, outcome: &Outcome, status: &Status, measured: &Report) -> Exit {
        let report = self.folder.join("report.html");
        let (text, exit) = match outcome {
            Outcome::BurningIn => (
                format!(
                    "Liferay {} serves and burns in. raylift commit makes it final, raylift rollback goes back.\n",
                    self.plan.to
                ),
                Exit::Done,
            ),
            Outcome::RolledBack { automatic: true, reason, cause } => (
                format!(
                    "Liferay {} is back. The update failed: {}\n",
                    self.plan.from,
                    cause.as_ref().map_or_else(|| reason.clone(), |cause| format!("{} {}", cause.code, cause.message))
                ),
                Exit::WentBack,
            ),
            Outcome::RolledBack { .. } => (format!("Liferay {} is back.\n", self.plan.from), Exit::Done),
            Outcome::Committed => (format!("Liferay {} is final.\n", self.plan.to), Exit::Done),
            Outcome::Interrupted { fenced: true, .. } => (
                "Stopped at a safe point. The fence stands: raylift resume goes on, raylift rollback goes back.\n".to_owned(),
                Exit::Interrupted,
            ),
            Outcome::Interrupted { .. } => (
                "Stopped at a safe point, before anything of the site was touched. raylift resume goes on, raylift rollback cleans up.\n".to_owned(),
                Exit::Interrupted,
            ),
        };
        self.printer.text(&text);
        self.printer.text(&render::outages(measured));
        if matches!(outcome, Outcome::RolledBack { .. } | Outcome::Committed) {
            self.printer.text(&render::kept(&status.kept));
        }
        self.printer
            .text(&format!("report: {}\n", report.display()));
        exit
    }
}

/// A plan lies in the site's home, where the site's user can change it. It is only carried out when it is sound and about
/// this site, its owner and this state folder, since raylift may run as root.
fn check_that_it_fits(
    plan: &Plan,
    site: &SiteArgument,
    workplace: &Workplace,
) -> Result<(), Problem> {
    let stale = |message: String| {
        Problem::refused(
            codes::PLAN_STALE,
            message,
            "Look who changed the plan in the run's folder.",
        )
    };
    if let Some(flaw) = raylift_plan::lint(plan).into_iter().next() {
        return Err(stale(format!("the plan is not sound: {flaw}")));
    }
    let home = std::fs::canonicalize(&site.home)
        .map_err(|error| Problem::file("resolve", &site.home, &error))?;
    if plan.site.home != home || plan.site.state != workplace.state() {
        return Err(stale(format!(
            "the plan is for {}, not for {}",
            plan.site.home.display(),
            home.display()
        )));
    }
    let owner = std::fs::metadata(&home)
        .map_err(|error| Problem::file("look at", &home, &error))?
        .uid();
    if plan.site.owner.uid == 0 && owner != 0 {
        return Err(stale(
            "the plan says that the site belongs to root, and its home does not".to_owned(),
        ));
    }
    if raylift_host::users::current_uid() == 0 && runs_what_settings_do_not_say(plan, site) {
        return Err(stale(
            "the plan's command for the return point or its file with the administrator's password is not the one in raylift.toml, and as root raylift runs and reads no other"
                .to_owned(),
        ));
    }
    Ok(())
}

/// A plan lies where the site's user may write. What runs as root stands in the settings, which are root's then.
fn runs_what_settings_do_not_say(plan: &Plan, site: &SiteArgument) -> bool {
    let planned = plan.site.database_tools.as_ref();
    let password = planned.and_then(|tools| tools.admin_password_file.as_ref());
    // A file that only root may read would be handed to a tool that runs as the site's user.
    if password.is_some() && password != site.settings.database.admin_password_file.as_ref() {
        return true;
    }
    let Some(ReturnMeans::Command { take, restore }) = plan.return_means() else {
        return false;
    };
    let set = &site.settings.restore_point;
    set.command.as_ref() != Some(&take.words)
        || restore
            .as_ref()
            .is_some_and(|restore| set.restore_command.as_ref() != Some(&restore.words))
}

/// The report of a run as it is now.
pub(crate) fn report(workplace: &Workplace, run: &RunId) -> Result<Report, Problem> {
    let plan = workplace.plan(run)?;
    let report = Report::build(&plan, &workplace.entries(run)?);
    // Lines that make no story are still worth a report.
    Ok(match workplace.story(run) {
        Ok(story) => {
            let mut status = Status::of(&plan, &story.state);
            render::still_there(&mut status.kept);
            report.keeping(status.kept, status.kept_may_lack)
        }
        Err(_) => report,
    })
}

/// Writes the report's page.
pub(crate) fn write_report(report: &Report, path: &Path) -> Result<(), Problem> {
    let page =
        raylift_report::html(report).map_err(|error| unwritable(path, &error.to_string()))?;
    std::fs::write(path, page).map_err(|error| unwritable(path, &error.to_string()))
}

fn unwritable(path: &Path, cause: &str) -> Problem {
    Problem::refused(
        codes::REPORT_UNWRITABLE,
        format!("cannot write the report {}: {cause}", path.display()),
        "Write it elsewhere: raylift report --out FILE.",
    )
    .ending(Exit::Failed)
}
