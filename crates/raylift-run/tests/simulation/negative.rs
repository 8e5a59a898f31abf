//! The checks of this ring can fail: worlds and plans that are broken on purpose are caught.

use raylift_model::plan::{Action, Phase, Plan, ReturnMode};
use std::rc::Rc;

use crate::commands::{Command, Exit, run};
use crate::sites::burning_in;
use crate::world::{Data, NewSite, Setup, Site, Tree, Trouble, World};

fn with_plan(setup: Setup, change: impl FnOnce(&mut Plan)) -> World {
    let world = World::new(setup);
    let mut plan = (*world.plan()).clone();
    change(&mut plan);
    world.inner(|inner| inner.plan = Rc::new(plan));
    world
}

fn position(plan: &Plan, wanted: fn(&Action) -> bool) -> usize {
    plan.actions
        .iter()
        .position(|planned| wanted(&planned.action))
        .unwrap()
}

fn assert_caught(world: &World, what: &str) {
    let violations = world.violations();
    assert!(
        violations.iter().any(|violation| violation.contains(what)),
        "{violations:?}"
    );
}

#[test]
fn a_fence_that_keeps_nobody_out_is_caught() {
    for supervisor in [false, true] {
        let world = World::new(Setup {
            fence_leaks: true,
            supervisor,
            ..Setup::default()
        });
        let _ = run(&world, Command::Go, Trouble::None);
        assert_caught(&world, "the site between quiesced and healthy");
    }
}

/// The fence goes down before the new site was judged, and the new site dies.
#[test]
fn a_fence_that_is_lowered_too_early_is_caught() {
    let setup = Setup {
        new_site: NewSite::Dies,
        supervisor: true,
        ..Setup::default()
    };
    let world = with_plan(setup, |plan| {
        let health = position(plan, |action| matches!(action, Action::CheckHealth));
        plan.actions.swap(health, health + 1);
    });
    let _ = run(&world, Command::Go, Trouble::None);
    assert_caught(&world, "somebody else started the site");
}

/// The engine refuses to stop a server without a fence, whatever the plan's order says.
#[test]
fn stopping_before_fencing_is_refused() {
    let world = with_plan(Setup::default(), |plan| {
        let fence = position(plan, |action| matches!(action, Action::RaiseFence { .. }));
        plan.actions.swap(fence, fence + 1);
    });
    let _ = run(&world, Command::Go, Trouble::None);
    let state = world.state();
    assert_eq!(state.cause.unwrap().code, "RL0408");
    assert!(!world.inner(|inner| inner.names.contains(&"ask to stop")));
    assert_eq!(world.ending().site, Site::Healthy(Tree::Old));
}

/// Without a return point there is no way back from upgrade steps, and the ending shows it.
#[test]
fn a_plan_without_a_return_point_does_not_come_back() {
    let setup = Setup {
        upgrade: true,
        ..Setup::default()
    };
    let world = with_plan(setup, |plan| {
        plan.actions
            .retain(|planned| !matches!(planned.action, Action::TakeReturnPoint { .. }));
    });
    assert!(matches!(
        run(&world, Command::Go, Trouble::None),
        Exit::Done(_)
    ));
    let command = Command::Rollback(ReturnMode::ReturnPoint);
    assert!(matches!(
        run(&world, command, Trouble::None),
        Exit::Error(_)
    ));
    let ending = world.ending();
    assert_ne!(ending.site, Site::Healthy(Tree::Old));
    assert_eq!(ending.schema, Data::NEW_SCHEMA);
}

#[test]
fn removing_the_old_trees_before_the_commit_is_caught() {
    let world = burning_in(Setup::default());
    world.inner(|inner| inner.places[0].staged = None);
    world.pass(1_000);
    assert_caught(&world, "an old tree is gone");
}

#[test]
fn losing_what_users_wrote_is_caught() {
    let world = burning_in(Setup::default());
    let last = world.inner(|inner| inner.written.len() as u32 - 1);
    world.inner(|inner| inner.data.documents.remove(&last));
    world.pass(1_000);
    assert_caught(&world, "something users wrote is gone");
}

/// A journal whose claimed lines vanish breaks the rule that what was done is known; the run must not end clean.
#[test]
fn losing_claimed_lines_is_not_survived_unnoticed() {
    let start = World::new(Setup {
        upgrade: true,
        ..Setup::default()
    });
    let undisturbed = start.copy();
    let _ = run(&undisturbed, Command::Go, Trouble::None);
    let world = undisturbed.copy();
    world.inner(|inner| {
        let lines: Vec<&[u8]> = inner
            .journal
            .split_inclusive(|byte| *byte == b'\n')
            .collect();
        inner.journal = lines[..3].concat();
    });
    let _ = run(
        &world,
        Command::Rollback(ReturnMode::ReturnPoint),
        Trouble::None,
    );
    let ending = world.ending();
    assert!(ending.phase != Phase::RolledBack || ending.site != Site::Healthy(Tree::Old));
}
