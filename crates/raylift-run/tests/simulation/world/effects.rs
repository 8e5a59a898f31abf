//! Effects, and what can go wrong at each.

use raylift_model::codes;
use raylift_run::host::HostError;

use super::{Inner, World};

/// raylift is killed.
pub(crate) struct Death;

/// What goes wrong, by the number of the effect from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    None,
    /// raylift is killed before this effect.
    Die(usize),
    /// The machine loses power before this effect.
    PowerOff(usize),
    /// This effect fails.
    Fail(usize),
    /// This effect fails, and so does every later one of the same name.
    FailOn(usize),
    /// Somebody asks to stop from this question on.
    Interrupt(usize),
}

/// Milliseconds that every effect takes.
const TAKES: u64 = 20;

impl World {
    /// One effect: called before it happens.
    pub(crate) fn effect(&self, name: &'static str) -> Result<(), HostError> {
        if self.inner(|inner| inner.count(name)) {
            return Err(HostError::new(
                codes::ACTION_FAILED,
                format!("{name} was made to fail"),
            ));
        }
        Ok(())
    }
}

impl Inner {
    /// Counts an effect and lives on. Returns true when it has to fail, not at all when raylift dies.
    pub(crate) fn count(&mut self, name: &'static str) -> bool {
        self.effects += 1;
        self.clock += TAKES;
        self.names.push(name);
        self.live_on();
        match self.trouble {
            Trouble::Die(at) if at == self.effects => {
                self.trouble = Trouble::None;
                std::panic::resume_unwind(Box::new(Death));
            }
            Trouble::PowerOff(at) if at == self.effects => {
                self.trouble = Trouble::None;
                self.lose_power();
                std::panic::resume_unwind(Box::new(Death));
            }
            Trouble::Fail(at) => at == self.effects,
            Trouble::FailOn(at) => {
                self.effects >= at && self.names.get(at - 1).is_some_and(|first| *first == name)
            }
            _ => false,
        }
    }

    fn lose_power(&mut self) {
        self.server = None;
        self.late_server = None;
        self.client = false;
        self.lose_command();
        self.good_since = None;
        self.clock += 60_000;
    }
}
