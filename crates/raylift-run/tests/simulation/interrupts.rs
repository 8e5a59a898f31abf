//! Somebody asks to stop: the run stops at the next safe point and can go either way from there.

use raylift_model::event::Event;
use raylift_model::plan::{Action, PlannedAction, ReturnMode};
use raylift_run::engine::{Next, Outcome};

use crate::commands::{Command, run, run_watched, run_well};
use crate::kills::assert_old_and_clean;
use crate::sites::{burning_in, every_site};
use crate::world::{Setup, Site, Tree, Trouble, World};

#[test]
fn every_safe_point_can_be_left_in_both_directions() {
    for setup in every_site() {
        let undisturbed = burning_in(setup.clone());
        let expected = undisturbed.ending();
        let questions = undisturbed.inner(|inner| inner.questions);
        assert!(questions > 10, "{questions}");
        for question in 1..=questions {
            let world = World::new(setup.clone());
            let (exit, events) = run_watched(&world, Command::Go, Trouble::Interrupt(question));
            let Outcome::Interrupted { next, fenced } = exit.done() else {
                panic!("question {question} was not heard");
            };
            assert_eq!(events.last(), Some(&Event::Interrupted { next }));
            let here = world.copy().ending();
            assert_eq!(here.fence, fenced);
            assert!(fenced || here.site == Site::Healthy(Tree::Old));

            let forward = world.copy();
            run_well(&forward, Command::Go);
            assert_eq!(forward.ending(), expected);
            run_well(&world, Command::Rollback(ReturnMode::ReturnPoint));
            assert_old_and_clean(&world.ending());
            // Only between the upgrade steps and the start is there anything to bring back.
            let upgraded = setup.upgrade && question == questions;
            assert_eq!(world.ending().point, upgraded.then_some(true));
        }
    }
}

/// Once the new server was started the gate decides: no question is asked any more, on no way back and in no commit.
#[test]
fn nobody_is_asked_where_stopping_is_not_safe() {
    let world = World::new(Setup::default());
    run_well(&world, Command::Go);
    let (starts, asked) = world.inner(|inner| (inner.plan.actions.len() - 2, inner.questions));
    assert_eq!(
        asked, starts,
        "one question before each action up to the start"
    );
    for command in [
        Command::Rollback(ReturnMode::CodeOnly),
        Command::Commit { keep: false },
    ] {
        let world = world.copy();
        run(&world, command, Trouble::Interrupt(1)).done();
        assert_eq!(world.inner(|inner| inner.questions), 0);
    }
}

#[test]
fn an_interrupted_run_says_what_can_be_done() {
    use raylift_run::engine::Status;
    let world = World::new(Setup::default());
    let plan = world.plan();
    let before = |action: &PlannedAction| matches!(action.action, Action::TakeReturnPoint { .. });
    // One question before each action; the first is number 1.
    let question = plan.actions.iter().position(before).unwrap() + 1;
    run(&world, Command::Go, Trouble::Interrupt(question)).done();
    let status = Status::of(&world.plan(), &world.state());
    assert_eq!(status.action, Some("take-return-point"));
    assert_eq!(status.next, [Next::Resume, Next::Rollback]);
    assert!(status.safe.contains("fence"), "{}", status.safe);
    let kept: Vec<(&str, &str)> = status
        .kept
        .iter()
        .map(|kept| (kept.what.as_str(), kept.removal.as_str()))
        .collect();
    let staged = ("the new release's files", "raylift rollback");
    assert_eq!(kept, [staged, staged], "{:?}", status.kept);
}
