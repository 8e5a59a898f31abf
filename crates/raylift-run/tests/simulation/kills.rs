//! raylift dies, or the machine loses power, before every effect; taken up again the run ends as if nothing had been.

use raylift_model::event::Direction;
use raylift_model::plan::{Action, Phase, ReturnMode};
use raylift_run::state::ActionStatus;

use crate::commands::{Command, Exit, run, run_well};
use crate::sites::{burning_in, every_site, some_sites, ways_back};
use crate::world::{Ending, Setup, Site, Tree, Trouble, World};

/// How raylift dies and how many milliseconds later the run is taken up.
type Kill = (fn(usize) -> Trouble, u64);

const KILLS: [Kill; 3] = [
    (Trouble::Die, 0),
    (Trouble::Die, 6_000),
    (Trouble::PowerOff, 6_000),
];

fn kill(world: &World, command: Command, kill: Kill, effect: usize) -> Exit {
    world.inner(|inner| inner.pause = kill.1);
    run(world, command, kill.0(effect))
}

/// Kills a command before every effect and takes the run up by `then`; the end must be that of the undisturbed run.
pub(crate) fn kill_everywhere(start: &World, command: Command, then: Command) -> Ending {
    let undisturbed = start.copy();
    run_well(&undisturbed, command);
    let effects = undisturbed.effects();
    let expected = undisturbed.ending();
    for means in KILLS {
        for effect in 1..=effects {
            let world = start.copy();
            let exit = kill(&world, command, means, effect);
            assert!(matches!(exit, Exit::Killed), "effect {effect}: {exit:?}");
            start_by_hand(&world);
            run_again(&world, command, then);
            check(
                &world,
                &expected,
                &format!("{:?}, {} ms", means.0(effect), means.1),
            );
        }
    }
    expected
}

/// Starts the site after a power failure when the run had let go of it by then: that is no matter of raylift's.
fn start_by_hand(world: &World) {
    let state = world.state();
    let fence = |wanted: fn(&Action) -> bool, statuses: &[ActionStatus]| {
        let plan = world.plan();
        let index = plan
            .actions
            .iter()
            .position(|planned| wanted(&planned.action));
        index.and_then(|index| statuses.get(index).copied()) == Some(ActionStatus::Finished)
    };
    let let_go = match state.direction {
        Direction::Forward => fence(
            |action| matches!(action, Action::LowerFence { .. }),
            &state.forward,
        ),
        Direction::Back => fence(
            |action| matches!(action, Action::RaiseFence { .. }),
            &state.back,
        ),
    };
    let not_yet_taken =
        !world
            .plan()
            .actions
            .iter()
            .zip(&state.forward)
            .any(|(planned, status)| {
                matches!(planned.action, Action::RaiseFence { .. }) && status.is_touched()
            });
    if let_go || not_yet_taken {
        world.somebody_starts();
    }
}

/// `then`, or the command itself when it died before its first event was written.
fn run_again(world: &World, command: Command, then: Command) {
    let begun = match command {
        Command::Go => true,
        Command::Restored => world.state().snapshot_restored,
        Command::Rollback(_) => world.state().phase != Phase::BurningIn,
        Command::Commit { .. } => world.state().committing,
    };
    run_well(world, if begun { then } else { command });
}

fn check(world: &World, expected: &Ending, what: &str) {
    let ending = world.ending();
    let names = world.inner(|inner| inner.names.clone());
    assert_eq!(ending, *expected, "{what}, then {names:?}");
    assert_eq!(world.violations(), Vec::<String>::new(), "{what}");
}

#[test]
fn an_update_killed_anywhere_ends_as_an_undisturbed_one() {
    for setup in every_site() {
        let world = World::new(setup.clone());
        let ending = kill_everywhere(&world, Command::Go, Command::Go);
        assert_eq!(ending.phase, Phase::BurningIn, "{setup:?}");
        assert_eq!(ending.site, Site::Healthy(Tree::New));
        assert!(ending.old_writes && ending.new_writes);
        assert!(!ending.fence && !ending.stash && !ending.client && !ending.scratch);
        assert_eq!(ending.point, Some(true));
        for place in ending.places {
            assert_eq!((place.live, place.between), (Some(Tree::New), None));
        }
    }
}

#[test]
fn a_rollback_killed_anywhere_ends_as_an_undisturbed_one() {
    for setup in every_site() {
        for mode in ways_back(&setup) {
            let world = burning_in(setup.clone());
            let ending = kill_everywhere(&world, Command::Rollback(mode), Command::Go);
            assert_old_and_trees_kept(&ending);
            assert_eq!(ending.new_writes, mode == ReturnMode::CodeOnly);
            // The new site was started: it may have changed what a code-only return leaves as it is.
            assert_eq!(ending.point, Some(true));
        }
    }
}

#[test]
fn a_rollback_killed_anywhere_can_be_asked_for_again() {
    for setup in some_sites() {
        for mode in ways_back(&setup) {
            let world = burning_in(setup.clone());
            let command = Command::Rollback(mode);
            kill_everywhere(&world, command, command);
        }
    }
}

/// The update is killed anywhere, and the user wants the old site instead of going on.
#[test]
fn an_update_killed_anywhere_can_be_rolled_back() {
    for setup in some_sites() {
        let start = World::new(setup);
        let undisturbed = start.copy();
        run_well(&undisturbed, Command::Go);
        for means in KILLS {
            for effect in 1..=undisturbed.effects() {
                let world = start.copy();
                kill(&world, Command::Go, means, effect);
                if world.state().identity.is_none() {
                    continue;
                }
                start_by_hand(&world);
                run_well(&world, Command::Rollback(ReturnMode::ReturnPoint));
                let ending = world.ending();
                assert_old(&ending);
            }
        }
    }
}

#[test]
fn a_commit_killed_anywhere_ends_as_an_undisturbed_one() {
    for setup in some_sites() {
        for keep in [false, true] {
            let world = burning_in(setup.clone());
            let ending = kill_everywhere(&world, Command::Commit { keep }, Command::Go);
            assert_eq!(ending.phase, Phase::Committed);
            assert_eq!(ending.site, Site::Healthy(Tree::New));
            assert!(ending.old_writes && ending.new_writes && !ending.staged);
            assert_eq!(ending.point, keep.then_some(true));
            for place in ending.places {
                assert_eq!((place.staged, place.marker), (None, false));
            }
        }
    }
}

#[test]
fn an_automatic_rollback_killed_anywhere_ends_as_an_undisturbed_one() {
    use crate::world::NewSite::{Dies, Fatal, Silent};
    for new_site in [Fatal, Silent, Dies] {
        for upgrade in [false, true] {
            let world = World::new(Setup {
                new_site,
                upgrade,
                supervisor: true,
                ..Setup::default()
            });
            let ending = kill_everywhere(&world, Command::Go, Command::Go);
            assert_old_and_clean(&ending);
            assert_eq!(ending.point, Some(true));
        }
    }
}

/// Two deaths: before effect n, and while the run is taken up again before effect m.
#[test]
fn two_deaths_are_no_worse_than_one() {
    for setup in [
        Setup {
            upgrade: true,
            two_renames: true,
            ..Setup::default()
        },
        Setup {
            supervisor: true,
            ..Setup::default()
        },
    ] {
        let update = World::new(setup.clone());
        die_twice(&update, Command::Go);
        for mode in ways_back(&setup) {
            die_twice(&burning_in(setup.clone()), Command::Rollback(mode));
        }
    }
}

fn die_twice(start: &World, command: Command) {
    let undisturbed = start.copy();
    run_well(&undisturbed, command);
    let effects = undisturbed.effects();
    let expected = undisturbed.ending();
    for first in (1..=effects).step_by(4) {
        let once = start.copy();
        run(&once, command, Trouble::Die(first));
        for second in (1..=effects).step_by(7) {
            let world = once.copy();
            let means = KILLS[(first + second) % KILLS.len()];
            // `command` starts anew when nothing was written, and goes on otherwise.
            kill(&world, command, means, second);
            start_by_hand(&world);
            run_well(&world, command);
            check(&world, &expected, &format!("effects {first} and {second}"));
        }
    }
}

/// The old site, and nothing of the new release's trees: the new site was never open.
pub(crate) fn assert_old_and_clean(ending: &Ending) {
    assert_old(ending);
    assert!(!ending.staged, "{ending:?}");
}

/// The old site, and the new release's trees with what users put into them while the new site was open.
pub(crate) fn assert_old_and_trees_kept(ending: &Ending) {
    assert_old(ending);
    assert!(ending.staged, "{ending:?}");
}

/// The old site; the new release's trees are all there or all gone.
pub(crate) fn assert_old(ending: &Ending) {
    assert_eq!(ending.phase, Phase::RolledBack, "{ending:?}");
    assert_eq!(ending.site, Site::Healthy(Tree::Old), "{ending:?}");
    assert!(ending.old_writes && ending.all_writes, "{ending:?}");
    assert!(
        !ending.fence && !ending.stash && !ending.scratch && !ending.client,
        "{ending:?}"
    );
    let trees = ending.staged.then_some(Tree::New);
    for place in &ending.places {
        assert_eq!((place.staged, place.between), (trees, None), "{ending:?}");
    }
}
