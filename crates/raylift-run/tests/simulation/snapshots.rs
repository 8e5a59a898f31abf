//! Return points by the owner's command, none at all, and updates without a proof.

use raylift_model::plan::{Phase, ReturnMode};
use raylift_run::engine::Outcome;

use crate::commands::{Command, run, run_watched, run_well};
use crate::failures::{assert_new_or_old, fail_everywhere};
use crate::kills::{assert_old, assert_old_and_clean, assert_old_and_trees_kept, kill_everywhere};
use crate::sites::{burning_in, some_sites};
use crate::world::{Data, Means, NewSite, Setup, Site, Tree, Trouble, World};

const TO_POINT: Command = Command::Rollback(ReturnMode::ReturnPoint);
const BY_CODE: Command = Command::Rollback(ReturnMode::CodeOnly);

fn with(means: Means) -> Setup {
    Setup {
        upgrade: means != Means::Notes,
        means,
        ..Setup::default()
    }
}

/// A world whose rollback waits for a person.
fn waiting(setup: Setup) -> World {
    let world = burning_in(setup);
    let error = run(&world, TO_POINT, Trouble::None).error();
    assert_eq!(error.code(), "RL0515");
    assert!(error.next().contains("snapshot snap-1"), "{}", error.next());
    assert!(
        error.next().contains("rollback --restored"),
        "{}",
        error.next()
    );
    world
}

#[test]
fn an_update_killed_anywhere_takes_one_snapshot() {
    for means in [Means::Command, Means::ByHand, Means::Notes] {
        for setup in some_sites() {
            if setup.upgrade && means == Means::Notes {
                continue;
            }
            let world = World::new(Setup { means, ..setup });
            let ending = kill_everywhere(&world, Command::Go, Command::Go);
            assert_eq!(ending.phase, Phase::BurningIn);
            assert_eq!(ending.site, Site::Healthy(Tree::New));
            assert_eq!(ending.point, Some(true));
        }
    }
}

/// One effect after the other, since how an undisturbed run ends does not say how often the command was run.
#[test]
fn no_death_makes_a_second_snapshot() {
    let start = World::new(with(Means::Command));
    let undisturbed = start.copy();
    run_well(&undisturbed, Command::Go);
    assert_eq!(
        undisturbed.state().snapshot.as_deref(),
        Some("snap-1"),
        "the journal has the id"
    );
    for effect in 1..=undisturbed.effects() {
        for trouble in [Trouble::Die(effect), Trouble::PowerOff(effect)] {
            let world = start.copy();
            run(&world, Command::Go, trouble);
            run_well(&world, Command::Go);
            let taken = world.inner(|inner| inner.snapshots);
            assert_eq!(taken, 1, "{trouble:?}");
            assert_eq!(world.state().snapshot.as_deref(), Some("snap-1"));
        }
    }
}

#[test]
fn a_rollback_by_the_command_killed_anywhere_ends_as_an_undisturbed_one() {
    let world = burning_in(with(Means::Command));
    let ending = kill_everywhere(&world, TO_POINT, Command::Go);
    assert_old_and_trees_kept(&ending);
    assert_eq!(ending.schema, Data::OLD_SCHEMA);
}

#[test]
fn a_run_by_other_means_that_fails_anywhere_ends_well() {
    for means in [Means::Command, Means::Notes] {
        fail_everywhere(
            &World::new(with(means)),
            Command::Go,
            &[Command::Go],
            assert_new_or_old,
        );
    }
    fail_everywhere(
        &burning_in(with(Means::Command)),
        TO_POINT,
        &[TO_POINT],
        assert_old_and_trees_kept,
    );
    let notes = burning_in(with(Means::Notes));
    fail_everywhere(&notes, BY_CODE, &[BY_CODE], assert_old_and_trees_kept);
}

#[test]
fn a_command_that_fails_stops_the_run_and_the_old_site_starts_again() {
    for means in [Means::Command, Means::ByHand] {
        let world = World::new(Setup {
            command_fails: true,
            ..with(means)
        });
        let Outcome::RolledBack {
            automatic: true,
            cause: Some(cause),
            ..
        } = run_well(&world, Command::Go)
        else {
            panic!("it goes back");
        };
        assert_eq!(cause.code, "RL0516");
        assert_eq!(world.state().snapshot, None);
        assert_old_and_clean(&world.ending());
    }
}

#[test]
fn who_brings_nothing_back_is_not_believed() {
    for means in [Means::Command, Means::Copies] {
        let world = burning_in(Setup {
            restore_lies: true,
            ..with(means)
        });
        let error = run(&world, TO_POINT, Trouble::None).error();
        assert_eq!(error.code(), "RL0510");
        let ending = world.copy().ending();
        assert!(ending.fence && ending.site == Site::Stopped, "{ending:?}");
        world.inner(|inner| inner.setup.restore_lies = false);
        run_well(&world, Command::Go);
        assert_old(&world.ending());
    }
}

#[test]
fn without_a_command_the_way_back_waits_behind_the_fence() {
    let world = waiting(with(Means::ByHand));
    let ending = world.copy().ending();
    assert!(ending.fence && ending.site == Site::Stopped, "{ending:?}");
    assert!(
        ending
            .places
            .iter()
            .all(|place| place.live != Some(Tree::New)),
        "the files are back: {ending:?}"
    );
    let again = run(&world, Command::Go, Trouble::None).error();
    assert_eq!(again.code(), "RL0515", "resume waits, too");
    assert!(world.copy().ending().fence);
}

#[test]
fn the_way_back_goes_on_once_a_person_restored() {
    let world = waiting(with(Means::ByHand));
    world.restore_by_hand();
    let ending = kill_everywhere(&world, Command::Restored, Command::Go);
    assert_old_and_trees_kept(&ending);
    fail_everywhere(
        &world,
        Command::Restored,
        &[Command::Restored],
        assert_old_and_trees_kept,
    );
}

#[test]
fn a_person_who_did_not_restore_is_not_believed() {
    let world = waiting(with(Means::ByHand));
    let error = run(&world, Command::Restored, Trouble::None).error();
    assert_eq!(error.code(), "RL0510");
    assert!(world.copy().ending().fence);
    world.restore_by_hand();
    run_well(&world, Command::Restored);
    assert_old_and_trees_kept(&world.ending());
}

#[test]
fn nobody_says_restored_where_nothing_waits_for_it() {
    let burning = burning_in(with(Means::ByHand));
    let copies = burning_in(with(Means::Copies));
    let new = World::new(with(Means::ByHand));
    for world in [burning, copies, new] {
        let (exit, events) = run_watched(&world, Command::Restored, Trouble::None);
        assert_eq!((exit.error().code(), events), ("RL0802", Vec::new()));
    }
}

#[test]
fn an_automatic_return_waits_for_a_person_behind_the_fence() {
    let world = World::new(Setup {
        new_site: NewSite::Dies,
        ..with(Means::ByHand)
    });
    let error = run(&world, Command::Go, Trouble::None).error();
    assert_eq!(error.code(), "RL0515");
    assert!(world.copy().ending().fence);
    world.restore_by_hand();
    run_well(&world, Command::Restored);
    assert_old_and_clean(&world.ending());
}

#[test]
fn an_interrupted_run_goes_either_way_by_every_means() {
    for means in [Means::Command, Means::ByHand, Means::Notes] {
        let undisturbed = burning_in(with(means));
        let questions = undisturbed.inner(|inner| inner.questions);
        for question in 1..=questions {
            let world = World::new(with(means));
            let exit = run(&world, Command::Go, Trouble::Interrupt(question));
            assert!(matches!(exit.done(), Outcome::Interrupted { .. }));
            let forward = world.copy();
            run_well(&forward, Command::Go);
            assert_eq!(forward.ending(), undisturbed.copy().ending());
            // A person is needed only where an upgrade step ran.
            if means != Means::ByHand || question < questions {
                run_well(&world, TO_POINT);
                assert_old_and_clean(&world.ending());
            }
        }
    }
}

#[test]
fn without_a_return_point_the_code_alone_goes_back() {
    let world = burning_in(with(Means::Notes));
    let before = world.copy().ending();
    let (exit, events) = run_watched(&world, TO_POINT, Trouble::None);
    assert_eq!((exit.error().code(), events), ("RL0519", Vec::new()));
    assert_eq!(world.copy().ending(), before);
    let ending = kill_everywhere(&world, BY_CODE, Command::Go);
    assert_old_and_trees_kept(&ending);
    assert_eq!(ending.build, Data::OLD_BUILD);
    assert!(ending.new_writes, "nothing is lost");
}

#[test]
fn without_a_return_point_a_site_that_is_not_healthy_goes_back_by_the_code() {
    for new_site in [NewSite::Fatal, NewSite::Dies, NewSite::Silent] {
        let world = World::new(Setup {
            new_site,
            ..with(Means::Notes)
        });
        let ending = kill_everywhere(&world, Command::Go, Command::Go);
        assert_old_and_clean(&ending);
        assert_eq!(ending.build, Data::OLD_BUILD);
    }
}

#[test]
fn who_waived_the_proof_is_in_the_journal() {
    let world = World::new(Setup {
        unproven: true,
        ..with(Means::Copies)
    });
    let ending = kill_everywhere(&world, Command::Go, Command::Go);
    assert_eq!(ending.phase, Phase::BurningIn);
    run_well(&world, Command::Go);
    assert_eq!(world.state().proof_waived_by.as_deref(), Some("somebody"));
    assert!(!world.inner(|inner| inner.names.contains(&"prove")));
}

#[test]
fn a_plan_without_a_proof_does_not_start_like_any_other() {
    use raylift_run::engine::Engine;
    let world = World::new(Setup {
        unproven: true,
        ..with(Means::Copies)
    });
    let plan = world.plan();
    let store = Box::new(crate::world::Store(world.clone()));
    let run = raylift_model::names::RunId::new("run");
    let mut observer = |_| {};
    let mut engine = Engine::new(&world, store, &plan, run, &mut observer).unwrap();
    assert_eq!(engine.start().unwrap_err().code(), "RL0518");
    assert!(engine.status().state.identity.is_none());
}
