//! The legal transitions of a run.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use raylift_model::digest::Digest;
use raylift_model::event::{Direction, Event};
use raylift_model::names::RunId;
use raylift_model::plan::{Phase, ReturnMode};
use raylift_run::state::{ActionStatus, IllegalTransition, RunState, apply};

fn started(actions: usize) -> Event {
    Event::RunStarted {
        run: RunId::new("run"),
        plan: Digest::of(b"plan"),
        from: "7.2.0".parse().unwrap(),
        to: "7.2.1".parse().unwrap(),
        actions,
        proof_waived_by: None,
    }
}

fn start(direction: Direction, index: usize) -> Event {
    Event::ActionStarted {
        direction,
        index,
        name: "stage".to_owned(),
    }
}

fn finish(direction: Direction, index: usize) -> Event {
    Event::ActionFinished {
        direction,
        index,
        notes: Vec::new(),
    }
}

fn fail(direction: Direction, index: usize) -> Event {
    Event::ActionFailed {
        direction,
        index,
        code: "RL0407".to_owned(),
        message: "no".to_owned(),
        evidence: Vec::new(),
    }
}

fn back(mode: ReturnMode) -> Event {
    Event::RollbackStarted {
        reason: "because".to_owned(),
        automatic: false,
        mode,
    }
}

fn reached(phase: Phase) -> Event {
    Event::PhaseReached { phase }
}

fn all(events: &[Event]) -> Result<RunState, IllegalTransition> {
    events.iter().try_fold(RunState::default(), apply)
}

/// The upgrade client may print anything.
#[test]
fn only_the_way_back_sets_something_aside() {
    use Direction::{Back, Forward};
    let noting = |direction| Event::ActionFinished {
        direction,
        index: 0,
        notes: vec!["kept: it: /x (to remove it: rm)".to_owned()],
    };
    let mut events = vec![started(1), start(Forward, 0), noting(Forward)];
    assert_eq!(all(&events).unwrap().set_aside, []);
    events.extend([back(ReturnMode::ReturnPoint), start(Back, 0), noting(Back)]);
    assert_eq!(all(&events).unwrap().set_aside.len(), 1);
}

#[test]
fn a_failed_action_is_undone_with_all_before_it() {
    use Direction::{Back, Forward};
    let mut events = vec![
        started(3),
        start(Forward, 0),
        finish(Forward, 0),
        start(Forward, 1),
        fail(Forward, 1),
        back(ReturnMode::CodeOnly),
    ];
    let state = all(&events).unwrap();
    assert_eq!(state.cause.as_ref().unwrap().index, 1);
    assert_eq!(state.next_back(), Some(1));
    assert!(apply(state.clone(), &start(Back, 0)).is_err());
    assert!(apply(state, &start(Back, 2)).is_err());
    events.extend([start(Back, 1), finish(Back, 1)]);
    let state = all(&events).unwrap();
    assert!(apply(state, &reached(Phase::RolledBack)).is_err());
    events.extend([start(Back, 0), finish(Back, 0), reached(Phase::RolledBack)]);
    let state = all(&events).unwrap();
    assert!(state.phase.is_final());
    for late in [Event::Resumed, Event::CommitStarted, start(Back, 0)] {
        assert!(apply(state.clone(), &late).is_err());
    }
}

#[test]
fn nothing_happens_out_of_order() {
    use Direction::Forward;
    for events in [
        vec![Event::Resumed],
        vec![started(1), started(1)],
        vec![started(2), start(Forward, 1)],
        vec![started(2), start(Forward, 0), start(Forward, 0)],
        vec![started(2), finish(Forward, 0)],
        vec![started(2), start(Direction::Back, 0)],
        vec![started(1), reached(Phase::BurningIn)],
        vec![started(1), start(Forward, 0), reached(Phase::Prepared)],
        vec![
            started(0),
            reached(Phase::Switched),
            reached(Phase::Prepared),
        ],
        vec![started(0), Event::CommitStarted],
        vec![
            started(0),
            reached(Phase::BurningIn),
            reached(Phase::Committed),
        ],
        vec![
            started(0),
            reached(Phase::BurningIn),
            Event::CommitStarted,
            back(ReturnMode::CodeOnly),
        ],
        vec![
            started(0),
            back(ReturnMode::ReturnPoint),
            back(ReturnMode::CodeOnly),
        ],
        vec![started(1), Event::Interrupted { next: None }],
    ] {
        let (last, before) = events.split_last().unwrap();
        let state = all(before).unwrap();
        assert!(apply(state, last).is_err(), "{events:?}");
    }
}

#[test]
fn the_code_only_way_can_fall_back_on_the_return_point() {
    use Direction::{Back, Forward};
    let state = all(&[
        started(1),
        start(Forward, 0),
        finish(Forward, 0),
        back(ReturnMode::CodeOnly),
        start(Back, 0),
        fail(Back, 0),
        back(ReturnMode::ReturnPoint),
    ])
    .unwrap();
    assert_eq!(state.next_back(), Some(0));
    assert_eq!(state.back_status(0), ActionStatus::Untouched);
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Forward), Just(Direction::Back)]
}

fn event() -> impl Strategy<Value = Event> {
    let phase = prop::sample::select(vec![
        Phase::Planned,
        Phase::Prepared,
        Phase::Quiesced,
        Phase::Switched,
        Phase::Migrated,
        Phase::Healthy,
        Phase::BurningIn,
        Phase::Committed,
        Phase::RollingBack,
        Phase::RolledBack,
    ]);
    let mode = prop_oneof![Just(ReturnMode::CodeOnly), Just(ReturnMode::ReturnPoint)];
    prop_oneof![
        prop_oneof![Just(3), 0..5usize, Just(usize::MAX)].prop_map(started),
        Just(Event::Resumed),
        (direction(), 0..5usize).prop_map(|(way, index)| start(way, index)),
        (direction(), 0..5usize).prop_map(|(way, index)| finish(way, index)),
        (direction(), prop_oneof![0..5usize, Just(usize::MAX)])
            .prop_map(|(way, index)| fail(way, index)),
        phase.prop_map(reached),
        mode.prop_map(back),
        Just(Event::ReturnPointKept),
        Just(Event::CommitStarted),
        prop::option::of(0..5usize).prop_map(|next| Event::Interrupted { next }),
    ]
}

proptest! {
    /// Illegal events are refused, never a panic, and what is accepted keeps the state consistent.
    #[test]
    fn any_sequence_of_events_is_folded(events in prop::collection::vec(event(), 0..200)) {
        let mut state = RunState::default();
        for event in &events {
            let Ok(next) = apply(state.clone(), event) else { continue };
            prop_assert!(!state.phase.is_final());
            let at_work = [&next.forward, &next.back]
                .into_iter()
                .flatten()
                .filter(|status| **status == ActionStatus::Started)
                .count();
            // On the way back the action that was at work when the run turned stays started.
            prop_assert!(at_work <= 2);
            prop_assert_eq!(next.direction == Direction::Back, next.mode.is_some());
            if next.phase == Phase::RolledBack {
                prop_assert!(next.next_back().is_none());
            }
            if matches!(next.phase, Phase::BurningIn | Phase::Committed) {
                prop_assert!(next.forward.iter().all(|status| *status == ActionStatus::Finished));
            }
            state = next;
        }
    }
}
