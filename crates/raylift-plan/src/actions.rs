//! The actions, in the order in which they are carried out.

use std::path::{Path, PathBuf};

use raylift_model::facts::ReleaseFacts;
use raylift_model::plan::{Action, DataUpgrade, Exchange, Phase, PlannedAction, ReturnMeans};

/// Where the start script lies while the fence is up.
pub(crate) fn stash(state: &Path, run: &str) -> PathBuf {
    state
        .join("runs")
        .join(run)
        .join("fence")
        .join("catalina.sh")
}

/// Where the fence stands.
pub(crate) struct Fence<'a> {
    /// The start script.
    pub(crate) script: &'a Path,
    /// Where it lies while the fence is up.
    pub(crate) stash: &'a Path,
}

/// What is done for the way back.
pub(crate) struct Safety {
    /// A proof comes first.
    pub(crate) proof: bool,
    /// After the stop raylift looks who else is connected to the database.
    pub(crate) sessions: bool,
    /// How the return point is taken.
    pub(crate) means: ReturnMeans,
}

/// All actions of an update. The fence goes up before the stop and comes down last.
pub(crate) fn list(
    release: &ReleaseFacts,
    state: &Path,
    run: &str,
    fence: &Fence<'_>,
    exchanges: &[Exchange],
    upgrade: Option<DataUpgrade>,
    safety: Safety,
) -> Vec<PlannedAction> {
    let in_phase = |phase: Phase| move |action: Action| PlannedAction { phase, action };
    let mut prepared = vec![
        Action::VerifyRelease {
            place: release.place.clone().into(),
            digest: release.digest.clone(),
        },
        Action::Stage {
            staging: state.join("staging").join(run),
        },
    ];
    if safety.proof {
        prepared.push(Action::ProveRestorePoint {
            scratch: state.join("scratch").join(run),
        });
    }
    prepared.push(Action::CheckBinding { stopped: false });
    let mut actions: Vec<PlannedAction> = prepared
        .into_iter()
        .map(in_phase(Phase::Prepared))
        .collect();
    let mut quiesced = vec![
        Action::RaiseFence {
            script: fence.script.to_owned(),
            stash: fence.stash.to_owned(),
        },
        Action::StopServer,
    ];
    // An embedded database is kept to itself by its own lock.
    if safety.sessions {
        quiesced.push(Action::CheckSessions);
    }
    quiesced.extend([
        Action::CheckBinding { stopped: true },
        Action::TakeReturnPoint {
            place: state.join("backups").join(run),
            means: safety.means,
        },
    ]);
    actions.extend(quiesced.into_iter().map(in_phase(Phase::Quiesced)));
    actions.extend(
        (0..exchanges.len())
            .map(|index| Action::Exchange { index })
            .map(in_phase(Phase::Switched)),
    );
    actions.extend(
        upgrade
            .map(Action::UpgradeData)
            .map(in_phase(Phase::Migrated)),
    );
    actions.extend([Action::StartServer, Action::CheckHealth].map(in_phase(Phase::Healthy)));
    actions.push(in_phase(Phase::BurningIn)(Action::LowerFence {
        script: fence.script.to_owned(),
        stash: fence.stash.to_owned(),
    }));
    actions
}
