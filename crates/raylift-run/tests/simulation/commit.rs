//! The commit.

use raylift_model::plan::Phase;
use raylift_run::engine::Outcome;

use crate::commands::{Command, run, run_watched, run_well};
use crate::sites::burning_in;
use crate::world::{Setup, Trouble, World};

#[test]
fn a_second_commit_does_nothing() {
    let world = burning_in(Setup::default());
    let command = Command::Commit { keep: false };
    assert_eq!(run_well(&world, command), Outcome::Committed);
    let (exit, events) = run_watched(&world, command, Trouble::None);
    assert_eq!((exit.done(), events), (Outcome::Committed, Vec::new()));
    assert_eq!(world.effects(), 0);
}

#[test]
fn only_a_run_that_burns_in_is_committed() {
    let world = World::new(Setup::default());
    let command = Command::Commit { keep: false };
    assert_eq!(run(&world, command, Trouble::None).error().code(), "RL0803");
    run(&world, Command::Go, Trouble::Die(60));
    assert_eq!(run(&world, command, Trouble::None).error().code(), "RL0803");
    run_well(&world, Command::Go);
    run_well(&world, command);
    assert_eq!(world.state().phase, Phase::Committed);
}

#[test]
fn resume_leaves_a_run_that_burns_in_as_it_is() {
    let world = burning_in(Setup::default());
    let (exit, events) = run_watched(&world, Command::Go, Trouble::None);
    assert_eq!((exit.done(), events), (Outcome::BurningIn, Vec::new()));
}
