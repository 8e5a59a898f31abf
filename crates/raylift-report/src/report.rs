//! The report as a value: what a page, a table or a program shows of one run.

mod build;
mod clock;
mod downtime;
mod files;
mod outcome;
mod site;
mod spans;
mod steps;
mod timeline;
mod way_back;

use raylift_model::digest::Digest;
use raylift_model::finding::Finding;
use raylift_model::kept::Kept;
use raylift_model::names::RunId;
use raylift_model::plan::Verdict;
use raylift_model::version::ReleaseVersion;
use serde::Serialize;

pub use clock::Moment;
pub use downtime::{DowntimeReport, Outage, OutageCause};
pub use files::{EditNote, FileNote, FileSummary};
pub use outcome::{FailureNote, OutcomeReport, OutcomeState, RollbackNote};
pub use site::SiteSummary;
pub use spans::{
    ActionError, ActionResult, ActionSpan, Gap, GapKind, PhaseResult, PhaseSpan, RemarkNote,
};
pub use steps::{StepResult, StepRow};
pub use way_back::WayBackReport;

/// The format number of reports that this code writes.
const FORMAT: u32 = 1;

/// Everything worth knowing about one run, from its plan and its journal alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// 1; rises when a field changes its meaning.
    pub format: u32,
    /// The run; `None` while its journal is empty.
    pub run: Option<RunId>,
    /// Digest of the plan, as the journal names it.
    pub plan: Option<Digest>,
    /// The release before.
    pub from: ReleaseVersion,
    /// The release after.
    pub to: ReleaseVersion,
    /// The plan in one word.
    pub verdict: Verdict,
    /// The site.
    pub site: SiteSummary,
    /// How it went.
    pub outcome: OutcomeReport,
    /// First entry of the journal.
    pub began: Option<Moment>,
    /// Last entry of the journal.
    pub last: Option<Moment>,
    /// A later entry has an earlier time: the clock was set back. Its entries count as if no time had passed.
    pub clock_went_back: bool,
    /// How long users had no site.
    pub downtime: DowntimeReport,
    /// Phases, in order of time.
    pub phases: Vec<PhaseSpan>,
    /// Every attempt at an action in both directions, in order of time.
    pub actions: Vec<ActionSpan>,
    /// Times in which raylift did not work, in order of time.
    pub gaps: Vec<Gap>,
    /// What was remarked on the way, in order of time.
    pub remarks: Vec<RemarkNote>,
    /// Upgrade steps of the core and of every module the plan names.
    pub steps: Vec<StepRow>,
    /// What happens to the files.
    pub files: FileSummary,
    /// How to go back, and until when.
    pub way_back: WayBackReport,
    /// What lies beside the site until a command or a person removes it; see [`Report::keeping`].
    pub kept: Vec<Kept>,
    /// The way back set aside more than `kept` names: an earlier version of raylift noted it.
    pub kept_may_lack: bool,
    /// The plan's findings, blockers first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The same with what the run keeps, which its state tells, and the disk: some of it may be gone by now.
    #[must_use]
    pub fn keeping(self, kept: Vec<Kept>, may_lack: bool) -> Self {
        Self {
            kept,
            kept_may_lack: may_lack,
            ..self
        }
    }

    /// Milliseconds from the first to the last entry of the journal.
    pub fn total_milliseconds(&self) -> u64 {
        self.last.as_ref().map_or(0, |moment| moment.offset)
    }

    /// Milliseconds in which raylift worked: the total without the gaps.
    pub fn working_milliseconds(&self) -> u64 {
        let idle: u64 = self.gaps.iter().filter_map(|gap| gap.milliseconds).sum();
        self.total_milliseconds().saturating_sub(idle)
    }
}
