//! Puts the plan together.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::facts::{
    AutomaticSwitch, BundleFacts, JavaFacts, ManagedBy, PidFile, ReleaseFacts, SiteFacts,
};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::plan::{
    Binding, CorePlan, DataUpgrade, Decision, FORMAT, ModulePlan, ModuleTarget, Plan,
    PlannedBackups, PlannedRelease, PlannedSite, Verdict, When,
};
use raylift_model::settings::{BackupSettings, Settings};
use raylift_model::version::{SchemaChange, SchemaVersion};

use crate::checks::blocker;
use crate::return_point::Choice;
use crate::tables::Tables;
use crate::wishes::{AppServer, Wishes};
use crate::{
    actions, checks, configuration, core, database, devices, drift, files, health, modules,
    preflight, properties, release_rows, return_point, space, tomcat as server, way_back,
};

/// Liferay's own default options for the upgrade client's child JVM (`DBUpgradeClient`, 7.2).
const CLIENT_JVM: &str =
    "-Dfile.encoding=UTF8 -Duser.country=US -Duser.language=en -Duser.timezone=GMT -Xmx2048m";
const CLIENT: &str = "tools/portal-tools-db-upgrade-client";

/// Why there can be no plan at all.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The installed version is not known.
    #[error("it could not be determined which release is installed in {home}")]
    InstalledUnknown {
        /// The home.
        home: String,
    },
    /// The release's version is not known.
    #[error("it could not be determined which release {place} holds")]
    ReleaseUnknown {
        /// Archive or folder.
        place: String,
    },
    /// The application server was not found.
    #[error("no Tomcat was found in {home}")]
    NoServer {
        /// The home.
        home: String,
    },
}

impl PlanError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InstalledUnknown { .. } => codes::VERSION_UNKNOWN,
            Self::ReleaseUnknown { .. } => codes::NOT_A_RELEASE,
            Self::NoServer { .. } => codes::HOME_NOT_FOUND,
        }
    }
}

/// Makes the plan. `old` is what was read off the installed release's archive, when it is at hand: then the origin
/// of every file is certain.
///
/// # Errors
/// When the site or the release cannot be named. Everything else is a finding of the plan.
pub fn make(
    site: &SiteFacts,
    release: &ReleaseFacts,
    old: Option<&ReleaseFacts>,
    wishes: &Wishes,
) -> Result<Plan, PlanError> {
    let from = site
        .identity
        .version
        .clone()
        .ok_or_else(|| PlanError::InstalledUnknown {
            home: site.home.clone(),
        })?;
    let to = release
        .identity
        .version
        .clone()
        .ok_or_else(|| PlanError::ReleaseUnknown {
            place: release.place.clone(),
        })?;
    let tomcat = site.layout.as_ref().map(|layout| layout.tomcat.clone());
    let tomcat = tomcat.ok_or_else(|| PlanError::NoServer {
        home: site.home.clone(),
    })?;
    let state = state_folder(site, &wishes.settings);
    let run = wishes.run.as_str();

    let mut findings = checks::findings(site, release, wishes);
    findings.extend(old.and_then(|old| checks::old_release(&from, old)));
    let staging = state.join("staging").join(run);
    let stash = actions::stash(&state, run);
    let places = files::Places {
        staging: &staging,
        stash: &stash,
    };
    let mut files = files::decide(
        site,
        &tomcat,
        release,
        old,
        &places,
        modules::switch(release, &to),
        wishes,
    );
    findings.extend(std::mem::take(&mut files.findings));
    let migration = properties::migrate(site, &tomcat, release, wishes.move_migrated_keys);
    findings.extend(migration.findings);
    files.apply(site, &staging, migration.edits);
    let parts = server::Parts {
        site,
        tomcat: &tomcat,
        release,
        old,
        wishes,
    };
    findings.extend(server::findings(&parts));
    if wishes.app_server == AppServer::Keep {
        let kept = server::keep(&parts, &files.decisions);
        findings.extend(kept.findings);
        files.apply(site, &staging, kept.edits);
    }
    findings.append(&mut files.findings);
    let tables = Tables::of(site);
    let core = core::plan(site, release, &tables, wishes.micro);
    let carried = carried_bundles(site, &files.decisions);
    let lines = (from.line(), to.line());
    let renewed = configuration::carry(site, release, lines, &mut files.decisions, &carried);
    findings.extend(renewed.finding.clone());
    findings.extend(configuration::findings(
        site,
        release,
        lines,
        &files.decisions,
        &carried,
        &renewed,
    ));
    let bundles = release.bundles.iter().chain(carried.iter().copied());
    findings.extend(core::findings(site, release, &core));
    let rows = &site.database.release_rows;
    findings.extend(release_rows::findings(rows));
    findings.extend(release_rows::without_module(
        rows,
        bundles.clone(),
        &release.core,
    ));
    let planned = modules::plan(
        site,
        release,
        bundles,
        &core,
        &tables,
        (&from, &to),
        wishes.micro,
    );
    findings.extend(planned.findings);
    let modules = planned.modules;
    findings.extend(database::steps(&core, &modules, site, &to));
    let starts_by_itself = planned.switch != AutomaticSwitch::AutoUpgrade;
    let way_back = way_back::plan(site, &tomcat, release, &core, &modules, starts_by_itself);
    findings.extend(way_back::finding(&way_back));
    let commands = return_point::database_commands(&wishes.settings.database);
    let mut choice = return_point::choose(site, &wishes.settings, &way_back, wishes.waive_proof);
    findings.append(&mut choice.findings);
    let by_own_tools = Choice::by_own_tools(&choice.means, commands.as_ref());
    findings.extend(database::findings(site, by_own_tools));
    let health = health::plan(site, &wishes.settings, &mut findings);
    let space = space::needs(
        site,
        release,
        &files.decisions,
        (&state.display().to_string(), &wishes.settings.backup),
        choice.copies_below_the_state(&wishes.settings),
        &mut findings,
    );
    findings.extend(devices::findings(
        site,
        &state,
        files
            .exchanges
            .iter()
            .map(|exchange| exchange.live.as_path()),
    ));
    let upgrade = data_upgrade(site, release, &core, &modules, wishes, &mut findings);
    findings.extend(preflight::findings(
        site,
        &to,
        upgrade.is_some(),
        choice.copies_on_server(commands.as_ref(), &wishes.settings),
    ));
    // The verifier of the state does nothing where the core has no step to go.
    let verifies = preflight::verifies(site, &to, upgrade.is_some() && !core.steps.is_empty());
    findings.extend(drift::of_update(site, release, verifies));

    let script = tomcat.join("bin/catalina.sh");
    let actions = actions::list(
        release,
        &state,
        run,
        &actions::Fence {
            script: &Path::new(&site.home).join(script.as_str()),
            stash: &stash,
        },
        &files.exchanges,
        upgrade,
        actions::Safety {
            proof: choice.proof,
            sessions: site.database.settings.kind.is_server()
                && commands.is_none()
                && (by_own_tools || database::tools(site, &wishes.settings).is_some()),
            means: choice.means,
        },
    );
    let findings = sorted(findings, site, release);
    Ok(Plan {
        format: FORMAT,
        from,
        to,
        verdict: verdict(&findings, &core, &modules),
        site: planned_site(site, &tomcat, state, &wishes.settings),
        release: PlannedRelease {
            place: PathBuf::from(&release.place),
            form: release.form,
            digest: release.digest.clone(),
            top: release.layout.top.clone(),
            tomcat: release.layout.tomcat.to_string(),
            unpacked_size: release.unpacked_size,
        },
        core,
        modules,
        files: files.decisions,
        properties: migration.properties,
        exchanges: files.exchanges,
        way_back,
        proof_waived: choice.waived,
        health,
        space,
        binding: Binding::of(site, &release.digest, Some(&script)),
        actions,
        findings,
    })
}

/// Bundles of files that are carried over register their upgrade steps in the new release, too.
fn carried_bundles<'a>(
    site: &'a SiteFacts,
    decisions: &[raylift_model::plan::FileDecision],
) -> Vec<&'a BundleFacts> {
    let carried: BTreeSet<&RelativePath> = decisions
        .iter()
        .filter(|decision| matches!(decision.decision, Decision::Carry { .. }))
        .map(|decision| &decision.path)
        .collect();
    site.bundles
        .iter()
        .filter(|bundle| carried.contains(&bundle.file))
        .collect()
}

/// What the upgrade client has to reach; nothing when no step must run.
fn data_upgrade(
    site: &SiteFacts,
    release: &ReleaseFacts,
    core: &CorePlan,
    modules: &[ModulePlan],
    wishes: &Wishes,
    findings: &mut Vec<Finding>,
) -> Option<DataUpgrade> {
    let mut targets: Vec<ModuleTarget> = modules
        .iter()
        .filter(|module| module.when == When::InOutage)
        .filter_map(|module| {
            Some(ModuleTarget {
                module: module.module.clone(),
                from: module.start.clone(),
                to: module.target.clone()?,
            })
        })
        .collect();
    targets.sort_by_key(|target| !target.from.is_zero());
    if core.when != When::InOutage && targets.is_empty() {
        return None;
    }
    let client = RelativePath::new(CLIENT);
    if !release.files.iter().any(|file| {
        file.path
            .below(&client)
            .is_some_and(|name| name.ends_with(".jar"))
    }) {
        findings.push(blocker(
            codes::CLIENT_MISSING,
            CLIENT,
            "upgrade steps must run, but the release has no database upgrade client",
            "give the release's bundle, which holds it",
        ));
    }
    let console = wishes
        .settings
        .upgrade
        .console
        .clone()
        .unwrap_or_else(|| "localhost:11311".to_owned());
    let port = console
        .rsplit(':')
        .next()
        .and_then(|port| port.parse::<u16>().ok());
    if port.is_some_and(|port| site.listening.contains(&port)) {
        findings.push(blocker(
            codes::CONSOLE_PORT_TAKEN,
            console.clone(),
            "somebody listens on the port that the upgrade client's console needs",
            "set upgrade.console in raylift.toml to a free port, or end who listens there",
        ));
    }
    Some(DataUpgrade {
        client: Path::new(&site.home).join(CLIENT),
        console,
        core: core.target.clone().unwrap_or_else(SchemaVersion::zero),
        core_pending: core.when == When::InOutage,
        modules: targets,
        jvm_options: wishes
            .settings
            .upgrade
            .jvm_options
            .clone()
            .unwrap_or_else(|| CLIENT_JVM.to_owned()),
    })
}

/// The site as a run must know it, for what needs no release: a drill. What stands against taking its restore point
/// comes with it.
///
/// # Errors
/// [`PlanError::NoServer`] when no Tomcat was found.
pub fn site_alone(
    site: &SiteFacts,
    settings: &Settings,
) -> Result<(PlannedSite, Vec<Finding>), PlanError> {
    let tomcat = site.layout.as_ref().map(|layout| layout.tomcat.clone());
    let tomcat = tomcat.ok_or_else(|| PlanError::NoServer {
        home: site.home.clone(),
    })?;
    let commands = return_point::database_commands(&settings.database);
    let mut against = database::findings(site, commands.is_none());
    if commands.is_some() {
        against.push(blocker(
            codes::NOT_PROVEN,
            "[database] dump_command",
            "a dump by command is brought back over the live database only, so that there is nothing to prove",
            "try it out by hand: bring a dump back into another database",
        ));
    }
    against.extend(return_point::no_template(site, settings));
    let about_data = |finding: &&Finding| {
        finding.severity == Severity::Blocker && finding.code.as_str().starts_with("RL05")
    };
    against.extend(site.findings.iter().filter(about_data).cloned());
    against.retain(|finding| finding.severity == Severity::Blocker);
    let state = state_folder(site, settings);
    Ok((planned_site(site, &tomcat, state, settings), against))
}

/// raylift's own folder of a site.
fn state_folder(site: &SiteFacts, settings: &Settings) -> PathBuf {
    settings
        .state
        .clone()
        .unwrap_or_else(|| Path::new(&site.home).join(".raylift"))
}

fn planned_site(
    site: &SiteFacts,
    tomcat: &RelativePath,
    state: PathBuf,
    settings: &Settings,
) -> PlannedSite {
    let process = site.app_server.process.as_ref();
    let server = &settings.server;
    PlannedSite {
        home: PathBuf::from(&site.home),
        tomcat: Path::new(&site.home).join(tomcat.as_str()),
        owner: site.owner.clone(),
        java: site.java.clone().unwrap_or(JavaFacts {
            home: String::new(),
            version: None,
            major: None,
        }),
        managed_by: process.map_or(ManagedBy::Nobody, |process| process.managed_by.clone()),
        start_command: server.start.clone(),
        stop_command: server.stop.clone(),
        pid_file: match &site.app_server.pid_file {
            PidFile::NotUsed => None,
            PidFile::Absent { path } | PidFile::Right { path } | PidFile::Stale { path, .. } => {
                Some(path.into())
            }
        },
        was_running: process.is_some(),
        connectors: site.app_server.connectors.clone(),
        database: site.database.settings.clone(),
        database_tools: database::tools(site, settings),
        database_commands: return_point::database_commands(&settings.database),
        store: site.store.root.as_ref().map(PathBuf::from),
        store_implementation: Some(site.store.implementation.clone()),
        search_indexes: search_indexes(site),
        backups: backups(&settings.backup, &state),
        state,
        core_row: site
            .database
            .release_rows
            .iter()
            .find(|row| row.is_core())
            .cloned(),
        last_proof: site.last_proof.clone(),
        last_snapshot: site.last_snapshot.clone(),
        tables: site.database.tables.clone(),
    }
}

/// The repository for the documents of a return point.
fn backups(set: &BackupSettings, state: &Path) -> PlannedBackups {
    let (repository, key_file) = set.places(state);
    PlannedBackups {
        repository,
        key_file,
        sample_above: set.sample_above(),
    }
}

/// Data folders of the embedded search engine of 7.1 and 7.2: derived data, set aside after a restore.
fn search_indexes(site: &SiteFacts) -> Vec<PathBuf> {
    [
        "data/elasticsearch6",
        "data/elasticsearch7",
        "data/elasticsearch",
    ]
    .into_iter()
    .map(|name| Path::new(&site.home).join(name))
    .collect()
}

fn verdict(findings: &[Finding], core: &CorePlan, modules: &[ModulePlan]) -> Verdict {
    let any = |when: When| core.when == when || modules.iter().any(|module| module.when == when);
    match () {
        () if findings
            .iter()
            .any(|finding| finding.severity == Severity::Blocker) =>
        {
            Verdict::Blocked
        }
        () if any(When::InOutage) => Verdict::Outage,
        // The first start takes so much longer.
        () if modules.iter().any(|module| {
            module.when == When::AtStart && module.change.is_some_and(SchemaChange::is_required)
        }) =>
        {
            Verdict::Outage
        }
        () if any(When::AtStart) || any(When::Waits) || any(When::Undetermined) => {
            Verdict::OptionalOnly
        }
        () => Verdict::Instant,
    }
}

/// Everything the reader must know, blockers first; what was said twice is said once.
fn sorted(mut findings: Vec<Finding>, site: &SiteFacts, release: &ReleaseFacts) -> Vec<Finding> {
    findings.extend(site.findings.iter().cloned());
    findings.extend(release.findings.iter().cloned());
    findings.sort();
    findings.dedup_by(|one, two| {
        one.code == two.code && one.subject == two.subject && one.severity == two.severity
    });
    let blockers: BTreeSet<(String, String)> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Blocker)
        .map(|finding| (finding.code.to_string(), finding.subject.clone()))
        .collect();
    findings.retain(|finding| {
        finding.severity == Severity::Blocker
            || !blockers.contains(&(finding.code.to_string(), finding.subject.clone()))
    });
    findings
}
