//! The plan for the world.

use std::path::PathBuf;

use raylift_model::digest::Digest;
use raylift_model::names::RelativePath;
use raylift_model::plan::{
    Action, DataUpgrade, Exchange, ExchangeProbe, OwnCommand, Phase, Plan, PlannedAction,
    ReturnMeans,
};
use raylift_model::version::SchemaVersion;
use serde_json::json;

use super::{Means, Setup};

pub(crate) const STAGING: &str = "/home/.raylift/staging/7.2.1";
pub(crate) const ELSEWHERE: &str = "/server/.raylift/staging/ROOT";
pub(crate) const SCRATCH: &str = "/home/.raylift/proof";
pub(crate) const POINT: &str = "/home/.raylift/backups/run";
pub(crate) const SCRIPT: &str = "/server/bin/catalina.sh";
pub(crate) const STASH: &str = "/server/bin/.raylift-catalina.sh";
pub(crate) const RELEASE: &[u8] = b"liferay 7.2.1";

/// A plan as the planner makes it, with or without required upgrade steps.
pub(crate) fn plan(setup: &Setup) -> Plan {
    let preferred = if setup.upgrade {
        "return-point"
    } else {
        "code-only"
    };
    let mut plan: Plan = serde_json::from_value(json!({
        "format": 1,
        "from": "7.2.0",
        "to": "7.2.1",
        "verdict": if setup.upgrade { "outage" } else { "instant" },
        "site": {
            "home": "/home",
            "tomcat": "/server",
            "owner": {"uid": 1000, "gid": 1000},
            "java": {"home": "/java"},
            "managed_by": "nobody",
            "was_running": !setup.stopped,
            "connectors": [],
            "database": {
                "kind": "hsqldb-file",
                "driver_class": null,
                "url": null,
                "username": null,
                "password_set": false,
                "sources": [],
            },
            "backups": {
                "repository": "/home/.raylift/backups/repository",
                "key_file": "/home/.raylift/backup.key",
                "sample_above": 0,
            },
            "state": "/home/.raylift",
            "tables": [],
        },
        "release": {
            "place": "/release.zip",
            "form": "zip",
            "digest": Digest::of(RELEASE),
            "top": "liferay",
            "tomcat": "tomcat",
            "unpacked_size": 1,
        },
        "core": {
            "current": "5.0.2",
            "target": "5.1.0",
            "required": "5.1.0",
            "change": null,
            "startup_check": "schema-version",
            "must_run": setup.upgrade,
            "steps": [],
            "when": "in-outage",
        },
        "modules": [],
        "files": [],
        "exchanges": [],
        "way_back": {
            "preferred": preferred,
            "reasons": ["the core goes to 5.1.0"],
            "put_back_core_row": true,
        },
        "health": {
            "probes": [],
            "documents": [],
            "stable_seconds": 2,
            "timeouts": {"start_seconds": 30, "stop_seconds": 5, "upgrade_seconds": 60},
        },
        "space": [],
        "binding": {"parts": {"release": Digest::of(RELEASE), "mounts": Digest::of(b"mounts")}},
        "actions": [],
        "findings": [],
    }))
    .unwrap();
    plan.exchanges = exchanges();
    plan.actions = actions(setup.upgrade, means(setup.means));
    plan.proof_waived = setup.unproven;
    // What no copy of raylift's brings back no proof of raylift's can try.
    if setup.unproven || setup.means != Means::Copies {
        plan.actions
            .retain(|planned| !matches!(planned.action, Action::ProveRestorePoint { .. }));
    }
    plan
}

fn means(means: Means) -> ReturnMeans {
    let command = |word: &str| OwnCommand {
        words: vec![word.to_owned()],
        seconds: 60,
    };
    match means {
        Means::Copies => ReturnMeans::Copies,
        Means::Command | Means::ByHand => ReturnMeans::Command {
            take: command("snapshot"),
            restore: (means == Means::Command).then(|| command("restore")),
        },
        Means::Notes => ReturnMeans::Notes,
    }
}

fn exchanges() -> Vec<Exchange> {
    let exchange = |root: &str, live: &str, staged: &str, live_exists| Exchange {
        root: RelativePath::new(root),
        live: PathBuf::from(live),
        staged: PathBuf::from(staged),
        live_exists,
        probe: ExchangeProbe::Marker("7.2.1".to_owned()),
    };
    vec![
        exchange(
            "osgi",
            "/home/osgi",
            "/home/.raylift/staging/7.2.1/osgi",
            true,
        ),
        exchange(
            "server/webapps/ROOT",
            "/server/webapps/ROOT",
            ELSEWHERE,
            true,
        ),
        exchange(
            "tools",
            "/home/tools",
            "/home/.raylift/staging/7.2.1/tools",
            false,
        ),
    ]
}

fn actions(upgrade: bool, means: ReturnMeans) -> Vec<PlannedAction> {
    let fence = || (PathBuf::from(SCRIPT), PathBuf::from(STASH));
    let mut actions = vec![
        (
            Phase::Prepared,
            Action::VerifyRelease {
                place: "/release.zip".into(),
                digest: Digest::of(RELEASE),
            },
        ),
        (
            Phase::Prepared,
            Action::Stage {
                staging: STAGING.into(),
            },
        ),
        (
            Phase::Prepared,
            Action::ProveRestorePoint {
                scratch: SCRATCH.into(),
            },
        ),
        (Phase::Prepared, Action::CheckBinding { stopped: false }),
        (
            Phase::Quiesced,
            Action::RaiseFence {
                script: fence().0,
                stash: fence().1,
            },
        ),
        (Phase::Quiesced, Action::StopServer),
        (Phase::Quiesced, Action::CheckSessions),
        (Phase::Quiesced, Action::CheckBinding { stopped: true }),
        (
            Phase::Quiesced,
            Action::TakeReturnPoint {
                place: POINT.into(),
                means,
            },
        ),
        (Phase::Switched, Action::Exchange { index: 0 }),
        (Phase::Switched, Action::Exchange { index: 1 }),
        (Phase::Switched, Action::Exchange { index: 2 }),
    ];
    if upgrade {
        let upgrade = DataUpgrade {
            client: "/home/tools/client".into(),
            console: "localhost:11311".to_owned(),
            core: SchemaVersion::new("5.1.0"),
            core_pending: true,
            modules: Vec::new(),
            jvm_options: String::new(),
        };
        actions.push((Phase::Migrated, Action::UpgradeData(upgrade)));
    }
    actions.extend([
        (Phase::Healthy, Action::StartServer),
        (Phase::Healthy, Action::CheckHealth),
        (
            Phase::BurningIn,
            Action::LowerFence {
                script: fence().0,
                stash: fence().1,
            },
        ),
    ]);
    actions
        .into_iter()
        .map(|(phase, action)| PlannedAction { phase, action })
        .collect()
}
