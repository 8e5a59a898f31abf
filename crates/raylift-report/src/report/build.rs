//! Puts the report together.

use raylift_model::event::{Entry, Event};
use raylift_model::plan::Plan;

use super::clock::Clock;
use super::{
    FORMAT, FileSummary, Report, SiteSummary, downtime, outcome, steps, timeline, way_back,
};

impl Report {
    /// Makes the report of a run from its plan and from its journal as far as it goes. Every prefix of a journal has
    /// a report; entries that contradict each other are taken as they come.
    pub fn build(plan: &Plan, entries: &[Entry]) -> Self {
        let clock = Clock::of(entries);
        let stamped = &clock.stamped;
        let timeline = timeline::read(plan, stamped);
        let outcome = outcome::of(plan, stamped, &timeline.actions);
        let started = entries.iter().find_map(|entry| match &entry.event {
            Event::RunStarted { run, plan, .. } => Some((run.clone(), plan.clone())),
            _ => None,
        });
        let (run, digest) = started.unzip();
        Self {
            format: FORMAT,
            run,
            plan: digest,
            from: plan.from.clone(),
            to: plan.to.clone(),
            verdict: plan.verdict,
            site: SiteSummary::of(plan),
            began: stamped.first().map(|entry| entry.at.clone()),
            last: stamped.last().map(|entry| entry.at.clone()),
            clock_went_back: clock.went_back,
            downtime: downtime::measure(plan, &clock),
            steps: steps::rows(plan, &outcome, &timeline.actions),
            files: FileSummary::of(plan),
            way_back: way_back::of(plan, stamped, &outcome, &timeline.actions),
            kept: Vec::new(),
            kept_may_lack: false,
            findings: plan.findings.clone(),
            outcome,
            phases: timeline.phases,
            actions: timeline.actions,
            gaps: timeline.gaps,
            remarks: timeline.remarks,
        }
    }
}
