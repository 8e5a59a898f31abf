//! What an action may look at.

use raylift_model::plan::{Action, Plan};

use crate::host::{Host, HostError};
use crate::state::RunState;

/// What an action may look at.
pub(crate) struct Context<'a> {
    /// The world.
    pub(crate) host: &'a dyn Host,
    /// The plan.
    pub(crate) plan: &'a Plan,
    /// The run before this action.
    pub(crate) state: &'a RunState,
    /// This action is the first since a process took the run up: whatever ran may have ended with the machine.
    pub(crate) taken_up: bool,
}

impl Context<'_> {
    /// True when an action of this kind may have had an effect on the way forward.
    pub(super) fn touched(&self, kind: impl Fn(&Action) -> bool) -> bool {
        touched(self.plan, self.state, kind)
    }

    /// The server must not run for what comes next; if it does, somebody got past the fence.
    pub(super) fn require_stopped(&self) -> Result<(), HostError> {
        match self.host.server(self.plan)? {
            None => Ok(()),
            Some(server) => Err(HostError::new(
                raylift_model::codes::FENCE_DISTURBED,
                format!(
                    "a server of this site runs as process {} although the fence is up",
                    server.pid
                ),
            )),
        }
    }
}

/// True when database or documents may have changed since the return point was taken: the new server or an upgrade
/// step may have begun.
pub(crate) fn data_touched(plan: &Plan, state: &RunState) -> bool {
    touched(plan, state, |action| {
        matches!(action, Action::StartServer | Action::UpgradeData(_))
    })
}

/// True when the new server may have been started.
pub(crate) fn server_started(plan: &Plan, state: &RunState) -> bool {
    touched(plan, state, |action| matches!(action, Action::StartServer))
}

/// True when an action of a kind was begun on the way forward.
pub(crate) fn touched(plan: &Plan, state: &RunState, kind: impl Fn(&Action) -> bool) -> bool {
    plan.actions
        .iter()
        .zip(&state.forward)
        .any(|(planned, status)| status.is_touched() && kind(&planned.action))
}
