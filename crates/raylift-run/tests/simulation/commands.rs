//! raylift's commands on a world, each in a process of its own that may die.

use std::panic::{AssertUnwindSafe, catch_unwind};

use raylift_model::event::{Event, Notice};
use raylift_model::names::RunId;
use raylift_model::plan::ReturnMode;
use raylift_run::RunError;
use raylift_run::engine::{Engine, Outcome};

use crate::world::{Death, Store, Trouble, World};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    /// `update`, or `resume` when the journal has begun.
    Go,
    Rollback(ReturnMode),
    /// `rollback --restored`.
    Restored,
    Commit {
        keep: bool,
    },
}

/// How a process ended.
#[derive(Debug)]
pub(crate) enum Exit {
    Done(Outcome),
    Error(RunError),
    Killed,
}

impl Exit {
    pub(crate) fn done(self) -> Outcome {
        match self {
            Self::Done(outcome) => outcome,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn error(self) -> RunError {
        match self {
            Self::Error(error) => error,
            other => panic!("{other:?}"),
        }
    }
}

/// Runs one command with some trouble, then lets some seconds pass.
pub(crate) fn run(world: &World, command: Command, trouble: Trouble) -> Exit {
    run_watched(world, command, trouble).0
}

/// The same, with the events it wrote.
pub(crate) fn run_watched(world: &World, command: Command, trouble: Trouble) -> (Exit, Vec<Event>) {
    world.order(trouble);
    let mut events = Vec::new();
    let result = catch_unwind(AssertUnwindSafe(|| {
        let plan = world.plan();
        let mut observer = |notice| {
            if let Notice::Journaled(entry) = notice {
                events.push(entry.event);
            }
        };
        let store = Box::new(Store(world.clone()));
        let run = RunId::new("run");
        let mut engine = Engine::new(world, store, &plan, run, &mut observer)?;
        match command {
            Command::Go if engine.status().state.identity.is_none() => match plan.proof_waived {
                true => engine.start_unproven("somebody"),
                false => engine.start(),
            },
            Command::Go => engine.resume(),
            Command::Rollback(mode) => engine.rollback(mode, "asked for"),
            Command::Restored => engine.rollback_restored(),
            Command::Commit { keep } => engine.commit(keep),
        }
    }));
    let exit = match result {
        Ok(Ok(outcome)) => Exit::Done(outcome),
        Ok(Err(error)) => Exit::Error(error),
        Err(cause) if cause.is::<Death>() => Exit::Killed,
        Err(cause) => std::panic::resume_unwind(cause),
    };
    let effects = world.effects();
    world.pass(world.inner(|inner| inner.pause));
    world.inner(|inner| inner.effects = effects);
    (exit, events)
}

/// Runs a command to its end without trouble and checks that nothing was violated on the way.
pub(crate) fn run_well(world: &World, command: Command) -> Outcome {
    let outcome = run(world, command, Trouble::None).done();
    assert_eq!(world.violations(), Vec::<String>::new());
    outcome
}
