//! What a report says of whole runs.

use raylift_model::answer::Answer;
use raylift_model::event::{Direction, Entry, Event};
use raylift_model::plan::{Phase, Plan};
use raylift_report::{
    ActionResult, GapKind, OutageCause, OutcomeState, Report, StepResult, text_table,
};

use crate::plan::plan;
use crate::runs;

fn report(run: fn(&Plan) -> Vec<Entry>) -> Report {
    let plan = plan();
    Report::build(&plan, &run(&plan))
}

#[test]
fn a_good_update() {
    let report = report(runs::good);
    assert_eq!(report.outcome.state, OutcomeState::Committed);
    let [outage] = report.downtime.outages.as_slice() else {
        panic!("{:?}", report.downtime)
    };
    // Stop 3100, compare 40, copy 1200, five exchanges of 40, upgrade 9700 and start 400, with 3 ms before each of
    // these ten actions and 1 ms for each of three phases (quiesced, switched, migrated); 150 ms and the remark's 1 ms
    // before; 3 ms and 9000 ms of the health check.
    assert_eq!(
        outage.milliseconds,
        151 + 3100 + 40 + 1200 + 5 * 40 + 9700 + 400 + 10 * 3 + 3 + 3 + 9000
    );
    assert_eq!(report.gaps.len(), 1);
    assert_eq!(report.gaps[0].kind, GapKind::BurnIn);
    assert_eq!(report.gaps[0].milliseconds, Some(86_400_000));
    assert!(report.way_back.return_point_kept);
    assert_eq!(report.way_back.command, None);
    assert_eq!(report.steps[0].result, StepResult::Ran);
    insta::assert_json_snapshot!(report);
}

#[test]
fn an_automatic_rollback() {
    let report = report(runs::rolled_back_by_itself);
    assert_eq!(report.outcome.state, OutcomeState::RolledBack);
    assert!(report.outcome.rollback.as_ref().unwrap().automatic);
    assert_eq!(
        report.outcome.failure.as_ref().unwrap().error.code,
        "RL0701"
    );
    assert_eq!(
        report.downtime.outages.len(),
        1,
        "one outage from the stop to the old site"
    );
    assert_eq!(report.steps[0].result, StepResult::TakenBack);
    let healthy = report
        .phases
        .iter()
        .find(|phase| phase.phase == Phase::Healthy)
        .unwrap();
    assert_eq!(serde_json::to_value(healthy.result).unwrap(), "failed");
    insta::assert_json_snapshot!(report);
}

#[test]
fn an_interrupted_and_resumed_run() {
    let report = report(runs::killed_and_resumed);
    assert_eq!(report.outcome.state, OutcomeState::BurningIn);
    let kinds: Vec<GapKind> = report.gaps.iter().map(|gap| gap.kind).collect();
    assert_eq!(
        kinds,
        [GapKind::Silent, GapKind::Interrupted, GapKind::BurnIn]
    );
    assert_eq!(
        report.gaps[0].during.as_deref(),
        Some("Take the return point")
    );
    let copy = report
        .actions
        .iter()
        .find(|span| span.name == "take-return-point")
        .unwrap();
    assert_eq!((copy.milliseconds, copy.gap_milliseconds), (96_500, 95_000));
    insta::assert_json_snapshot!(report);
}

#[test]
fn a_rollback_after_burn_in() {
    let report = report(runs::taken_back_after_burn_in);
    assert_eq!(report.outcome.state, OutcomeState::RolledBack);
    assert!(report.outcome.failure.is_none(), "nothing failed");
    let causes: Vec<OutageCause> = report
        .downtime
        .outages
        .iter()
        .map(|outage| outage.cause)
        .collect();
    assert_eq!(causes, [OutageCause::Update, OutageCause::Rollback]);
    let sum: u64 = report
        .downtime
        .outages
        .iter()
        .map(|outage| outage.milliseconds)
        .sum();
    assert_eq!(report.downtime.milliseconds, Some(sum));
    insta::assert_json_snapshot!(report);
}

#[test]
fn a_way_back_that_falls_back_on_the_return_point() {
    let report = report(runs::falls_back);
    assert_eq!(report.outcome.state, OutcomeState::RolledBack);
    let stop = report
        .actions
        .iter()
        .filter(|span| span.direction == Direction::Back && span.name == "check-health");
    let attempts: Vec<(usize, ActionResult)> =
        stop.map(|span| (span.attempt, span.result)).collect();
    assert_eq!(
        attempts,
        [(1, ActionResult::Failed), (2, ActionResult::Finished)]
    );
    let kinds: Vec<GapKind> = report.gaps.iter().map(|gap| gap.kind).collect();
    assert_eq!(kinds, [GapKind::BurnIn, GapKind::AfterFailure]);
}

#[test]
fn a_failure_before_the_stop_has_no_outage() {
    let report = report(runs::fails_early);
    assert!(report.downtime.outages.is_empty());
    assert!(report.outcome.headline.contains("still is on 7.2.0"));
    assert!(report.outcome.explanation.contains("was not stopped"));
}

#[test]
fn the_way_back_is_without_loss_until_data_is_touched() {
    let plan = plan();
    let entries = runs::good(&plan);
    let upgrade = entries
        .iter()
        .position(|entry| matches!(&entry.event, Event::ActionStarted { name, .. } if name == "upgrade-data"))
        .unwrap();
    let before = Report::build(&plan, &entries[..upgrade]);
    let after = Report::build(&plan, &entries[..=upgrade]);
    assert!(
        before.way_back.now.contains("nothing is lost"),
        "{}",
        before.way_back.now
    );
    assert!(
        after.way_back.now.contains("return point"),
        "{}",
        after.way_back.now
    );
}

#[test]
fn an_answer_before_a_failed_health_check_ends_no_outage() {
    let plan = plan();
    let entries = runs::answers_and_dies(&plan);
    let report = Report::build(&plan, &entries);
    let [outage] = report.downtime.outages.as_slice() else {
        panic!("{:?}", report.downtime)
    };
    assert_eq!(outage.to, "the old release being healthy again");
    let healthy = report
        .actions
        .iter()
        .find(|span| span.direction == Direction::Back && span.name == "stop-server");
    assert_eq!(outage.end, healthy.unwrap().end);
}

#[test]
fn an_answer_that_is_remarked_late_still_counts() {
    let plan = plan();
    let mut entries = runs::lopsided(&plan);
    let before = Report::build(&plan, &entries);
    let end = before.downtime.outages[0].end.clone().unwrap();
    let last = entries.last().unwrap().clone();
    let started = before
        .actions
        .iter()
        .find(|span| span.name == "check-health");
    let answer = started.unwrap().start.clone();
    assert!(answer.offset < end.offset);
    entries.push(Entry {
        sequence: last.sequence + 1,
        time: last.time,
        event: Event::Remark {
            text: Answer::First(answer.time.clone()).to_string(),
        },
    });
    let after = Report::build(&plan, &entries);
    assert_eq!(after.downtime.outages[0].end, Some(answer));
}

#[test]
fn a_site_that_did_not_run_has_no_outage() {
    let mut plan = plan();
    plan.site.was_running = false;
    let report = Report::build(&plan, &runs::good(&plan));
    assert!(report.downtime.outages.is_empty());
    assert_eq!(report.downtime.milliseconds, None);
}

#[test]
fn nothing_secret_is_in_it() {
    let json = serde_json::to_string(&report(runs::good)).unwrap();
    assert!(!json.contains("secret") && !json.contains("jdbc:"));
    assert!(!json.contains("autoUpgrade="));
}

#[test]
fn the_table_has_phases_outages_and_the_whole() {
    let rows = text_table(&report(runs::taken_back_after_burn_in));
    let names: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(
        names,
        [
            "prepared",
            "quiesced",
            "switched",
            "migrated",
            "healthy",
            "burning-in",
            "rolled-back",
            "outage",
            "outage of the way back",
            "whole run"
        ]
    );
    // Verify 1900, stage 11400, prove 2300, compare 40 and 1 ms for the phase; 3 ms before all but the first.
    assert_eq!(rows[0], ["prepared", "15.7", "done"].map(str::to_owned));
    let failed = text_table(&report(runs::rolled_back_by_itself));
    let healthy = failed.iter().find(|row| row[0] == "healthy").unwrap();
    assert_eq!(healthy[2], "failed, RL0701");
    let resumed = text_table(&report(runs::killed_and_resumed));
    assert_eq!(resumed[1][2], "done, taken up once");
}
