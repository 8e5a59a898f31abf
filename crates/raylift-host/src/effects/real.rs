//! The host of the real world.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{Timestamp, Unit};
use raylift_backup::Stop;
use raylift_model::answer::Answer;
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{FileFact, FileKind, ReleaseRow, TableFacts};
use raylift_model::names::RelativePath;
use raylift_model::plan::{Action, Binding, DataUpgrade, Exchange, HealthPlan, Plan, ReturnMeans};
use raylift_run::host::{
    FenceState, HealthSample, Healthy, Host, HostError, LiveSide, NewDocument, Progress,
    ReturnPoint, ServerProcess, UpgradeOutcome, Write,
};
use raylift_survey::machine::DatabaseAccess;
use raylift_survey::source::{SourceEntry, SourceError};
use sha2::{Digest as _, Sha256};

use super::answers::Answers;
use super::client::UpgradeClient;
use super::copied::OnServer;
use super::documents::Documents;
use super::error::{database, source};
use super::exchange::Exchanger;
use super::fence::{self, Fence};
use super::health::{Look, Memory};
use super::logs::Marks;
use super::remove::remove_tree;
use super::server::Server;
use super::snapshot::{self, Taking};
use super::{engine, healthy, proof, restore, return_point, stage};
use crate::archive;
use crate::bridge::{Bridge, Mode};

/// Tells how the site's database is reached. Asked each time anew, so that the password is kept nowhere.
pub type AccessProvider = Box<dyn Fn(&Plan) -> Result<DatabaseAccess, HostError> + Send + Sync>;

/// Looks at the site and tells what a plan is bound to; the second argument says whether the server is stopped.
pub type BindingProvider = Box<dyn Fn(&Plan, bool) -> Result<Binding, HostError> + Send + Sync>;

/// All effects of one run on this machine.
pub struct RealHost {
    run_folder: PathBuf,
    access: AccessProvider,
    binding: BindingProvider,
    interrupted: Arc<AtomicBool>,
    exchanger: Exchanger,
    health: Mutex<Memory>,
    answers: Mutex<Answers>,
}

impl RealHost {
    /// A host for the run in `run_folder`, which must exist. `interrupted` is set by whoever catches the first Ctrl-C.
    pub fn new(
        run_folder: PathBuf,
        access: AccessProvider,
        binding: BindingProvider,
        interrupted: Arc<AtomicBool>,
    ) -> Self {
        Self {
            run_folder,
            access,
            binding,
            interrupted,
            exchanger: Exchanger::default(),
            health: Mutex::default(),
            answers: Mutex::default(),
        }
    }

    fn server_of<'a>(&'a self, plan: &'a Plan) -> Server<'a> {
        Server {
            plan,
            run_folder: &self.run_folder,
        }
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self, plan: &Plan, mode: Mode) -> Result<Bridge, HostError> {
        Bridge::open(&(self.access)(plan)?, mode).map_err(database)
    }

    fn on_server<T>(
        &self,
        plan: &Plan,
        act: impl FnOnce(&OnServer<'_>) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        act(&OnServer {
            site: &plan.site,
            access: &|| (self.access)(plan),
        })
    }

    fn with_client<T>(
        &self,
        plan: &Plan,
        upgrade: &DataUpgrade,
        act: impl FnOnce(UpgradeClient<'_>) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        act(UpgradeClient {
            plan,
            upgrade,
            run_folder: &self.run_folder,
            access: &|| (self.access)(plan),
            rows: &|| self.release_rows(plan),
        })
    }
}

/// Now, UTC, RFC 3339 with milliseconds.
pub(crate) fn now() -> String {
    let now = Timestamp::now();
    format!("{:.3}", now.round(Unit::Millisecond).unwrap_or(now))
}

fn digest_of(entry: &SourceEntry, content: &mut dyn Read) -> Result<Digest, SourceError> {
    let unreadable = |error: std::io::Error| SourceError {
        code: codes::FILE_UNREADABLE,
        message: format!("cannot read {}", entry.path),
        source: Some(error.into()),
    };
    let mut hasher = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match content.read(&mut block) {
            Ok(0) => return Ok(Digest::finish(hasher)),
            Ok(read) => hasher.update(block.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
}

impl Host for RealHost {
    fn now(&self) -> String {
        now()
    }

    fn wait(&self, milliseconds: u64) {
        std::thread::sleep(Duration::from_millis(milliseconds));
    }

    fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    fn release_digest(&self, place: &Path, progress: Progress<'_>) -> Result<Digest, HostError> {
        progress(format!("reading {}", place.display()));
        let release = archive::open(place).map_err(source)?;
        if let Some(digest) = release.digest().map_err(source)? {
            return Ok(digest);
        }
        let mut files = Vec::new();
        let visited = release.visit(&mut |entry, content| {
            let digest = match entry.kind {
                FileKind::File => Some(digest_of(entry, content)?),
                _ => None,
            };
            files.push(FileFact {
                path: RelativePath::new(entry.path.as_str()),
                kind: entry.kind.clone(),
                size: entry.size,
                mode: entry.mode,
                digest,
                by_liferay: false,
            });
            Ok(())
        });
        visited.map_err(source)?;
        Ok(raylift_survey::release::folder_digest(&files))
    }

    fn stage(
        &self,
        plan: &Plan,
        staging: &Path,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, HostError> {
        stage::stage(plan, staging, self.exchanger, progress)
    }

    fn is_staged(&self, plan: &Plan, staging: &Path) -> Result<bool, HostError> {
        stage::is_staged(plan, staging)
    }

    fn remove_tree(&self, plan: &Plan, path: &Path) -> Result<(), HostError> {
        remove_tree(&plan.site.state, path)
    }

    fn prove_restore_point(
        &self,
        plan: &Plan,
        scratch: &Path,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, HostError> {
        let access = (self.access)(plan)?;
        Ok(proof::prove(&plan.site, &access, scratch, &Stop::default(), progress)?.compared)
    }

    fn discard_proof(&self, plan: &Plan, scratch: &Path) -> Result<(), HostError> {
        let engine = match plan.site.database_tools {
            Some(_) => engine::of(&plan.site, &(self.access)(plan)?)?,
            None => None,
        };
        proof::discard(&plan.site, engine.as_deref(), scratch)
    }

    fn foreign_sessions(&self, plan: &Plan) -> Result<Vec<String>, HostError> {
        match engine::of(&plan.site, &(self.access)(plan)?)? {
            Some(engine) => engine.sessions(),
            None => Ok(Vec::new()),
        }
    }

    fn await_backups(&self, plan: &Plan, progress: Progress<'_>) -> Result<(), HostError> {
        let by_copies = plan.return_means().is_some_and(ReturnMeans::is_copies);
        match Documents::of(&plan.site)? {
            Some(documents) if by_copies => {
                let stop = Stop::when(Arc::clone(&self.interrupted));
                match documents.stopping(&stop).await_repository(progress) {
                    // The run stops at the next safe point by itself.
                    Err(error) if error.code == codes::INTERRUPTED => Ok(()),
                    result => result,
                }
            }
            _ => Ok(()),
        }
    }

    fn binding(&self, plan: &Plan, stopped: bool) -> Result<Binding, HostError> {
        (self.binding)(plan, stopped)
    }

    fn fence_state(&self, script: &Path, stash: &Path) -> Result<FenceState, HostError> {
        fence::state(script, stash)
    }

    fn raise_fence(&self, plan: &Plan, script: &Path, stash: &Path) -> Result<(), HostError> {
        Fence::of(plan, &self.run_folder, script, stash).raise(self.exchanger)
    }

    fn lower_fence(&self, plan: &Plan, script: &Path, stash: &Path) -> Result<(), HostError> {
        Fence::of(plan, &self.run_folder, script, stash).lower(self.exchanger)
    }

    fn server(&self, plan: &Plan) -> Result<Option<ServerProcess>, HostError> {
        self.server_of(plan).find()
    }

    fn ask_to_stop(&self, plan: &Plan) -> Result<(), HostError> {
        let server = self.server_of(plan);
        if let Some(found) = server.find()? {
            self.answers().watch_stop(&plan.health, found);
        }
        server.ask_to_stop()
    }

    fn end_server(&self, plan: &Plan, server: ServerProcess, kill: bool) -> Result<(), HostError> {
        self.server_of(plan).end(server, kill)
    }

    fn start_server(
        &self,
        plan: &Plan,
        progress: Progress<'_>,
    ) -> Result<ServerProcess, HostError> {
        *self.health.lock().unwrap_or_else(PoisonError::into_inner) = Memory::default();
        let server = self.server_of(plan).start(progress)?;
        self.answers().watch_start(&plan.health, server);
        Ok(server)
    }

    fn take_return_point(
        &self,
        plan: &Plan,
        place: &Path,
        means: &ReturnMeans,
        progress: Progress<'_>,
    ) -> Result<ReturnPoint, HostError> {
        let access = (self.access)(plan)?;
        let command = match means {
            ReturnMeans::Copies => {
                return return_point::take(&plan.site, &access, place, self.now(), progress);
            }
            ReturnMeans::Command { take, .. } => Some(take),
            ReturnMeans::Notes => None,
        };
        let taking = Taking {
            plan,
            access: &access,
            run_folder: &self.run_folder,
            place,
            now: self.now(),
        };
        taking.take(command, progress)
    }

    fn return_point(&self, plan: &Plan, place: &Path) -> Result<Option<ReturnPoint>, HostError> {
        if let Some(noted) = snapshot::complete(place)? {
            return noted.point().map(Some);
        }
        self.on_server(plan, |server| {
            Ok(return_point::complete(place, server)?.map(|(_, point)| point))
        })
    }

    fn forget_return_point(&self, plan: &Plan, place: &Path) -> Result<Vec<String>, HostError> {
        self.on_server(plan, |server| server.forget(place))
    }

    fn documents(&self, plan: &Plan) -> Result<Option<(u64, u64)>, HostError> {
        plan.site
            .store
            .as_deref()
            .map(|store| return_point::count(store, &Stop::default()))
            .transpose()
    }

    fn verify_return_point(&self, plan: &Plan, place: &Path) -> Result<(), HostError> {
        // Of a snapshot there is nothing that raylift could read.
        match snapshot::complete(place)? {
            Some(_) => Ok(()),
            None => self.on_server(plan, |server| return_point::verify(place, server)),
        }
    }

    fn restore_return_point(
        &self,
        plan: &Plan,
        place: &Path,
        means: &ReturnMeans,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, HostError> {
        let folder = &self.run_folder;
        let ReturnMeans::Command { restore, .. } = means else {
            let access = (self.access)(plan)?;
            return restore::restore(plan, &access, folder, place, progress);
        };
        let mut done = snapshot::restore(plan, folder, place, restore.as_ref(), progress)?;
        done.extend(restore::set_indexes_aside(plan, folder)?);
        Ok(done)
    }

    fn take_over_restored(&self, plan: &Plan) -> Result<Vec<String>, HostError> {
        restore::set_indexes_aside(plan, &self.run_folder)
    }

    fn put_back_core_row(&self, plan: &Plan, place: &Path) -> Result<(), HostError> {
        // The rest of the return point is not needed for it, and need not be there.
        let note = match snapshot::complete(place)? {
            Some(noted) => Some(noted.note),
            None => return_point::noted(place)?,
        };
        let wanted = note.and_then(|note| note.core_row);
        let wanted = wanted.ok_or_else(|| {
            HostError::new(
                codes::NOTHING_TO_ROLL_BACK,
                "the return point does not say what the core's row was",
            )
        })?;
        let mut bridge = self.open(plan, Mode::ReadWrite)?;
        if bridge.core_row().map_err(database)?.as_ref() != Some(&wanted) {
            bridge.put_core_row(&wanted).map_err(database)?;
        }
        bridge.shut_down().map_err(database)
    }

    fn live_side(&self, exchange: &Exchange) -> Result<LiveSide, HostError> {
        self.exchanger.live_side(exchange)
    }

    fn exchange(&self, exchange: &Exchange, wanted: LiveSide) -> Result<(), HostError> {
        self.exchanger.exchange(exchange, wanted)
    }

    fn upgrade_data(
        &self,
        plan: &Plan,
        upgrade: &DataUpgrade,
        progress: Progress<'_>,
    ) -> Result<UpgradeOutcome, HostError> {
        self.with_client(plan, upgrade, |client| client.run(progress))
    }

    fn end_upgrade_client(&self, plan: &Plan) -> Result<(), HostError> {
        let planned = plan
            .actions
            .iter()
            .find_map(|planned| match &planned.action {
                Action::UpgradeData(upgrade) => Some(upgrade),
                _ => None,
            });
        match planned {
            Some(upgrade) => self.with_client(plan, upgrade, |client| client.end_left_over()),
            None => Ok(()),
        }
    }

    fn release_rows(&self, plan: &Plan) -> Result<Vec<ReleaseRow>, HostError> {
        let mut bridge = self.open(plan, Mode::ReadOnly)?;
        Ok(bridge.release_rows().map_err(database)?.unwrap_or_default())
    }

    fn tables(&self, plan: &Plan) -> Result<Vec<TableFacts>, HostError> {
        self.open(plan, Mode::ReadOnly)?.tables().map_err(database)
    }

    fn writes_since(&self, plan: &Plan, since: &str) -> Result<Vec<Write>, HostError> {
        self.open(plan, Mode::ReadOnly)?
            .writes(since)
            .map_err(database)
    }

    fn new_documents(&self, plan: &Plan, since: &str) -> Result<Vec<NewDocument>, HostError> {
        self.open(plan, Mode::ReadOnly)?
            .new_documents(since)
            .map_err(database)
    }

    fn health(
        &self,
        plan: &Plan,
        health: &HealthPlan,
        new_release: bool,
    ) -> Result<HealthSample, HostError> {
        let mut memory = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        let look = Look {
            plan,
            health,
            new_release,
            run_folder: &self.run_folder,
            rows: &|| self.release_rows(plan),
        };
        look.take(&mut memory)
    }

    fn note_healthy(&self, plan: &Plan) -> Result<(), HostError> {
        healthy::keep_first(&self.run_folder, || {
            // What is written, and asked, while the rows are counted is late.
            let taken = self.now();
            let requests = self.requests_since_start(plan)?;
            Ok(Healthy {
                taken,
                tables: self.tables(plan)?,
                requests,
            })
        })
    }

    fn healthy(&self, _plan: &Plan) -> Result<Option<Healthy>, HostError> {
        healthy::noted(&self.run_folder)
    }

    fn answers(&self) -> Vec<Answer> {
        self.answers().take()
    }

    fn requests_since_start(&self, _plan: &Plan) -> Result<Option<u64>, HostError> {
        match Marks::load(&self.run_folder)? {
            Some(marks) => marks.requests(),
            None => Ok(None),
        }
    }

    fn run_folder(&self) -> PathBuf {
        self.run_folder.clone()
    }
}
