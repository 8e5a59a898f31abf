//! Every effect fails instead of happening: the run goes back by itself, or stops with the fence up and goes on later.

use raylift_model::plan::{Action, Phase, PlannedAction, ReturnMode};
use raylift_run::engine::Outcome;

use crate::commands::{Command, Exit, run, run_well};
use crate::kills::{assert_old, assert_old_and_clean, assert_old_and_trees_kept};
use crate::sites::{burning_in, some_sites, ways_back};
use crate::world::{Ending, NewSite, Setup, Site, Tree, Trouble, World};

type Failing = fn(usize) -> Trouble;

/// Fails every effect of a command, once or for good; `settle` gets through afterwards if the command did not.
pub(crate) fn fail_everywhere(
    start: &World,
    command: Command,
    settle: &[Command],
    check: fn(&Ending),
) {
    let undisturbed = start.copy();
    let _ = run(&undisturbed, command, Trouble::None);
    let effects = undisturbed.effects();
    let kinds: [Failing; 2] = [Trouble::Fail, Trouble::FailOn];
    for fail in kinds {
        for effect in 1..=effects {
            let failed = start.copy();
            let exit = run(&failed, command, fail(effect));
            let what = format!(
                "{:?} {:?}",
                fail(effect),
                failed.inner(|inner| inner.names.clone())
            );
            assert_eq!(failed.violations(), Vec::<String>::new(), "{what}");
            match exit {
                Exit::Done(_) => check(&failed.ending()),
                Exit::Killed => panic!("{what}"),
                Exit::Error(error) => {
                    assert!(error.code().starts_with("RL0"), "{what}");
                    assert_safe(&failed, &what);
                    for command in settle {
                        let world = failed.copy();
                        run_well(&world, *command);
                        check(&world.ending());
                    }
                }
            }
        }
    }
}

/// The site serves, or nobody but raylift can start it.
fn assert_safe(world: &World, what: &str) {
    let ending = world.copy().ending();
    let safe = ending.fence || matches!(ending.site, Site::Healthy(_));
    assert!(safe, "{what}: {ending:?}");
}

pub(crate) fn assert_new_or_old(ending: &Ending) {
    match ending.phase {
        Phase::BurningIn => {
            assert_eq!(ending.site, Site::Healthy(Tree::New), "{ending:?}");
            assert!(ending.old_writes && ending.new_writes && !ending.fence && !ending.stash);
        }
        _ => assert_old(ending),
    }
}

fn assert_committed(ending: &Ending) {
    assert_eq!(ending.phase, Phase::Committed);
    assert_eq!(ending.site, Site::Healthy(Tree::New));
    assert!(ending.old_writes && ending.new_writes && !ending.staged && ending.point.is_none());
}

#[test]
fn an_update_that_fails_anywhere_ends_well() {
    for setup in some_sites() {
        fail_everywhere(
            &World::new(setup),
            Command::Go,
            &[Command::Go],
            assert_new_or_old,
        );
    }
}

#[test]
fn an_update_that_fails_anywhere_can_be_rolled_back() {
    let back = Command::Rollback(ReturnMode::ReturnPoint);
    for upgrade in [false, true] {
        let world = World::new(Setup {
            upgrade,
            ..Setup::default()
        });
        let undisturbed = world.copy();
        run_well(&undisturbed, Command::Go);
        for effect in 1..=undisturbed.effects() {
            let world = world.copy();
            let exit = run(&world, Command::Go, Trouble::Fail(effect));
            if world.state().identity.is_some() {
                run_well(&world, back);
                assert_old(&world.ending());
            } else {
                exit.error();
            }
        }
    }
}

#[test]
fn a_rollback_that_fails_anywhere_gets_through_later() {
    for setup in some_sites() {
        for mode in ways_back(&setup) {
            let command = Command::Rollback(mode);
            fail_everywhere(
                &burning_in(setup.clone()),
                command,
                &[command],
                assert_old_and_trees_kept,
            );
        }
    }
}

#[test]
fn a_commit_that_fails_anywhere_gets_through_later() {
    let command = Command::Commit { keep: false };
    for setup in some_sites() {
        fail_everywhere(&burning_in(setup), command, &[command], assert_committed);
    }
}

/// The update fails as `setup` orders and ends rolled back, with `code` as the cause.
fn rolls_back(setup: Setup, code: &str) -> World {
    let world = World::new(setup.clone());
    let outcome = run_well(&world, Command::Go);
    let Outcome::RolledBack {
        automatic,
        cause,
        reason,
    } = outcome
    else {
        panic!("{setup:?}: {outcome:?}");
    };
    let cause = cause.unwrap();
    assert_eq!((automatic, cause.code.as_str()), (true, code), "{setup:?}");
    assert!(reason.starts_with(code), "{reason}");
    assert_old_and_clean(&world.ending());
    world
}

#[test]
fn a_new_site_that_is_not_healthy_is_taken_back() {
    for upgrade in [false, true] {
        for (new_site, code) in [
            (NewSite::Fatal, "RL0701"),
            (NewSite::Silent, "RL0702"),
            (NewSite::Dies, "RL0701"),
        ] {
            let setup = Setup {
                upgrade,
                new_site,
                ..Setup::default()
            };
            let world = rolls_back(setup, code);
            assert_eq!(world.ending().point, Some(true));
        }
    }
}

#[test]
fn the_failing_log_lines_are_kept_as_evidence() {
    let world = rolls_back(
        Setup {
            new_site: NewSite::Fatal,
            ..Setup::default()
        },
        "RL0701",
    );
    let cause = world.state().cause.unwrap();
    assert!(
        cause.evidence.contains(&"ERROR [main]".to_owned()),
        "{cause:?}"
    );
}

#[test]
fn a_new_server_that_does_not_end_is_killed() {
    let setup = Setup {
        new_site: NewSite::Silent,
        stubborn: true,
        ..Setup::default()
    };
    let world = World::new(setup);
    // The old server stops as asked; only the new one turns deaf.
    let undisturbed = world.copy();
    run_well(&undisturbed, Command::Go);
    let begin = undisturbed
        .inner(|inner| inner.names.iter().position(|name| *name == "start command"))
        .unwrap();
    run(&world, Command::Go, Trouble::Die(begin + 5));
    world.inner(|inner| inner.setup.deaf = true);
    run_well(&world, Command::Go);
    assert_old_and_clean(&world.ending());
    let signals = world.inner(|inner| {
        let signal = |name: &&&str| **name == "signal server";
        inner.names.iter().filter(signal).count()
    });
    assert_eq!(signals, 2, "TERM, then KILL");
}

#[test]
fn a_failed_upgrade_step_is_taken_back() {
    let setup = Setup {
        upgrade: true,
        upgrade_fails: true,
        ..Setup::default()
    };
    let world = rolls_back(setup, "RL0507");
    let ending = world.ending();
    assert_eq!((ending.schema, ending.build), ("5.0.2", 7200));
}

#[test]
fn a_site_that_drifted_is_left_or_taken_back() {
    let before = Setup {
        drift: Some(false),
        ..Setup::default()
    };
    let world = rolls_back(before, "RL0401");
    assert!(!world.inner(|inner| inner.names.contains(&"ask to stop")));
    let after = Setup {
        drift: Some(true),
        ..Setup::default()
    };
    let world = rolls_back(after, "RL0401");
    assert!(world.inner(|inner| inner.names.contains(&"ask to stop")));
    assert_eq!(world.state().cause.unwrap().evidence, ["mounts"]);
}

/// Who waits for the repository after the stop waits with all users.
#[test]
fn a_repository_in_use_stops_the_run_before_the_site() {
    let setup = Setup {
        repository_used: true,
        ..Setup::default()
    };
    let world = rolls_back(setup, "RL1003");
    let names = world.inner(|inner| inner.names.clone());
    for never in ["write fence", "ask to stop"] {
        assert!(!names.contains(&never), "{names:?}");
    }
    // The look may be long, and the repository in use at its end.
    let at = |name| names.iter().position(|other| *other == name).unwrap();
    assert!(
        at("read binding") < at("wait for the repository"),
        "{names:?}"
    );
}

/// Long after the check somebody else may have the repository again.
#[test]
fn who_resumes_before_the_fence_waits_for_the_repository_again() {
    let world = World::new(Setup::default());
    let plan = world.plan();
    let is_fence = |planned: &PlannedAction| matches!(planned.action, Action::RaiseFence { .. });
    let fence = plan.actions.iter().position(is_fence).unwrap();
    let exit = run(&world, Command::Go, Trouble::Interrupt(fence + 1));
    assert!(matches!(exit.done(), Outcome::Interrupted { .. }));
    world.inner(|inner| inner.setup.repository_used = true);
    run(&world, Command::Go, Trouble::None).done();
    assert_eq!(world.state().cause.unwrap().code, "RL1003");
    assert!(!world.inner(|inner| inner.names.contains(&"write fence")));
}

#[test]
fn another_release_is_refused_before_anything_is_staged() {
    let world = rolls_back(
        Setup {
            other_release: true,
            ..Setup::default()
        },
        "RL0202",
    );
    assert!(!world.inner(|inner| inner.names.contains(&"stage")));
}

/// The stop command does nothing: the old server goes on serving and is never killed.
#[test]
fn a_server_that_does_not_stop_goes_on_serving() {
    for supervisor in [false, true] {
        let setup = Setup {
            deaf: true,
            supervisor,
            ..Setup::default()
        };
        let world = rolls_back(setup, "RL0602");
        let started = world.inner(|inner| inner.processes);
        assert_eq!(
            started, 101,
            "the server that was there is the server that is there"
        );
    }
}

#[test]
fn a_site_that_was_stopped_is_started_by_the_update_and_stopped_by_the_rollback() {
    let setup = Setup {
        stopped: true,
        ..Setup::default()
    };
    let world = burning_in(setup.clone());
    assert_eq!(world.ending().site, Site::Healthy(Tree::New));
    run_well(&world, Command::Rollback(ReturnMode::CodeOnly));
    let ending = world.ending();
    assert_eq!(
        (ending.phase, ending.site),
        (Phase::RolledBack, Site::Stopped)
    );
    assert!(!ending.fence && ending.staged);
}

/// Users may have written to the new site by then: it is left as it is, and the fence goes down later.
#[test]
fn a_fence_that_cannot_be_lowered_does_not_condemn_a_healthy_site() {
    let start = World::new(Setup {
        upgrade: true,
        ..Setup::default()
    });
    let undisturbed = start.copy();
    run_well(&undisturbed, Command::Go);
    let lowering = undisturbed.inner(|inner| {
        let fence = |name: &&str| *name == "exchange fence";
        inner.names.iter().rposition(fence).unwrap() + 1
    });
    let error = run(&start, Command::Go, Trouble::Fail(lowering)).error();
    assert!(error.to_string().contains("Lower the fence"), "{error}");
    let ending = start.copy().ending();
    assert_eq!(
        (ending.site, ending.fence),
        (Site::Healthy(Tree::New), true)
    );
    assert_eq!(run_well(&start, Command::Go), Outcome::BurningIn);
    assert_eq!(start.ending(), undisturbed.ending());
}

#[test]
fn somebody_else_on_the_database_stops_the_run_before_anything_is_copied() {
    let world = World::new(Setup {
        sessions: usize::MAX,
        ..Setup::default()
    });
    let outcome = run_well(&world, Command::Go);
    let Outcome::RolledBack {
        automatic: true,
        cause: Some(cause),
        ..
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    assert_eq!(cause.code.as_str(), "RL0513");
    assert_old_and_clean(&world.ending());
    let copied = world.inner(|inner| inner.names.contains(&"take return point"));
    assert!(!copied, "nothing was copied");
}

/// The database server notices a little late that the site's own server is gone.
#[test]
fn sessions_that_end_soon_are_waited_for() {
    let world = World::new(Setup {
        sessions: 3,
        ..Setup::default()
    });
    run_well(&world, Command::Go);
    assert_new_or_old(&world.ending());
    assert_eq!(world.ending().phase, Phase::BurningIn);
}
