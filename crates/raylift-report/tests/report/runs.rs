//! The journals of whole runs.

use raylift_model::answer::Answer;
use raylift_model::event::Direction::{Back, Forward};
use raylift_model::event::{Entry, Event};
use raylift_model::plan::{Phase, Plan, ReturnMode};

use crate::journal::Script;

const DAY: i64 = 86_400_000;

/// A good update, committed after a day.
pub(crate) fn good(plan: &Plan) -> Vec<Entry> {
    let mut script = Script::new(plan);
    let stop = script.index("stop-server");
    let health = script.index("check-health");
    script.forward(0, stop);
    script.remark(&Answer::Last(script.time(-150)).to_string());
    script.forward(stop, health);
    script.start(Forward, health);
    script.remark(&Answer::First(script.time(9_000)).to_string());
    script.finish(
        15_300,
        Forward,
        health,
        &["all probes answered as before", "3 documents are readable"],
    );
    script.phase_after(health);
    script.forward(health + 1, plan.actions.len());
    script.after(DAY, Event::ReturnPointKept);
    script.after(2, Event::CommitStarted);
    script.after(
        700,
        Event::PhaseReached {
            phase: Phase::Committed,
        },
    );
    script.done()
}

/// The health check fails and the run goes back by itself.
pub(crate) fn rolled_back_by_itself(plan: &Plan) -> Vec<Entry> {
    let mut script = Script::new(plan);
    let health = script.index("check-health");
    script.forward(0, health);
    script.start(Forward, health);
    script.fail(
        21_000,
        Forward,
        health,
        &[
            "18:00:41 ERROR [main][PortalListener] <script>alert(1)</script>",
            "\u{1b}[31mjava.lang.IllegalStateException: \u{1b}[0mno page",
        ],
    );
    script.turn(
        4,
        true,
        ReturnMode::ReturnPoint,
        "the new site is not healthy",
    );
    script.back(health);
    script.done()
}

/// Killed while the return point is taken, taken up again; later stopped on request and taken up again.
pub(crate) fn killed_and_resumed(plan: &Plan) -> Vec<Entry> {
    let mut script = Script::new(plan);
    let copy = script.index("take-return-point");
    let upgrade = script.index("upgrade-data");
    script.forward(0, copy);
    script.start(Forward, copy);
    script.after(95_000, Event::Resumed);
    script.finish(1_500, Forward, copy, &[]);
    script.phase_after(copy);
    script.forward(copy + 1, upgrade);
    script.after(
        2,
        Event::Interrupted {
            next: Some(upgrade),
        },
    );
    script.after(12_000, Event::Resumed);
    script.forward(upgrade, plan.actions.len());
    script.done()
}

/// A good update that somebody takes back after three hours.
pub(crate) fn taken_back_after_burn_in(plan: &Plan) -> Vec<Entry> {
    let mut script = Script::new(plan);
    script.forward(0, plan.actions.len());
    script.after(3 * 3_600_000, Event::Resumed);
    script.remark("since the return point: 4 rows in JournalArticle");
    script.turn(
        2,
        false,
        ReturnMode::ReturnPoint,
        "asked for on the command line",
    );
    script.back(plan.actions.len() - 1);
    script.done()
}

/// A code-only way back fails and is followed by one to the return point.
pub(crate) fn falls_back(plan: &Plan) -> Vec<Entry> {
    let mut script = Script::new(plan);
    let last = plan.actions.len() - 1;
    script.forward(0, plan.actions.len());
    script.turn(
        60_000,
        false,
        ReturnMode::CodeOnly,
        "asked for on the command line",
    );
    script.start(Back, last);
    script.finish(20, Back, last, &[]);
    script.start(Back, last - 1);
    script.fail(20, Back, last - 1, &[]);
    script.turn(
        5_000,
        false,
        ReturnMode::ReturnPoint,
        "the code-only way failed",
    );
    script.back(last);
    script.done()
}

/// One action takes nearly all of the time.
pub(crate) fn lopsided(plan: &Plan) -> Vec<Entry> {
    let mut script = Script::new(plan);
    let upgrade = script.index("upgrade-data");
    script.forward(0, upgrade);
    script.start(Forward, upgrade);
    script.finish(3_600_000, Forward, upgrade, &[]);
    script.phase_after(upgrade);
    script.forward(upgrade + 1, plan.actions.len());
    script.done()
}

/// The release is not what the plan says, and the run goes back before anything was stopped.
pub(crate) fn fails_early(plan: &Plan) -> Vec<Entry> {
    let mut script = Script::new(plan);
    script.start(Forward, 0);
    script.fail(900, Forward, 0, &[]);
    script.turn(2, true, ReturnMode::CodeOnly, "the release changed");
    script.back(0);
    script.done()
}

/// The new site answers once and dies before it is judged healthy.
pub(crate) fn answers_and_dies(plan: &Plan) -> Vec<Entry> {
    let mut script = Script::new(plan);
    let health = script.index("check-health");
    script.forward(0, health);
    script.start(Forward, health);
    script.remark(&Answer::First(script.time(500)).to_string());
    script.fail(2_000, Forward, health, &[]);
    script.turn(2, true, ReturnMode::ReturnPoint, "the new site died");
    script.back(health);
    script.done()
}
