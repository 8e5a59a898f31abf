//! Plan and journal of a run make its report.
//!
//! Pure: no I/O and no clock; the same plan and journal give the same report and the same page. A journal may end
//! anywhere, because a run can be killed anywhere.

mod html;
mod report;
mod table;

pub use html::{HtmlError, html};
pub use report::{
    ActionError, ActionResult, ActionSpan, DowntimeReport, EditNote, FailureNote, FileNote,
    FileSummary, Gap, GapKind, Moment, Outage, OutageCause, OutcomeReport, OutcomeState,
    PhaseResult, PhaseSpan, RemarkNote, Report, RollbackNote, SiteSummary, StepResult, StepRow,
    WayBackReport,
};
pub use table::text_table;
