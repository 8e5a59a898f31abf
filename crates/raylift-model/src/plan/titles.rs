//! What an action does, in the words that people read everywhere: on the way, in a report, in a message.

use crate::event::Direction;
use crate::plan::{Action, Plan, ReturnMode};

impl Plan {
    /// What an action does, in one line; `None` where the plan has no such action. `mode` is how the way back treats
    /// the database.
    pub fn title(&self, direction: Direction, index: usize, mode: ReturnMode) -> Option<String> {
        let action = &self.actions.get(index)?.action;
        Some(match direction {
            Direction::Forward => self.forward(action),
            Direction::Back => self.back(action, mode),
        })
    }

    fn forward(&self, action: &Action) -> String {
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
            Action::Exchange { index } => format!("Exchange {}", self.root(*index)),
            Action::UpgradeData(_) => "Run the upgrade steps".to_owned(),
            Action::StartServer => "Start the server".to_owned(),
            Action::CheckHealth => "Wait until healthy".to_owned(),
            Action::LowerFence { .. } => "Lower the fence".to_owned(),
        }
    }

    fn back(&self, action: &Action, mode: ReturnMode) -> String {
        match action {
            Action::Stage { .. } => "Remove the staged files".to_owned(),
            Action::ProveRestorePoint { .. } => "Remove the scratch copy".to_owned(),
            Action::RaiseFence { .. } => "Lower the fence".to_owned(),
            Action::StopServer => "Start the old release".to_owned(),
            Action::TakeReturnPoint { .. } => match mode {
                ReturnMode::ReturnPoint => "Restore the return point".to_owned(),
                ReturnMode::CodeOnly if self.way_back.put_back_core_row => {
                    "Put back the core's row".to_owned()
                }
                ReturnMode::CodeOnly => "Leave the database as it is".to_owned(),
            },
            Action::Exchange { index } => format!("Exchange back {}", self.root(*index)),
            Action::StartServer => "Stop the new release".to_owned(),
            Action::LowerFence { .. } => "Raise the fence".to_owned(),
            Action::VerifyRelease { .. }
            | Action::CheckBinding { .. }
            | Action::CheckSessions
            | Action::UpgradeData(_)
            | Action::CheckHealth => {
                format!("Nothing to undo: \u{201c}{}\u{201d}", self.forward(action))
            }
        }
    }

    fn root(&self, index: usize) -> &str {
        self.exchanges
            .get(index)
            .map_or("files", |exchange| exchange.root.as_str())
    }
}
