//! A site for the tests of effects: a plan that names paths in a temporary folder.
#![allow(dead_code, unreachable_pub)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use raylift_host::users;
use raylift_model::digest::Digest;
use raylift_model::facts::{
    Connector, DatabaseKind, DatabaseSettings, JavaFacts, ManagedBy, Ownership, ReleaseForm,
    StartupCheck,
};
use raylift_model::names::RelativePath;
use raylift_model::plan::{
    Action, Binding, CorePlan, Decision, Exchange, ExchangeProbe, FORMAT, FileDecision, HealthPlan,
    Phase, Plan, PlannedAction, PlannedBackups, PlannedRelease, PlannedSite, ReturnMode,
    ReturnNeed, Timeouts, Verdict, WayBack, When,
};
use tempfile::TempDir;

pub const RUN: &str = "0001-7.2.1";

/// One site at a time: a child that another test forks while a script is being written holds it open for writing,
/// and the kernel then refuses to run it (`ETXTBSY`).
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub struct Site {
    _turn: Option<MutexGuard<'static, ()>>,
    pub folder: TempDir,
    pub plan: Plan,
}

/// The site's user: an ordinary one when the tests run as root.
pub fn owner() -> Ownership {
    let root = users::current_uid() == 0;
    Ownership {
        uid: if root { 65534 } else { users::current_uid() },
        gid: if root {
            65534
        } else {
            rustix::process::getegid().as_raw()
        },
        user: None,
    }
}

/// Gives everything below a path to the site's user.
pub fn give_all(path: &Path) {
    let owner = owner();
    for entry in walkdir::WalkDir::new(path) {
        std::os::unix::fs::lchown(entry.unwrap().path(), Some(owner.uid), Some(owner.gid)).unwrap();
    }
}

impl Site {
    pub fn new() -> Self {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        Self::made(Some(turn))
    }

    /// Beside others: for tests that write no scripts and run them.
    pub fn beside_others() -> Self {
        Self::made(None)
    }

    fn made(turn: Option<MutexGuard<'static, ()>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let base = folder.path().canonicalize().unwrap();
        let home = base.join("home");
        let plan = plan(&home, &base.join("release"));
        fs::create_dir_all(plan.site.tomcat.join("bin")).unwrap();
        fs::create_dir_all(plan.site.tomcat.join("logs")).unwrap();
        fs::create_dir_all(home.join("logs")).unwrap();
        let site = Self {
            _turn: turn,
            folder,
            plan,
        };
        fs::create_dir_all(site.run_folder()).unwrap();
        let owner = owner();
        for path in [&home, &site.plan.site.tomcat] {
            chown(path, Some(owner.uid), Some(owner.gid)).unwrap();
        }
        give_all(&site.plan.site.tomcat);
        give_all(&home.join("logs"));
        site
    }

    pub fn home(&self) -> &Path {
        &self.plan.site.home
    }

    pub fn tomcat(&self) -> &Path {
        &self.plan.site.tomcat
    }

    pub fn release(&self) -> &Path {
        &self.plan.release.place
    }

    pub fn run_folder(&self) -> PathBuf {
        self.plan.site.state.join("runs").join(RUN)
    }

    pub fn staging(&self) -> PathBuf {
        self.plan.site.state.join("staging").join(RUN)
    }

    pub fn script(&self) -> PathBuf {
        self.tomcat().join("bin/catalina.sh")
    }

    pub fn stash(&self) -> PathBuf {
        self.run_folder().join("fence/catalina.sh")
    }

    /// Writes a file of the site, owned by its user.
    pub fn write(&self, path: impl AsRef<Path>, content: &str, mode: u32) -> PathBuf {
        let path = self.home().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let owner = owner();
        for folder in path
            .ancestors()
            .take_while(|folder| folder.starts_with(self.home()))
        {
            chown(folder, Some(owner.uid), Some(owner.gid)).unwrap();
        }
        path
    }

    /// Writes a file of the release.
    pub fn release_file(&self, path: &str, content: &str) {
        let path = self.release().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
    }

    pub fn exchange(&mut self, root: &str, live_exists: bool) {
        self.plan.exchanges.push(Exchange {
            root: RelativePath::new(root),
            live: self.home().join(root),
            staged: self.staging().join(root),
            live_exists,
            probe: ExchangeProbe::Marker(RUN.to_owned()),
        });
    }

    pub fn decide(&mut self, path: &str, decision: Decision) {
        self.plan.files.push(FileDecision {
            path: RelativePath::new(path),
            decision,
            reason: "the test says so".to_owned(),
        });
    }
}

fn plan(home: &Path, release: &Path) -> Plan {
    let tomcat = home.join("tomcat-9.0.19");
    let state = home.join(".raylift");
    let fence = |make: fn(PathBuf, PathBuf) -> Action| PlannedAction {
        phase: Phase::Quiesced,
        action: make(
            tomcat.join("bin/catalina.sh"),
            state.join("runs").join(RUN).join("fence/catalina.sh"),
        ),
    };
    Plan {
        format: FORMAT,
        from: "7.2.0".parse().unwrap(),
        to: "7.2.1".parse().unwrap(),
        verdict: Verdict::Instant,
        site: PlannedSite {
            home: home.to_owned(),
            tomcat: tomcat.clone(),
            owner: owner(),
            java: JavaFacts {
                home: home.join("jre").display().to_string(),
                version: None,
                major: None,
            },
            managed_by: ManagedBy::Nobody,
            start_command: None,
            stop_command: None,
            pid_file: None,
            was_running: true,
            connectors: Vec::<Connector>::new(),
            database: DatabaseSettings {
                kind: DatabaseKind::HsqldbFile,
                driver_class: None,
                url: None,
                username: None,
                password_set: false,
                jndi_name: None,
                sources: Vec::new(),
            },
            store: None,
            store_implementation: None,
            search_indexes: Vec::new(),
            backups: PlannedBackups {
                repository: home.join(".raylift/backups/repository"),
                key_file: home.join(".raylift/backup.key"),
                sample_above: 1_000_000,
            },
            state: state.clone(),
            database_tools: None,
            database_commands: None,
            core_row: None,
            last_proof: None,
            last_snapshot: None,
            tables: Vec::new(),
        },
        release: PlannedRelease {
            place: release.to_owned(),
            form: ReleaseForm::Folder,
            digest: Digest::of(b""),
            top: String::new(),
            tomcat: "tomcat-9.0.33".to_owned(),
            unpacked_size: 0,
        },
        core: CorePlan {
            current: None,
            target: None,
            required: None,
            change: None,
            startup_check: StartupCheck::SchemaVersion,
            build_numbers: None,
            must_run: false,
            steps: Vec::new(),
            when: When::Never,
            way_back: ReturnNeed::CodeOnly,
            undetermined: Vec::new(),
        },
        modules: Vec::new(),
        files: Vec::new(),
        properties: Vec::new(),
        exchanges: Vec::new(),
        way_back: WayBack {
            preferred: ReturnMode::CodeOnly,
            reasons: Vec::new(),
            undetermined: Vec::new(),
            put_back_core_row: false,
        },
        proof_waived: false,
        health: HealthPlan {
            probes: Vec::new(),
            documents: Vec::new(),
            stable_seconds: 1,
            timeouts: Timeouts::default(),
        },
        space: Vec::new(),
        binding: Binding::default(),
        actions: vec![fence(|script, stash| Action::RaiseFence { script, stash })],
        findings: Vec::new(),
    }
}
