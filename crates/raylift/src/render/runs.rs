//! Runs: one in full, all in a list.

use std::fs;
use std::io::ErrorKind;

use raylift_model::kept::Kept;
use raylift_model::plan::Phase;
use raylift_report::Report;
use raylift_run::engine::{Next, Status};
use raylift_run::gate::RunSummary;
use raylift_run::state::RunState;
use serde_json::{Value, json};

use crate::printer::{bad, careful, faint, good, paint, strong};
use crate::render::table::columns;

/// A run as JSON.
pub(crate) fn run_json(summary: &RunSummary, status: Option<&Status>) -> Value {
    match &summary.story {
        Err(error) => {
            json!({ "run": summary.run, "error": { "code": error.code(), "message": error.to_string() } })
        }
        Ok(story) => {
            let state = &story.state;
            let identity = state.identity.as_ref();
            json!({
                "run": summary.run,
                "from": identity.map(|identity| &identity.from),
                "to": identity.map(|identity| &identity.to),
                "phase": state.phase,
                "began": story.began,
                "last": story.last,
                "snapshot": state.snapshot,
                "proof_waived_by": state.proof_waived_by,
                "automatic": state.automatic,
                "reason": state.reason,
                "cause": state.cause.as_ref().map(|cause| json!({ "code": cause.code, "message": cause.message })),
                "error": state.last_error.as_ref().map(|error| json!({ "code": error.code, "message": error.message })),
                "action": status.and_then(|status| status.action),
                "safe": status.map(|status| &status.safe),
                "kept": status.map(|status| &status.kept),
                "kept_may_lack": status.map(|status| status.kept_may_lack),
                "next": status.map(|status| status.next.iter().map(|next| command(*next)).collect::<Vec<_>>()),
            })
        }
    }
}

fn command(next: Next) -> &'static str {
    match next {
        Next::Resume => "raylift resume",
        Next::Rollback => "raylift rollback",
        Next::RollbackRestored => "raylift rollback --restored",
        Next::Commit => "raylift commit",
    }
}

/// One run for people.
pub(crate) fn status(summary: &RunSummary, status: Option<&Status>) -> String {
    let story = match &summary.story {
        Ok(story) => story,
        Err(error) => {
            return format!(
                "run {}: {} {error}\n",
                summary.run,
                paint(error.code(), bad())
            );
        }
    };
    let state = &story.state;
    let mut text = match &state.identity {
        Some(identity) => {
            format!(
                "{}  Liferay {} → {}\n",
                paint(&format!("run {}", summary.run), strong()),
                identity.from,
                identity.to
            )
        }
        None => format!(
            "{}  never began\n",
            paint(&format!("run {}", summary.run), strong())
        ),
    };
    text.push_str(&format!("{}\n", phase(state.phase)));
    let rows: Vec<Vec<String>> = story
        .phases
        .iter()
        .map(|(phase, time)| vec![phase.word().to_owned(), time.clone()])
        .collect();
    text.push_str(&columns(None, &rows));
    for line in choices(state) {
        text.push_str(&format!("{line}\n"));
    }
    if let Some(reason) = &state.reason {
        // Of a command there is no other reason.
        text.push_str(&match state.automatic {
            true => format!("went back by itself: {reason}\n"),
            false => "went back on command\n".to_owned(),
        });
    }
    if let Some(error) = &state.last_error {
        text.push_str(&format!(
            "{} {}\n",
            paint(&error.code, bad()),
            error.message
        ));
    }
    if let Some(status) = status {
        text.push_str(&format!("{}\n", status.safe));
        text.push_str(&kept(&status.kept));
        if status.kept.iter().any(|kept| !is_folder(kept)) {
            text.push_str("what lies on a database server or in a repository is as the run left it: status does not ask whether it was removed since\n");
        }
        if status.kept_may_lack {
            text.push_str("this list may be incomplete: an earlier version of raylift went back, and its report says what it set aside\n");
        }
        if !status.next.is_empty() {
            let commands: Vec<&str> = status.next.iter().map(|next| command(*next)).collect();
            text.push_str(&format!("next: {}\n", commands.join(", or ")));
        }
    }
    text
}

/// How long users had no site, as the report has it.
pub(crate) fn outages(report: &Report) -> String {
    let rows = raylift_report::text_table(report).into_iter();
    rows.filter(|[name, ..]| name.starts_with("outage"))
        .map(|[name, seconds, span]| format!("{name}: {seconds} s, {span}\n"))
        .collect()
}

/// What lies beside the site, and what removes it.
pub(crate) fn kept(kept: &[Kept]) -> String {
    if kept.is_empty() {
        return String::new();
    }
    let cell = |kept: &Kept| vec![kept.what.clone(), kept.place.clone(), kept.removal.clone()];
    let rows: Vec<Vec<String>> = kept.iter().map(cell).collect();
    columns(
        Some(&["kept beside the site", "where", "removed by"]),
        &rows,
    )
}

/// Without folders that somebody removed since. Whether a database or a backup is still there only its server or repository
/// knows.
pub(crate) fn still_there(kept: &mut Vec<Kept>) {
    kept.retain(|kept| {
        // A name that is no text is not known any more.
        !is_folder(kept)
            || kept.place.contains(char::REPLACEMENT_CHARACTER)
            || !fs::symlink_metadata(&kept.place).is_err_and(|error| {
                matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
            })
    });
}

fn is_folder(kept: &Kept) -> bool {
    kept.place.starts_with('/')
}

/// What was chosen for the way back that is not raylift's own, a line each.
fn choices(state: &RunState) -> Vec<String> {
    let snapshot = state.snapshot.as_ref().map(|id| {
        let fate = match state.snapshot_restored {
            true => ", brought back by a person",
            false => "",
        };
        format!("return point: snapshot {id}, not proven by raylift{fate}")
    });
    let waived = state
        .proof_waived_by
        .as_ref()
        .map(|who| format!("without a proof: {who} agreed to that"));
    snapshot.into_iter().chain(waived).collect()
}

/// All runs for people.
pub(crate) fn history(runs: &[RunSummary]) -> String {
    if runs.is_empty() {
        return "no run took place at this site\n".to_owned();
    }
    let rows: Vec<Vec<String>> = runs.iter().map(row).collect();
    columns(
        Some(&["run", "from", "to", "phase", "began", "last event", ""]),
        &rows,
    )
}

fn row(summary: &RunSummary) -> Vec<String> {
    let mut row = vec![summary.run.to_string()];
    match &summary.story {
        Err(error) => row.extend([
            String::new(),
            String::new(),
            error.code().to_owned(),
            String::new(),
            String::new(),
            error.to_string(),
        ]),
        Ok(story) => {
            let identity = story.state.identity.as_ref();
            row.push(identity.map_or_else(String::new, |identity| identity.from.to_string()));
            row.push(identity.map_or_else(String::new, |identity| identity.to.to_string()));
            row.push(story.state.phase.word().to_owned());
            row.push(seconds(story.began.as_deref()));
            row.push(seconds(story.last.as_deref()));
            let cause = story.state.cause.as_ref();
            let mut notes: Vec<String> = cause
                .map(|cause| format!("{} {}", cause.code, cause.message))
                .into_iter()
                .collect();
            notes.extend(choices(&story.state));
            row.push(notes.join("; "));
        }
    }
    row
}

/// A time without its fraction.
fn seconds(time: Option<&str>) -> String {
    let time = time.unwrap_or_default();
    time.split('.').next().unwrap_or(time).replace('T', " ")
}

fn phase(phase: Phase) -> String {
    let style = match phase {
        Phase::BurningIn | Phase::Committed | Phase::Healthy => good(),
        Phase::RollingBack | Phase::RolledBack => careful(),
        _ => faint(),
    };
    paint(phase.word(), style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_was_removed_is_not_named_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let mut kept = vec![
            Kept::folder("the newer documents", folder.path()),
            Kept::folder("the newer search index", &gone),
            Kept::new("the newer database", "database a on its server", "DROP"),
        ];
        let there = vec![kept[0].clone(), kept[2].clone()];
        still_there(&mut kept);
        assert_eq!(kept, there);
    }
}
