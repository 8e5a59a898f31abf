//! The ways back.

use raylift_model::event::{Direction, Event};
use raylift_model::plan::{Action, DatabaseMeans, DatabaseTools, Phase, ReturnMode};
use raylift_run::engine::{Outcome, Status};
use raylift_run::state::ActionStatus;

use crate::commands::{Command, run, run_watched, run_well};
use crate::kills::assert_old_and_trees_kept;
use crate::sites::burning_in;
use crate::world::{Data, NewSite, Setup, Tree, Trouble, World};

fn with_upgrade() -> Setup {
    Setup {
        upgrade: true,
        ..Setup::default()
    }
}

#[test]
fn a_second_rollback_does_nothing() {
    let world = burning_in(Setup::default());
    let command = Command::Rollback(ReturnMode::CodeOnly);
    run_well(&world, command);
    let first = world.ending();
    let (exit, events) = run_watched(&world, command, Trouble::None);
    assert!(matches!(
        exit.done(),
        Outcome::RolledBack {
            automatic: false,
            ..
        }
    ));
    assert_eq!(events, []);
    assert_eq!(world.effects(), 0);
    assert_eq!(world.ending(), first);
}

#[test]
fn the_build_number_is_put_back_or_the_old_site_would_refuse_to_start() {
    let world = burning_in(Setup::default());
    assert_eq!(world.ending().build, Data::NEW_BUILD);
    run_well(&world, Command::Rollback(ReturnMode::CodeOnly));
    let ending = world.ending();
    assert_old_and_trees_kept(&ending);
    assert_eq!(ending.build, Data::OLD_BUILD);
    assert!(ending.new_writes);
}

#[test]
fn what_the_return_point_discards_is_set_aside() {
    let world = burning_in(with_upgrade());
    run_well(&world, Command::Rollback(ReturnMode::ReturnPoint));
    let ending = world.ending();
    assert_old_and_trees_kept(&ending);
    assert!(
        !ending.new_writes,
        "the test is for writes that come after the return point"
    );
    assert_eq!(ending.point, Some(true));
    let Status {
        kept,
        kept_may_lack,
        ..
    } = Status::of(&world.plan(), &world.state());
    assert!(!kept_may_lack);
    let new_files = "the new release's files, with what was put into them";
    let named: Vec<(&str, &str)> = kept
        .iter()
        .map(|kept| (kept.what.as_str(), kept.place.as_str()))
        .collect();
    assert_eq!(
        named,
        [
            ("the newer database", "database x_aside on its server"),
            ("the return point", "/home/.raylift/backups/run"),
            (new_files, "/server/.raylift/staging/ROOT"),
            (new_files, "/home/.raylift/staging/7.2.1"),
        ]
    );
}

/// Journals of earlier versions say it in other words.
#[test]
fn a_way_back_that_noted_nothing_set_aside_is_no_whole_list() {
    let may_lack = |setup: Setup, mode| {
        let world = burning_in(setup);
        run_well(&world, Command::Rollback(mode));
        let mut state = world.state();
        state.set_aside.clear();
        Status::of(&world.plan(), &state).kept_may_lack
    };
    assert!(may_lack(with_upgrade(), ReturnMode::ReturnPoint));
    assert!(!may_lack(Setup::default(), ReturnMode::CodeOnly));
}

/// What lies beside the site at each stage of a run, and who removes it.
#[test]
fn what_is_kept_is_named_with_what_removes_it() {
    let removals = |world: &World| {
        let kept = Status::of(&world.plan(), &world.state()).kept;
        kept.into_iter()
            .map(|kept| kept.removal)
            .collect::<Vec<_>>()
    };
    let world = burning_in(with_upgrade());
    let commit = "raylift commit";
    assert_eq!(
        removals(&world),
        [
            "raylift commit, unless with --keep-return-point",
            commit,
            commit
        ]
    );
    run_well(&world, Command::Commit { keep: true });
    assert_eq!(removals(&world), ["rm -r that folder"]);

    // A return point whose database lies on the server is two things.
    let mut plan = (*world.plan()).clone();
    plan.site.database_tools = Some(DatabaseTools {
        folder: "/usr/bin".into(),
        mariadb: false,
        admin_user: None,
        admin_password_file: None,
        jobs: 2,
        return_point: DatabaseMeans::Template,
    });
    let kept = Status::of(&plan, &world.state()).kept;
    assert_eq!(kept.len(), 2, "{kept:?}");
    let name = plan.return_point_database().unwrap();
    assert_eq!(kept[1].place, format!("database {name} on its server"));
    assert_eq!(kept[1].removal, format!("DROP DATABASE \"{name}\";"));

    let world = burning_in(with_upgrade());
    run_well(&world, Command::Commit { keep: false });
    assert_eq!(removals(&world), Vec::<String>::new());
}

/// What was begun may lie there, and what was not switched is still the new release's.
#[test]
fn what_broke_off_half_way_is_named_as_what_it_is() {
    let world = burning_in(with_upgrade());
    let plan = world.plan();
    // The journal as far as an action of this kind, which is begun.
    let broken_off = |is_it: fn(&Action) -> bool, phase| {
        let at = plan
            .actions
            .iter()
            .rposition(|planned| is_it(&planned.action));
        let mut state = world.state();
        state.phase = phase;
        for (index, status) in state.forward.iter_mut().enumerate().skip(at.unwrap()) {
            *status = match index == at.unwrap() {
                true => ActionStatus::Started,
                false => ActionStatus::Untouched,
            };
        }
        let kept = Status::of(&plan, &state).kept.into_iter();
        kept.map(|kept| (kept.what, kept.removal))
            .collect::<Vec<_>>()
    };
    let is_taking: fn(&Action) -> bool = |action| matches!(action, Action::TakeReturnPoint { .. });
    for (phase, removal) in [
        (Phase::Prepared, "raylift rollback"),
        (Phase::RollingBack, "the way back, at its end"),
    ] {
        let kept = broken_off(is_taking, phase);
        let begun = ("the return point, begun".to_owned(), removal.to_owned());
        assert_eq!(kept[0], begun, "{kept:?}");
    }
    for phase in [Phase::Quiesced, Phase::RollingBack] {
        let kept = broken_off(|action| matches!(action, Action::Exchange { .. }), phase);
        let staged: Vec<&str> = kept.iter().skip(1).map(|(what, _)| what.as_str()).collect();
        assert_eq!(staged, ["files of the old and of the new release"; 2]);
    }
}

/// A way back that stops anywhere names what is staged by then, be it the old release's or the new one's.
#[test]
fn a_way_back_that_stops_midway_names_what_is_staged() {
    let never_open = World::new(Setup {
        new_site: NewSite::Silent,
        ..with_upgrade()
    });
    let starts = [
        (
            burning_in(with_upgrade()),
            Command::Rollback(ReturnMode::ReturnPoint),
        ),
        (never_open, Command::Go),
    ];
    for (start, command) in starts {
        let undisturbed = start.copy();
        run(&undisturbed, command, Trouble::None).done();
        let mut looks = 0;
        for effect in 1..=undisturbed.effects() {
            let world = start.copy();
            run(&world, command, Trouble::Die(effect));
            if world.state().phase != Phase::RollingBack {
                continue;
            }
            looks += 1;
            let kept = Status::of(&world.plan(), &world.state()).kept;
            let places = world.inner(|inner| inner.places.clone());
            for (exchange, place) in world.plan().exchanges.iter().zip(places) {
                let Some(tree) = place.staged.or(place.between) else {
                    continue;
                };
                let named = kept
                    .iter()
                    .find(|kept| exchange.staged.starts_with(&kept.place))
                    .unwrap_or_else(|| panic!("{} at effect {effect}", exchange.root));
                let word = match tree {
                    Tree::Old => "old",
                    Tree::New => "new release",
                };
                assert!(named.what.contains(word), "{named:?} at effect {effect}");
            }
        }
        assert!(looks > 20, "{looks}");
        assert!(
            Status::of(&undisturbed.plan(), &undisturbed.state())
                .kept
                .iter()
                .all(|kept| !kept.what.contains("old")),
        );
    }
}

#[test]
fn code_only_is_refused_after_upgrade_steps() {
    let world = burning_in(with_upgrade());
    let before = world.ending();
    let command = Command::Rollback(ReturnMode::CodeOnly);
    let (exit, events) = run_watched(&world, command, Trouble::None);
    assert_eq!(exit.error().code(), "RL0804");
    assert_eq!(events, []);
    assert_eq!(world.ending(), before);
}

#[test]
fn a_committed_run_cannot_go_back() {
    let world = burning_in(Setup::default());
    run(&world, Command::Commit { keep: false }, Trouble::Die(6));
    let command = Command::Rollback(ReturnMode::ReturnPoint);
    let error = run(&world, command, Trouble::None).error();
    assert_eq!(error.code(), "RL0802", "while it is being committed");
    run_well(&world, Command::Go);
    let error = run(&world, command, Trouble::None).error();
    assert_eq!(error.code(), "RL0802");
    assert_eq!(world.state().phase, Phase::Committed);
}

#[test]
fn a_run_that_never_began_has_nothing_to_go_back_from() {
    let world = World::new(Setup::default());
    let command = Command::Rollback(ReturnMode::CodeOnly);
    let error = run(&world, command, Trouble::None).error();
    assert_eq!(error.code(), "RL0802");
}

/// The code-only way fails because the old release does not accept the database after all; the return point helps.
#[test]
fn the_code_only_way_falls_back_on_the_return_point() {
    let world = burning_in(Setup::default());
    world.inner(|inner| inner.data.schema = Data::NEW_SCHEMA);
    let error = run(
        &world,
        Command::Rollback(ReturnMode::CodeOnly),
        Trouble::None,
    )
    .error();
    assert_eq!(error.code(), "RL0701");
    assert!(error.safe().contains("fence"), "{}", error.safe());
    assert!(world.copy().ending().fence);
    run_well(&world, Command::Rollback(ReturnMode::ReturnPoint));
    let ending = world.ending();
    assert_old_and_trees_kept(&ending);
    assert_eq!(ending.schema, Data::OLD_SCHEMA);
    let back = run(
        &world,
        Command::Rollback(ReturnMode::CodeOnly),
        Trouble::None,
    );
    assert!(matches!(back.done(), Outcome::RolledBack { .. }));
}

#[test]
fn a_lost_return_point_is_noticed_while_the_new_site_serves() {
    let world = burning_in(with_upgrade());
    world.inner(|inner| inner.point = None);
    let before = world.ending();
    let command = Command::Rollback(ReturnMode::ReturnPoint);
    let (exit, events) = run_watched(&world, command, Trouble::None);
    assert_eq!(exit.error().code(), "RL0409");
    assert_eq!(events, []);
    assert_eq!(world.ending(), before);
}

#[test]
fn what_is_undone_is_undone_in_reverse_order() {
    let world = burning_in(with_upgrade());
    let command = Command::Rollback(ReturnMode::ReturnPoint);
    let (_, events) = run_watched(&world, command, Trouble::None);
    let undone: Vec<usize> = events
        .iter()
        .filter_map(|event| match event {
            Event::ActionStarted {
                direction: Direction::Back,
                index,
                ..
            } => Some(*index),
            _ => None,
        })
        .collect();
    let actions = world.plan().actions.len();
    assert_eq!(undone, (0..actions).rev().collect::<Vec<_>>());
}

#[test]
fn a_return_on_command_says_what_it_discards() {
    let world = burning_in(with_upgrade());
    let command = Command::Rollback(ReturnMode::ReturnPoint);
    let (_, events) = run_watched(&world, command, Trouble::None);
    let at = |is: &dyn Fn(&Event) -> bool| events.iter().position(is).unwrap();
    let said = at(
        &|event| matches!(event, Event::Remark { text } if text.contains("the new site answered")),
    );
    let begun = at(&|event| matches!(event, Event::RollbackStarted { .. }));
    assert!(said < begun, "{events:?}");
}

#[test]
fn an_automatic_return_says_what_it_discards() {
    let world = World::new(Setup {
        new_site: NewSite::Dies,
        ..with_upgrade()
    });
    let (_, events) = run_watched(&world, Command::Go, Trouble::None);
    let said = events.iter().any(|event| {
        matches!(event, Event::Remark { text } if text.contains("the new site answered 0 requests"))
    });
    assert!(said, "{events:?}");
}
