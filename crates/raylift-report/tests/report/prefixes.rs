//! A journal may end anywhere, and may say anything.

use proptest::prelude::*;
use raylift_model::event::{Direction, Entry, Event};
use raylift_model::plan::{Phase, Plan, ReturnMode};
use raylift_report::{OutcomeState, Report, html, text_table};

use crate::page::parsed;
use crate::plan::plan;
use crate::runs;

const RUNS: [fn(&Plan) -> Vec<Entry>; 8] = [
    runs::good,
    runs::rolled_back_by_itself,
    runs::killed_and_resumed,
    runs::taken_back_after_burn_in,
    runs::falls_back,
    runs::lopsided,
    runs::fails_early,
    runs::answers_and_dies,
];

/// What holds for every report of every journal.
fn check(plan: &Plan, entries: &[Entry]) {
    let report = Report::build(plan, entries);
    let total = report.total_milliseconds();
    for span in &report.actions {
        assert!(span.start.offset + span.milliseconds <= total);
        assert!(span.gap_milliseconds <= span.milliseconds);
    }
    for pair in report.actions.windows(2) {
        assert!(pair[0].start.offset <= pair[1].start.offset);
    }
    for pair in report.gaps.windows(2) {
        let end = pair[0].end.as_ref().expect("only the last gap is open");
        assert!(end.offset <= pair[1].start.offset, "gaps do not overlap");
    }
    for pair in report.downtime.outages.windows(2) {
        let end = pair[0].end.as_ref().expect("only the last outage is open");
        assert!(end.offset <= pair[1].start.offset, "outages do not overlap");
    }
    assert_eq!(
        report.outcome.state == OutcomeState::NotStarted,
        no_events(entries)
    );
    assert!(!report.outcome.headline.is_empty());
    assert!(!text_table(&report).is_empty());
    parsed(&html(&report).unwrap(), |_| ());
}

fn no_events(entries: &[Entry]) -> bool {
    entries
        .iter()
        .all(|entry| matches!(entry.event, Event::Remark { .. }))
}

#[test]
fn every_prefix_of_every_run_has_a_report() {
    let plan = plan();
    for run in RUNS {
        let entries = run(&plan);
        for length in 0..=entries.len() {
            check(&plan, &entries[..length]);
        }
    }
}

fn event() -> impl Strategy<Value = Event> {
    let direction = || prop_oneof![Just(Direction::Forward), Just(Direction::Back)];
    let phase = prop::sample::select(vec![
        Phase::Planned,
        Phase::Prepared,
        Phase::Healthy,
        Phase::BurningIn,
        Phase::Committed,
        Phase::RollingBack,
        Phase::RolledBack,
    ]);
    let mode = prop_oneof![Just(ReturnMode::CodeOnly), Just(ReturnMode::ReturnPoint)];
    prop_oneof![
        Just(Event::Resumed),
        Just(Event::CommitStarted),
        Just(Event::ReturnPointKept),
        Just(Event::Interrupted { next: None }),
        any::<String>().prop_map(|text| Event::Remark { text }),
        (direction(), 0..20usize, any::<String>()).prop_map(|(direction, index, name)| {
            Event::ActionStarted {
                direction,
                index,
                name,
            }
        }),
        (direction(), 0..20usize, any::<Vec<String>>()).prop_map(|(direction, index, notes)| {
            Event::ActionFinished {
                direction,
                index,
                notes,
            }
        }),
        (
            direction(),
            0..20usize,
            any::<String>(),
            any::<Vec<String>>()
        )
            .prop_map(
                |(direction, index, message, evidence)| Event::ActionFailed {
                    direction,
                    index,
                    code: message.clone(),
                    message,
                    evidence,
                }
            ),
        phase.prop_map(|phase| Event::PhaseReached { phase }),
        (any::<String>(), any::<bool>(), mode).prop_map(|(reason, automatic, mode)| {
            Event::RollbackStarted {
                reason,
                automatic,
                mode,
            }
        }),
    ]
}

/// Times that go on, go back, and are none.
fn time() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0..60u32, 0..1000u32).prop_map(|(second, milli)| format!("2026-11-23T18:00:{second:02}.{milli:03}Z")),
        1 => any::<String>(),
        1 => Just("-009999-01-01T00:00:00Z".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// A damaged or forged journal may say nonsense; its report is still one.
    #[test]
    fn any_sequence_of_events_has_a_report(events in prop::collection::vec((time(), event()), 0..40)) {
        let entries: Vec<Entry> = events
            .into_iter()
            .zip(1..)
            .map(|((time, event), sequence)| Entry { sequence, time, event })
            .collect();
        check(&plan(), &entries);
    }
}
