//! A raylift that works in the background, followed through its journal.

use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::NamedTempFile;

use super::TestSite;

/// How long an event may take to come.
const LIMIT: Duration = Duration::from_secs(240);
/// Between two looks at the journal; short beside every action.
const LOOK: Duration = Duration::from_millis(2);

/// One running command.
pub(crate) struct Background<'a> {
    site: &'a TestSite,
    child: Child,
    output: NamedTempFile,
    run: Option<PathBuf>,
    entries: usize,
}

impl TestSite {
    /// Starts a command in the background.
    pub(crate) fn background(&self, arguments: &[&str]) -> Background<'_> {
        let output = NamedTempFile::new().expect("a file");
        let stream = || Stdio::from(output.reopen().expect("a second handle"));
        let run = self.runs().pop();
        let entries = self.journal().len();
        let child = self
            .command(arguments)
            .stdout(stream())
            .stderr(stream())
            .spawn()
            .expect("raylift starts");
        Background {
            site: self,
            child,
            output,
            run,
            entries,
        }
    }
}

impl Background<'_> {
    /// What this command has written to the journal.
    pub(crate) fn entries(&self) -> Vec<Value> {
        // One look at the folders: a new run may appear at any time, and an earlier one's journal is not this command's.
        let newest = self.site.runs().pop();
        let known = if newest == self.run { self.entries } else { 0 };
        let all = newest.map_or_else(Vec::new, |folder| super::journal_in(&folder));
        all.into_iter().skip(known).collect()
    }

    /// Waits until the condition holds, and fails when the command ends before.
    pub(crate) fn wait_until(&mut self, what: &str, condition: impl Fn(&[Value]) -> bool) {
        let begun = Instant::now();
        while !condition(&self.entries()) {
            if let Some(status) = self.child.try_wait().expect("the process is ours") {
                panic!("ended ({status}) before {what}:\n{}", self.printed());
            }
            assert!(begun.elapsed() < LIMIT, "no {what}:\n{}", self.printed());
            std::thread::sleep(LOOK);
        }
    }

    /// Waits until the `nth` (from 1) action of this name has started.
    pub(crate) fn wait_for_action(&mut self, direction: &str, name: &str, nth: usize) {
        self.wait_until(&format!("{direction} {name}"), |entries| {
            entries
                .iter()
                .filter(|entry| is_start(entry, direction, name))
                .count()
                >= nth
        });
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        let status = self.child.wait().expect("the process is ours");
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&status),
            Some(9),
            "it ended by itself:\n{}",
            self.printed()
        );
    }

    fn printed(&self) -> String {
        std::fs::read_to_string(self.output.path()).unwrap_or_default()
    }
}

/// Whether a journal's entry is the start of this action.
pub(crate) fn is_start(entry: &Value, direction: &str, name: &str) -> bool {
    let data = &entry["data"];
    data["event"] == "action-started" && data["direction"] == direction && data["name"] == name
}
