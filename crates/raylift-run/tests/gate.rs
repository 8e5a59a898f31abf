//! The gate and the history, over journals in real files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::Write as _;
use std::path::Path;

use raylift_model::digest::Digest;
use raylift_model::event::Event;
use raylift_model::names::RunId;
use raylift_model::plan::{Phase, ReturnMode};
use raylift_run::gate::{GateError, RunSummary, current, history, may_start};
use raylift_run::journal::{FileStore, JOURNAL_FILE, Journal, run_journals};

fn started(run: &str) -> Event {
    Event::RunStarted {
        run: RunId::new(run),
        plan: Digest::of(b"plan"),
        from: "7.2.0".parse().unwrap(),
        to: "7.2.1".parse().unwrap(),
        actions: 0,
        proof_waived_by: None,
    }
}

fn reached(phase: Phase) -> Event {
    Event::PhaseReached { phase }
}

fn write(runs: &Path, run: &str, events: Vec<Event>) {
    let store = FileStore::open(&runs.join(run).join(JOURNAL_FILE)).unwrap();
    let mut journal = Journal::open(Box::new(store)).unwrap();
    let begin = journal.entries().count();
    for (index, event) in [started(run)]
        .into_iter()
        .chain(events)
        .enumerate()
        .skip(begin)
    {
        journal
            .append(format!("2026-11-23T17:45:{index:02}.000Z"), event)
            .unwrap();
    }
}

fn committed() -> Vec<Event> {
    vec![
        reached(Phase::BurningIn),
        Event::CommitStarted,
        reached(Phase::Committed),
    ]
}

fn rolled_back() -> Vec<Event> {
    let back = Event::RollbackStarted {
        reason: "asked for".to_owned(),
        automatic: false,
        mode: ReturnMode::CodeOnly,
    };
    vec![back, reached(Phase::RolledBack)]
}

fn runs(folder: &Path) -> Vec<RunSummary> {
    history(&run_journals(folder).unwrap())
}

#[test]
fn a_new_run_may_begin_when_all_others_are_over() {
    let folder = tempfile::tempdir().unwrap();
    assert!(may_start(&runs(folder.path())).is_ok());
    write(folder.path(), "1", committed());
    write(folder.path(), "2", rolled_back());
    let runs = runs(folder.path());
    assert!(may_start(&runs).is_ok());
    let phases: Vec<_> = runs.iter().map(RunSummary::phase).collect();
    assert_eq!(phases, [Some(Phase::Committed), Some(Phase::RolledBack)]);
    assert_eq!(current(&runs).unwrap().run, RunId::new("2"));
}

#[test]
fn the_history_knows_when_each_phase_was_reached() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "1", committed());
    let runs = runs(folder.path());
    let story = runs[0].story.as_ref().unwrap();
    assert_eq!(story.began.as_deref(), Some("2026-11-23T17:45:00.000Z"));
    assert_eq!(
        story.phases,
        [
            (Phase::BurningIn, "2026-11-23T17:45:01.000Z".to_owned()),
            (Phase::Committed, "2026-11-23T17:45:03.000Z".to_owned()),
        ]
    );
}

#[test]
fn an_unfinished_run_is_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "1", vec![reached(Phase::Prepared)]);
    write(folder.path(), "2", committed());
    let runs = runs(folder.path());
    let error = may_start(&runs).unwrap_err();
    assert_eq!(
        error,
        GateError::Unfinished {
            run: RunId::new("1"),
            phase: "prepared"
        }
    );
    assert_eq!(error.code(), "RL0403");
    assert_eq!(current(&runs).unwrap().run, RunId::new("1"));
}

#[test]
fn an_update_that_burns_in_is_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "1", vec![reached(Phase::BurningIn)]);
    assert_eq!(
        may_start(&runs(folder.path())).unwrap_err().code(),
        "RL0404"
    );
    write(
        folder.path(),
        "1",
        vec![reached(Phase::BurningIn), Event::CommitStarted],
    );
    assert_eq!(
        may_start(&runs(folder.path())).unwrap_err().code(),
        "RL0403"
    );
}

#[test]
fn a_damaged_journal_is_listed_and_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "1", committed());
    let path = folder.path().join("1").join(JOURNAL_FILE);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("burning-in", "healthy", 1)).unwrap();
    let runs = runs(folder.path());
    assert_eq!(runs[0].story.as_ref().unwrap_err().code(), "RL0405");
    assert_eq!(may_start(&runs).unwrap_err().code(), "RL0405");
}

#[test]
fn a_run_of_a_newer_raylift_is_listed_and_not_continued() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "1", vec![reached(Phase::BurningIn)]);
    let path = folder.path().join("1").join(JOURNAL_FILE);
    let bytes = std::fs::read_to_string(&path).unwrap();
    let last: serde_json::Value = serde_json::from_str(bytes.lines().last().unwrap()).unwrap();
    let previous = last["crc"].as_str().unwrap();
    let entry =
        r#"{"sequence":3,"time":"2027-01-01T00:00:00.000Z","data":{"event":"node-drained"}}"#;
    let crc = crc32fast::hash(format!("{previous}{entry}").as_bytes());
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap();
    writeln!(
        file,
        r#"{{"format":1,"previous":"{previous}","crc":"{crc:08x}","entry":{entry}}}"#
    )
    .unwrap();
    drop(file);

    let runs = runs(folder.path());
    let story = runs[0].story.as_ref().unwrap();
    assert_eq!(story.newer.as_deref(), Some("node-drained"));
    assert_eq!(story.state.phase, Phase::BurningIn);
    assert_eq!(may_start(&runs).unwrap_err().code(), "RL0405");
    let store = FileStore::open(&path).unwrap();
    let error = Journal::open(Box::new(store)).err().unwrap();
    assert!(error.to_string().contains("node-drained"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 3);
}
