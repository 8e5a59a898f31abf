//! Ties the host of a run to the survey: how the database is reached and what a plan is bound to are read anew each time.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use raylift_backup::Stop;
use raylift_model::codes;
use raylift_model::facts::SiteFacts;
use raylift_model::finding::Finding;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Binding, Plan, PlannedSite};
use raylift_model::proof::ProofRecord;
use raylift_model::settings::Settings;
use raylift_run::host::{HostError, Progress};
use raylift_survey::machine::DatabaseAccess;
use raylift_survey::site::{self, RememberedProcess, SurveyRequest};

use crate::effects::{self, RealHost};
use crate::machine::RealMachine;

/// The host for one run of a site, whose folder must exist. `interrupted` is set by whoever catches the first Ctrl-C.
pub fn host(run_folder: PathBuf, settings: Settings, interrupted: Arc<AtomicBool>) -> RealHost {
    let request = Request {
        run_folder: run_folder.clone(),
        settings,
    };
    let again = request.clone();
    RealHost::new(
        run_folder,
        Box::new(move |plan| request.access(plan)),
        Box::new(move |plan, _stopped| again.binding(plan)),
        interrupted,
    )
}

/// Proves a restore point of the site as it is, in a scratch folder of its own, which is removed in the end.
///
/// # Errors
/// As [`raylift_run::host::Host::prove_restore_point`]; with [`codes::INTERRUPTED`] when `stop` was asked for.
pub fn drill(
    planned: &PlannedSite,
    settings: &Settings,
    stop: &Stop,
    progress: Progress<'_>,
) -> Result<ProofRecord, HostError> {
    let access = access(&request(&planned.home, settings))?;
    let scratch = planned.state.join("scratch").join("drill");
    effects::drill(planned, &access, &scratch, stop, progress)
}

/// A look at a site outside a run.
pub(crate) fn request(home: &Path, settings: &Settings) -> SurveyRequest {
    SurveyRequest {
        home: home.to_owned(),
        settings: settings.clone(),
        remembered: None,
        census: false,
        server: false,
        checks: false,
        unique_indexes: Vec::new(),
    }
}

/// How the database of a site is reached.
pub(crate) fn access(request: &SurveyRequest) -> Result<DatabaseAccess, HostError> {
    site::database_access(&RealMachine, request).map_err(|finding| refused(&finding))
}

#[derive(Clone)]
struct Request {
    run_folder: PathBuf,
    settings: Settings,
}

impl Request {
    fn of(&self, plan: &Plan) -> Result<SurveyRequest, HostError> {
        Ok(SurveyRequest {
            home: plan.site.home.clone(),
            settings: self.settings.clone(),
            remembered: remembered(&self.run_folder, plan)?,
            census: false,
            server: false,
            checks: false,
            unique_indexes: Vec::new(),
        })
    }

    fn access(&self, plan: &Plan) -> Result<DatabaseAccess, HostError> {
        access(&self.of(plan)?)
    }

    fn binding(&self, plan: &Plan) -> Result<Binding, HostError> {
        let facts: SiteFacts = site::survey(&RealMachine, &self.of(plan)?).map_err(|error| {
            HostError::new(codes::PLAN_STALE, error.to_string()).caused_by(error)
        })?;
        Ok(binding_of(&facts, plan))
    }
}

/// A blocker as an error.
fn refused(finding: &Finding) -> HostError {
    HostError::new(
        codes::known(finding.code.as_str()).unwrap_or(codes::DATABASE_SOURCE),
        finding.message.clone(),
    )
    .because(finding.evidence.iter().cloned())
}

/// What the plan would be bound to if it were made of these facts. The release's digest is not computed again: the
/// action that verifies it does that.
pub fn binding_of(facts: &SiteFacts, plan: &Plan) -> Binding {
    Binding::of(facts, &plan.release.digest, start_script(plan).as_ref())
}

fn start_script(plan: &Plan) -> Option<RelativePath> {
    let script = plan.site.tomcat.join("bin/catalina.sh");
    let below = script.strip_prefix(&plan.site.home).ok()?;
    Some(RelativePath::new(below.to_str()?))
}

/// What the server said of itself before raylift stopped it, for a look at the site while it is down.
fn remembered(run_folder: &Path, plan: &Plan) -> Result<Option<RememberedProcess>, HostError> {
    Ok(effects::remembered(run_folder)?.map(|bytes| {
        RememberedProcess::of_proc(
            &bytes.environ,
            &bytes.cmdline,
            plan.site.java.clone(),
            plan.site.owner.clone(),
        )
    }))
}
