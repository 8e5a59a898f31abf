//! The world as the engine's host. Long effects consist of several, so that raylift can die in their middle.

use std::path::{Path, PathBuf};
use std::time::Duration;

use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{ReleaseRow, TableFacts};
use raylift_model::kept::Kept;
use raylift_model::plan::{Binding, DataUpgrade, Exchange, HealthPlan, Plan, ReturnMeans};
use raylift_run::host::{
    FenceState, HealthSample, Host, HostError, LiveSide, Progress, ReturnPoint, ServerProcess,
    UpgradeOutcome,
};

use super::plan::{ELSEWHERE, POINT, RELEASE, SCRATCH, STAGING};
use super::{Data, Tree, Trouble, World};

type Done = Result<(), HostError>;

fn error(code: &'static str, message: &str) -> HostError {
    HostError::new(code, message)
}

impl World {
    /// Forbids what must not happen beside a running server or client.
    pub(crate) fn must_be_quiet(&self, what: &str) {
        self.inner(|inner| {
            if inner.server.is_some() {
                inner.violate(&format!("{what} while a server runs"));
            }
            if inner.client {
                inner.violate(&format!("{what} while the upgrade client runs"));
            }
        });
    }
}

impl Host for World {
    fn now(&self) -> String {
        self.inner(|inner| format!("2026-11-23T17:45:12.{:09}Z", inner.clock))
    }

    fn clock(&self) -> Duration {
        Duration::from_millis(self.inner(|inner| inner.clock))
    }

    fn wait(&self, milliseconds: u64) {
        self.inner(|inner| {
            inner.clock += milliseconds;
            inner.count("wait");
        });
    }

    fn interrupted(&self) -> bool {
        self.inner(|inner| {
            inner.questions += 1;
            if let Trouble::Interrupt(at) = inner.trouble {
                inner.interrupted |= inner.questions >= at;
            }
            inner.interrupted
        })
    }

    fn release_digest(&self, _: &Path, _: Progress<'_>) -> Result<Digest, HostError> {
        self.effect("read release")?;
        let other = self.inner(|inner| inner.setup.other_release);
        Ok(Digest::of(if other { b"something else" } else { RELEASE }))
    }

    fn stage(
        &self,
        plan: &Plan,
        _: &Path,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, HostError> {
        for exchange in &plan.exchanges {
            progress(format!("staging {}", exchange.root));
            self.effect("stage")?;
            self.change_place(exchange, |place| {
                place.staged = Some(Tree::New);
                place.marker = true;
            });
        }
        self.effect("complete staging")?;
        self.inner(|inner| inner.staged = true);
        Ok(Vec::new())
    }

    fn foreign_sessions(&self, _: &Plan) -> Result<Vec<String>, HostError> {
        self.effect("look at sessions")?;
        Ok(self.inner(|inner| {
            if inner.server.is_some() {
                inner.violate("the sessions are the server's own");
            }
            if inner.setup.sessions == 0 {
                return Vec::new();
            }
            inner.setup.sessions -= 1;
            vec!["session 7 of user report".to_owned()]
        }))
    }

    fn is_staged(&self, _: &Plan, _: &Path) -> Result<bool, HostError> {
        self.effect("look at staging")?;
        Ok(self.inner(|inner| inner.staged))
    }

    fn remove_tree(&self, plan: &Plan, path: &Path) -> Done {
        self.effect("remove tree")?;
        match path.to_str().unwrap() {
            STAGING | ELSEWHERE => {
                self.inner(|inner| inner.staged = false);
                for exchange in &plan.exchanges {
                    if exchange.staged.starts_with(path) {
                        self.effect("remove tree")?;
                        self.change_place(exchange, |place| place.staged = None);
                    }
                }
            }
            SCRATCH => self.inner(|inner| inner.scratch = false),
            // What belongs to a return point need not lie in its folder.
            POINT => self.inner(|inner| inner.violate("only the return point's folder is removed")),
            other => self.inner(|inner| inner.violate(&format!("{other} is not raylift's"))),
        }
        Ok(())
    }

    fn prove_restore_point(
        &self,
        _: &Plan,
        _: &Path,
        _: Progress<'_>,
    ) -> Result<Vec<String>, HostError> {
        self.effect("prove")?;
        if self.inner(|inner| std::mem::replace(&mut inner.scratch, true)) {
            return Err(error(codes::PROOF_FAILED, "something lies there already"));
        }
        self.effect("prove")?;
        Ok(Vec::new())
    }

    fn await_backups(&self, _: &Plan, _: Progress<'_>) -> Done {
        self.effect("wait for the repository")?;
        match self.inner(|inner| inner.setup.repository_used) {
            true => Err(error(codes::REPOSITORY_LOCKED, "in use")),
            false => Ok(()),
        }
    }

    fn binding(&self, plan: &Plan, stopped: bool) -> Result<Binding, HostError> {
        self.effect("read binding")?;
        let mut binding = plan.binding.clone();
        if self.inner(|inner| inner.setup.drift == Some(stopped)) {
            let other = Digest::of(b"other mounts");
            binding.parts.insert("mounts".to_owned(), other);
        }
        Ok(binding)
    }

    fn fence_state(&self, _: &Path, _: &Path) -> Result<FenceState, HostError> {
        self.effect("look at fence")?;
        Ok(if self.inner(|inner| inner.fence) {
            FenceState::Up
        } else {
            FenceState::Down
        })
    }

    fn raise_fence(&self, _: &Plan, _: &Path, _: &Path) -> Done {
        if self.inner(|inner| inner.fence) {
            return Ok(());
        }
        self.effect("write fence")?;
        self.inner(|inner| inner.stash = true);
        self.effect("exchange fence")?;
        self.inner(|inner| inner.fence = true);
        Ok(())
    }

    fn lower_fence(&self, _: &Plan, _: &Path, _: &Path) -> Done {
        if self.inner(|inner| inner.fence) {
            self.effect("exchange fence")?;
            self.inner(|inner| inner.fence = false);
        }
        if self.inner(|inner| inner.stash) {
            self.effect("remove fence")?;
            self.inner(|inner| inner.stash = false);
        }
        Ok(())
    }

    fn server(&self, _: &Plan) -> Result<Option<ServerProcess>, HostError> {
        self.effect("look for server")?;
        Ok(self.inner(|inner| inner.server.as_ref().map(|server| server.process)))
    }

    fn ask_to_stop(&self, _: &Plan) -> Done {
        self.effect("ask to stop")?;
        self.inner(|inner| {
            if !inner.setup.deaf {
                inner.ask_to_end();
            }
        });
        Ok(())
    }

    fn end_server(&self, _: &Plan, server: ServerProcess, kill: bool) -> Done {
        self.effect("signal server")?;
        self.inner(|inner| {
            let found = inner.server.as_ref().map(|server| server.process);
            if found != Some(server) {
                inner.violate("a signal for another process");
            }
            let release = inner.server.as_ref().and_then(|server| server.release);
            if kill && release == Some(Tree::Old) {
                inner.violate("KILL for the old server");
            }
            if kill || !inner.setup.stubborn {
                inner.ask_to_end();
            }
        });
        Ok(())
    }

    fn start_server(&self, _: &Plan, _: Progress<'_>) -> Result<ServerProcess, HostError> {
        self.effect("start command")?;
        self.inner(|inner| {
            // A database server that copies for it lets nobody connect.
            if inner.point.as_ref().is_some_and(|point| !point.complete) {
                inner.violate("a server was started beside a return point that is half made");
            }
            if inner.server.is_some() || inner.late_server.is_some() {
                inner.violate("a second server was started on the site");
            }
            inner.late_server = Some(inner.clock + 1_000);
        });
        for _ in 0..2 {
            self.wait(500);
        }
        self.effect("look for server")?;
        self.inner(|inner| inner.server.as_ref().map(|server| server.process))
            .ok_or_else(|| error(codes::SERVER_DOES_NOT_START, "no process"))
    }

    fn take_return_point(
        &self,
        _: &Plan,
        _: &Path,
        means: &ReturnMeans,
        _: Progress<'_>,
    ) -> Result<ReturnPoint, HostError> {
        match means {
            ReturnMeans::Copies => self.copy_to_return_point(),
            ReturnMeans::Command { .. } => self.take_snapshot(),
            ReturnMeans::Notes => self.note_return_point(),
        }
    }

    fn return_point(&self, _: &Plan, _: &Path) -> Result<Option<ReturnPoint>, HostError> {
        self.effect("look at return point")?;
        Ok(self.inner(|inner| inner.return_point()))
    }

    fn forget_return_point(&self, _: &Plan, place: &Path) -> Result<Vec<String>, HostError> {
        self.effect("forget return point")?;
        assert_eq!(place, Path::new(POINT));
        self.inner(|inner| {
            if let Some(point) = &mut inner.point {
                point.complete = false;
            }
        });
        self.effect("forget return point")?;
        self.inner(|inner| inner.point = None);
        Ok(Vec::new())
    }

    fn verify_return_point(&self, _: &Plan, _: &Path) -> Done {
        self.effect("verify return point")?;
        self.inner(|inner| inner.return_point())
            .map(|_| ())
            .ok_or_else(|| error(codes::PROOF_FAILED, "the return point is damaged"))
    }

    fn restore_return_point(
        &self,
        _: &Plan,
        _: &Path,
        means: &ReturnMeans,
        _: Progress<'_>,
    ) -> Result<Vec<String>, HostError> {
        match means {
            ReturnMeans::Copies => {
                self.restore_from_return_point()?;
                let place = "database x_aside on its server";
                let kept = Kept::new("the newer database", place, "DROP DATABASE x_aside;");
                return Ok(vec![kept.to_string()]);
            }
            ReturnMeans::Command { restore, .. } => self.restore_snapshot(restore.is_some())?,
            ReturnMeans::Notes => self.inner(|inner| inner.violate("notes are brought back")),
        }
        Ok(Vec::new())
    }

    fn put_back_core_row(&self, _: &Plan, _: &Path) -> Done {
        self.effect("put back core row")?;
        self.must_be_quiet("the core row is put back");
        let point = self
            .inner(|inner| inner.point.clone())
            .filter(|point| point.complete)
            .ok_or_else(|| error(codes::ACTION_FAILED, "there is no pre-image"))?;
        self.inner(|inner| inner.data.build = point.data.build);
        Ok(())
    }

    fn live_side(&self, exchange: &Exchange) -> Result<LiveSide, HostError> {
        self.effect("look at exchange")?;
        let place = self.place_of(exchange);
        Ok(place.live_side(exchange.live_exists))
    }

    fn exchange(&self, exchange: &Exchange, wanted: LiveSide) -> Done {
        self.effect("exchange")?;
        self.must_be_quiet("a tree is exchanged");
        let wanted = match wanted {
            LiveSide::New => Tree::New,
            _ => Tree::Old,
        };
        if self.inner(|inner| inner.setup.two_renames) {
            return self.exchange_by_renames(exchange, wanted);
        }
        self.change_place(exchange, |place| {
            std::mem::swap(&mut place.live, &mut place.staged);
        });
        Ok(())
    }

    fn remove_marker(&self, exchange: &Exchange) -> Done {
        self.effect("remove marker")?;
        self.change_place(exchange, |place| place.marker = false);
        Ok(())
    }

    fn upgrade_data(
        &self,
        _: &Plan,
        _: &DataUpgrade,
        progress: Progress<'_>,
    ) -> Result<UpgradeOutcome, HostError> {
        self.effect("start client")?;
        self.inner(|inner| {
            if inner.server.is_some() {
                inner.violate("data is upgraded while a server runs");
            }
            if inner.live_release() != Some(Tree::New) {
                inner.violate("data is upgraded by the wrong release");
            }
            inner.client = true;
        });
        progress("the core is being upgraded".to_owned());
        self.effect("upgrade step")?;
        let done = self.inner(|inner| inner.data.schema == Data::NEW_SCHEMA);
        self.inner(|inner| inner.data.half = !done);
        self.effect("upgrade step")?;
        if self.inner(|inner| inner.setup.upgrade_fails) {
            self.inner(|inner| inner.client = false);
            let wanted = Data::NEW_SCHEMA.to_owned();
            return Ok(UpgradeOutcome {
                missing: vec![("portal".to_owned(), wanted, "5.0.5".to_owned())],
                log_excerpt: vec!["UpgradeException".to_owned()],
                ..UpgradeOutcome::default()
            });
        }
        self.inner(|inner| {
            inner.data.half = false;
            inner.data.schema = Data::NEW_SCHEMA;
        });
        self.effect("end client")?;
        self.inner(|inner| inner.client = false);
        Ok(UpgradeOutcome::default())
    }

    fn end_upgrade_client(&self, _: &Plan) -> Done {
        self.effect("end client")?;
        self.inner(|inner| inner.client = false);
        Ok(())
    }

    fn release_rows(&self, _: &Plan) -> Result<Vec<ReleaseRow>, HostError> {
        self.effect("read Release_")?;
        Ok(self.inner(|inner| inner.data.release_rows()))
    }

    fn tables(&self, _: &Plan) -> Result<Vec<TableFacts>, HostError> {
        self.effect("count rows")?;
        Ok(self.inner(|inner| inner.data.tables()))
    }

    fn health(
        &self,
        _: &Plan,
        _: &HealthPlan,
        new_release: bool,
    ) -> Result<HealthSample, HostError> {
        self.effect("look at health")?;
        Ok(self.inner(|inner| inner.sample(new_release)))
    }

    fn requests_since_start(&self, _: &Plan) -> Result<Option<u64>, HostError> {
        self.effect("read access log")?;
        let written = |(_, tree): &&(u32, Tree)| *tree == Tree::New;
        Ok(self.inner(|inner| Some(inner.written.iter().filter(written).count() as u64)))
    }

    fn run_folder(&self) -> PathBuf {
        PathBuf::from("/home/.raylift/runs/run")
    }
}
