//! The plan of a small site from 7.2.0 to 7.2.1.

use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{
    DatabaseKind, DatabaseSettings, JavaFacts, ManagedBy, Ownership, ReleaseForm, StartupCheck,
};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::{BundleSymbolicName, RelativePath};
use raylift_model::plan::{
    Action, Binding, CorePlan, DataUpgrade, Decision, Exchange, ExchangeProbe, FORMAT,
    FileDecision, HealthPlan, ModulePlan, ModuleTarget, Phase, Plan, PlannedAction, PlannedBackups,
    PlannedRelease, PlannedSite, PlannedStep, ReturnMode, ReturnNeed, Timeouts, Verdict, WayBack,
    When,
};
use raylift_model::version::{SchemaChange, SchemaVersion};

pub(crate) const ROOTS: [&str; 5] = [
    "osgi",
    "tomcat-9.0.19/webapps/ROOT",
    "tomcat-9.0.19/lib/ext",
    "tools",
    ".githash",
];

/// The plan with these paths to exchange.
pub(crate) fn with_roots(roots: &[&str]) -> Plan {
    let exchanges: Vec<Exchange> = roots.iter().map(|root| exchange(root)).collect();
    let findings = vec![
        Finding::new(
            Severity::Warning,
            codes::WAY_BACK_RESTORES,
            "rollback",
            "after the new site is open, going back discards what users write from then on",
            "watch the new site during the burn-in and decide soon",
        )
        .because("the core's change is minor"),
        Finding::new(
            Severity::Note,
            codes::FILE_CARRIED,
            "osgi/modules/com.acme.theme.jar",
            "the file is the site's own and is carried over",
            "nothing",
        ),
    ];
    Plan {
        format: FORMAT,
        from: "7.2.0".parse().unwrap(),
        to: "7.2.1".parse().unwrap(),
        verdict: Verdict::Outage,
        site: site(),
        release: PlannedRelease {
            place: "/srv/archives/liferay-ce-portal-tomcat-7.2.1-ga2.tar.gz".into(),
            form: ReleaseForm::TarGz,
            digest: Digest::of(b"ga2"),
            top: "liferay-ce-portal-7.2.1-ga2".to_owned(),
            tomcat: "tomcat-9.0.33".to_owned(),
            unpacked_size: 1_100_000_000,
        },
        core: core(),
        modules: modules(),
        files: files(),
        properties: Vec::new(),
        way_back: WayBack {
            preferred: ReturnMode::ReturnPoint,
            reasons: vec!["the core's change is minor".to_owned()],
            undetermined: Vec::new(),
            put_back_core_row: true,
        },
        proof_waived: false,
        health: HealthPlan {
            probes: Vec::new(),
            documents: Vec::new(),
            stable_seconds: 5,
            timeouts: Timeouts::default(),
        },
        space: Vec::new(),
        binding: Binding::default(),
        actions: actions(exchanges.len()),
        exchanges,
        findings,
    }
}

/// The plan with its usual paths.
pub(crate) fn plan() -> Plan {
    with_roots(&ROOTS)
}

fn exchange(root: &str) -> Exchange {
    Exchange {
        root: RelativePath::new(root),
        live: format!("/srv/liferay/{root}").into(),
        staged: format!("/srv/liferay/.raylift/staging/0001-7.2.1/{root}").into(),
        live_exists: true,
        probe: ExchangeProbe::Marker("0001-7.2.1".to_owned()),
    }
}

fn actions(exchanges: usize) -> Vec<PlannedAction> {
    let script = "/srv/liferay/tomcat-9.0.19/bin/catalina.sh";
    let stash = "/srv/liferay/.raylift/runs/0001-7.2.1/fence/catalina.sh";
    let mut actions = vec![
        (
            Phase::Prepared,
            Action::VerifyRelease {
                place: "/srv/archives/liferay-ce-portal-tomcat-7.2.1-ga2.tar.gz".into(),
                digest: Digest::of(b"ga2"),
            },
        ),
        (
            Phase::Prepared,
            Action::Stage {
                staging: "/srv/liferay/.raylift/staging/0001-7.2.1".into(),
            },
        ),
        (
            Phase::Prepared,
            Action::ProveRestorePoint {
                scratch: "/srv/liferay/.raylift/scratch/0001-7.2.1".into(),
            },
        ),
        (Phase::Prepared, Action::CheckBinding { stopped: false }),
        (
            Phase::Quiesced,
            Action::RaiseFence {
                script: script.into(),
                stash: stash.into(),
            },
        ),
        (Phase::Quiesced, Action::StopServer),
        (Phase::Quiesced, Action::CheckBinding { stopped: true }),
        (
            Phase::Quiesced,
            Action::TakeReturnPoint {
                place: "/srv/liferay/.raylift/backups/0001-7.2.1".into(),
                means: raylift_model::plan::ReturnMeans::Copies,
            },
        ),
    ];
    actions.extend((0..exchanges).map(|index| (Phase::Switched, Action::Exchange { index })));
    actions.extend([
        (Phase::Migrated, Action::UpgradeData(upgrade())),
        (Phase::Healthy, Action::StartServer),
        (Phase::Healthy, Action::CheckHealth),
        (
            Phase::BurningIn,
            Action::LowerFence {
                script: script.into(),
                stash: stash.into(),
            },
        ),
    ]);
    actions
        .into_iter()
        .map(|(phase, action)| PlannedAction { phase, action })
        .collect()
}

fn upgrade() -> DataUpgrade {
    DataUpgrade {
        client: "/srv/liferay/tools/portal-tools-db-upgrade-client".into(),
        console: "localhost:11311".to_owned(),
        core: SchemaVersion::new("5.1.0"),
        core_pending: true,
        modules: vec![ModuleTarget {
            module: BundleSymbolicName::new("com.liferay.lab.minor"),
            from: SchemaVersion::new("1.0.0"),
            to: SchemaVersion::new("1.1.0"),
        }],
        jvm_options: String::new(),
    }
}

fn site() -> PlannedSite {
    PlannedSite {
        home: "/srv/liferay".into(),
        tomcat: "/srv/liferay/tomcat-9.0.19".into(),
        owner: Ownership {
            uid: 1000,
            gid: 1000,
            user: Some("liferay".to_owned()),
        },
        java: JavaFacts {
            home: "/opt/java-11".to_owned(),
            version: Some("11.0.25".to_owned()),
            major: Some(11),
        },
        managed_by: ManagedBy::Nobody,
        start_command: None,
        stop_command: None,
        pid_file: None,
        was_running: true,
        connectors: Vec::new(),
        database: DatabaseSettings {
            kind: DatabaseKind::HsqldbFile,
            driver_class: None,
            url: Some(
                "jdbc:hsqldb:/srv/liferay/data/hypersonic/lportal;password=secret".to_owned(),
            ),
            username: Some("sa".to_owned()),
            password_set: true,
            jndi_name: None,
            sources: Vec::new(),
        },
        store: Some("/srv/liferay/data/document_library".into()),
        store_implementation: Some("com.liferay.portal.store.file.system.FileSystemStore".into()),
        search_indexes: Vec::new(),
        backups: PlannedBackups {
            repository: "/srv/liferay/.raylift/backups/repository".into(),
            key_file: "/srv/liferay/.raylift/backup.key".into(),
            sample_above: 0,
        },
        state: "/srv/liferay/.raylift".into(),
        core_row: None,
        database_tools: None,
        database_commands: None,
        last_proof: None,
        last_snapshot: None,
        tables: Vec::new(),
    }
}

fn core() -> CorePlan {
    CorePlan {
        current: Some(SchemaVersion::new("5.0.2")),
        target: Some(SchemaVersion::new("5.1.0")),
        required: Some(SchemaVersion::new("5.1.0")),
        change: Some(SchemaChange::Minor),
        startup_check: StartupCheck::SchemaVersion,
        build_numbers: Some((7200, 7201)),
        must_run: true,
        steps: steps(&["5.0.2", "5.0.3", "5.0.4", "5.0.5", "5.1.0"]),
        when: When::InOutage,
        way_back: ReturnNeed::Undo,
        undetermined: Vec::new(),
    }
}

fn steps(versions: &[&str]) -> Vec<PlannedStep> {
    let versions: Vec<SchemaVersion> = versions
        .iter()
        .map(|text| SchemaVersion::new(*text))
        .collect();
    versions
        .windows(2)
        .map(|pair| PlannedStep {
            from: pair[0].clone(),
            to: pair[1].clone(),
            classes: vec!["com.liferay.portal.upgrade.Step".to_owned()],
            change: pair[0].change_to(&pair[1]).unwrap(),
            tables: Vec::new(),
        })
        .collect()
}

fn modules() -> Vec<ModulePlan> {
    let module = |name: &str, versions: &[&str], change, when| ModulePlan {
        module: BundleSymbolicName::new(name),
        file: "osgi/marketplace/Lab.lpkg".to_owned(),
        current: versions.first().map(|text| SchemaVersion::new(*text)),
        start: versions
            .first()
            .map_or_else(SchemaVersion::zero, |text| SchemaVersion::new(*text)),
        target: versions.last().map(|text| SchemaVersion::new(*text)),
        change,
        steps: steps(versions),
        when,
        way_back: ReturnNeed::CodeOnly,
        tables: Vec::new(),
        blocks: Vec::new(),
        remarks: Vec::new(),
        undetermined: Vec::new(),
    };
    let mut unclear = module("com.liferay.lab.loop", &[], None, When::Undetermined);
    unclear.undetermined = vec!["its registrator registers in a loop".to_owned()];
    vec![
        unclear,
        module(
            "com.liferay.lab.micro",
            &["1.0.0", "1.0.1"],
            Some(SchemaChange::Micro),
            When::Waits,
        ),
        module(
            "com.liferay.lab.minor",
            &["1.0.0", "1.1.0"],
            Some(SchemaChange::Minor),
            When::InOutage,
        ),
    ]
}

fn files() -> Vec<FileDecision> {
    let file = |path: &str, reason: &str, decision| FileDecision {
        path: RelativePath::new(path),
        decision,
        reason: reason.to_owned(),
    };
    let release = |path: &str, replaces| Decision::Release {
        from: RelativePath::new(path),
        digest: Digest::of(path.as_bytes()),
        mode: 0o644,
        replaces,
    };
    vec![
        file(
            "osgi/core/bootstrap.jar",
            "the release's takes its place",
            release("osgi/core/bootstrap.jar", true),
        ),
        file(
            "osgi/core/new.jar",
            "new in this release",
            release("osgi/core/new.jar", false),
        ),
        file(
            "osgi/modules/com.acme.theme.jar",
            "not of Liferay",
            Decision::Carry { digest: None },
        ),
        file(
            "osgi/configs/com.acme.Settings.config",
            "a configuration of the site",
            Decision::Carry { digest: None },
        ),
        file(
            "osgi/configs/com.liferay.portal.upgrade.internal.configuration.ReleaseManagerConfiguration.config",
            "automatic module upgrades are off, so that nothing optional runs by itself; yours to change after the commit",
            Decision::Write {
                content: "autoUpgrade=B\"false\"\n".to_owned(),
                mode: 0o644,
                replaces: false,
            },
        ),
        file(
            "osgi/marketplace/Old.lpkg",
            "only in the old release",
            Decision::Drop,
        ),
    ]
}
