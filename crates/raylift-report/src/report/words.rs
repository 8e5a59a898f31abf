//! Words for people.

use raylift_model::event::Direction;
use raylift_model::plan::{Action, Plan, ReturnMode, WayBack};

/// What an action does, in one line. `mode` is how the way back treats the database.
pub(crate) fn title(
    plan: &Plan,
    direction: Direction,
    index: usize,
    name: &str,
    mode: ReturnMode,
) -> String {
    let Some(planned) = plan.actions.get(index) else {
        return name.to_owned();
    };
    match direction {
        Direction::Forward => forward(plan, &planned.action),
        Direction::Back => back(plan, &planned.action, mode),
    }
}

fn forward(plan: &Plan, action: &Action) -> String {
    match action {
        Action::VerifyRelease { .. } => "Verify the release".to_owned(),
        Action::Stage { .. } => "Unpack and stage".to_owned(),
        Action::ProveRestorePoint { .. } => "Prove a restore point".to_owned(),
        Action::CheckBinding { stopped: false } => "Compare site and plan".to_owned(),
        Action::CheckBinding { stopped: true } => "Compare once more".to_owned(),
        Action::RaiseFence { .. } => "Raise the fence".to_owned(),
        Action::StopServer => "Stop the server".to_owned(),
        Action::CheckSessions => "Look who else uses the database".to_owned(),
        Action::TakeReturnPoint { .. } => "Take the return point".to_owned(),
        Action::Exchange { index } => format!("Exchange {}", root(plan, *index)),
        Action::UpgradeData(_) => "Run the upgrade steps".to_owned(),
        Action::StartServer => "Start the server".to_owned(),
        Action::CheckHealth => "Wait until healthy".to_owned(),
        Action::LowerFence { .. } => "Lower the fence".to_owned(),
    }
}

fn back(plan: &Plan, action: &Action, mode: ReturnMode) -> String {
    match action {
        Action::Stage { .. } => "Remove the staged files".to_owned(),
        Action::ProveRestorePoint { .. } => "Remove the scratch copy".to_owned(),
        Action::RaiseFence { .. } => "Lower the fence".to_owned(),
        Action::StopServer => "Start the old release".to_owned(),
        Action::TakeReturnPoint { .. } => return_of_data(&plan.way_back, mode).to_owned(),
        Action::Exchange { index } => format!("Exchange back {}", root(plan, *index)),
        Action::StartServer => "Stop the new release".to_owned(),
        Action::LowerFence { .. } => "Raise the fence".to_owned(),
        Action::VerifyRelease { .. }
        | Action::CheckBinding { .. }
        | Action::CheckSessions
        | Action::UpgradeData(_)
        | Action::CheckHealth => format!("Nothing to undo: {}", action.name()),
    }
}

fn return_of_data(way_back: &WayBack, mode: ReturnMode) -> &'static str {
    match mode {
        ReturnMode::ReturnPoint => "Restore the return point",
        ReturnMode::CodeOnly if way_back.put_back_core_row => "Put back the core's row",
        ReturnMode::CodeOnly => "Leave the database as it is",
    }
}

fn root(plan: &Plan, index: usize) -> &str {
    plan.exchanges
        .get(index)
        .map_or("files", |exchange| exchange.root.as_str())
}
