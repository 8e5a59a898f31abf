//! Where a run may stop when somebody asks for it.
//!
//! | next action | stops | then |
//! | --- | --- | --- |
//! | before the fence is raised | yes | the old site serves; nothing is undone, `resume` goes on |
//! | behind the fence, the new server not yet started | yes | the site is down; `resume` goes on, `rollback` goes back |
//! | the new server was started | no | users may be writing to a site that nobody has judged: the gate decides first |
//! | way back, commit | no | they only end at their end |

use raylift_model::plan::Plan;

use crate::actions::server_started;
use crate::state::RunState;

/// True when the run may stop before its next forward action.
pub(super) fn may_stop(plan: &Plan, state: &RunState) -> bool {
    !server_started(plan, state) && state.next_forward().is_some()
}
