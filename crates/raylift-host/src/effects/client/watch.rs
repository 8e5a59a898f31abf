//! Whether the client still gets on.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use raylift_model::facts::ReleaseRow;
use raylift_run::host::Progress;

use super::UpgradeClient;
use super::process::{Running, log};
use crate::effects::processes::{self, Process};
use crate::effects::server::tail;
use crate::users;

const LOOK: Duration = Duration::from_secs(1);
const TELL_AGAIN: Duration = Duration::from_secs(5);
/// Reading the rows starts a JVM, which should not take the machine from the upgrade.
const LOOK_AT_ROWS: Duration = Duration::from_secs(10);
/// The thread in which Gogo runs a command is named after it, `pipe-upgrade:execute NAME`; the kernel keeps 15 bytes.
/// (The name was seen in the thread field of real log lines; that the JVM gives it to the kernel is HotSpot's habit.)
const EXECUTING: &str = "pipe-upgrade:ex";
const DUMP: Duration = Duration::from_secs(5);
/// Lines of the log among which one says something.
const LINES: usize = 10;
/// What Gogo, the console inside the client, prints when it waits for a command.
const PROMPT: &str = "g!";

/// Watches logs and rows of one client.
pub(super) struct Watch<'a> {
    client: UpgradeClient<'a>,
    running: Running,
    limit: Duration,
    begun: Instant,
    looked: Instant,
    looked_at_rows: Instant,
    changed: Instant,
    bytes: u64,
    rows: Vec<ReleaseRow>,
    told: Instant,
    said: String,
}

impl<'a> Watch<'a> {
    pub(super) fn new(client: UpgradeClient<'a>, running: &Running) -> Self {
        let now = Instant::now();
        Self {
            client,
            running: running.clone(),
            limit: Duration::from_secs(client.plan.health.timeouts.upgrade_seconds),
            begun: now,
            looked: now,
            looked_at_rows: now,
            changed: now,
            bytes: 0,
            rows: Vec::new(),
            told: now,
            said: String::new(),
        }
    }

    /// False when neither a log nor a row has changed for the plan's limit.
    pub(super) fn moves(&mut self, progress: Progress<'_>) -> bool {
        if self.looked.elapsed() < LOOK {
            return true;
        }
        self.look();
        if self.looked_at_rows.elapsed() > LOOK_AT_ROWS
            || (self.changed.elapsed() >= self.limit && self.limit > LOOK)
        {
            self.look_at_rows();
        }
        self.tell(progress);
        self.changed.elapsed() < self.limit
    }

    /// True when nothing changed for the plan's limit.
    pub(super) fn is_stalled(&self) -> bool {
        self.changed.elapsed() >= self.limit
    }

    /// True when something moved within a time.
    pub(super) fn moved_within(&mut self, time: Duration) -> bool {
        if self.looked.elapsed() >= LOOK {
            self.look();
        }
        self.changed.elapsed() < time
    }

    /// True while a Gogo session of the client runs an `upgrade:execute`.
    pub(super) fn is_executing(&self) -> bool {
        self.members().iter().any(|member| {
            processes::thread_names(member.identity.pid)
                .iter()
                .any(|name| name.starts_with(EXECUTING))
        })
    }

    /// Keeps what the client's threads do, for people. That it cannot be had changes nothing.
    pub(super) fn dump_threads(&self) {
        let jcmd = Path::new(&self.client.plan.site.java.home).join("bin/jcmd");
        for member in self.members() {
            let path = self
                .client
                .run_folder
                .join("logs")
                .join(format!("threads-{}.txt", member.identity.pid));
            let Ok(file) = fs::File::create(&path) else {
                continue;
            };
            let mut command = Command::new(&jcmd);
            command
                .arg(member.identity.pid.to_string())
                .arg("Thread.print")
                .stdin(Stdio::null())
                .stdout(file)
                .stderr(Stdio::null());
            let Ok(mut child) = users::spawn(&mut command, &self.client.plan.site.owner) else {
                continue;
            };
            let begun = Instant::now();
            while begun.elapsed() < DUMP && matches!(child.try_wait(), Ok(None)) {
                std::thread::sleep(super::TICK);
            }
            child.kill().ok();
            child.wait().ok();
        }
    }

    /// After the client's end: a copy of its own log, which the next run would rename.
    pub(super) fn forget(&mut self) {
        let from = self.client.upgrade.client.join("upgrade.log");
        let to = self.client.run_folder.join("logs").join("upgrade.log");
        fs::copy(from, to).ok();
        fs::remove_file(self.client.run_folder.join("client-input")).ok();
    }

    fn members(&self) -> Vec<Process> {
        self.client.members().unwrap_or_default()
    }

    fn look(&mut self) {
        self.looked = Instant::now();
        let length = |path: &Path| fs::metadata(path).map_or(0, |stat| stat.len());
        let bytes = length(&log(self.client.run_folder))
            + length(&self.client.upgrade.client.join("upgrade.log"))
            + self.running.marks.total().unwrap_or(0);
        if bytes != self.bytes {
            self.bytes = bytes;
            self.changed = Instant::now();
        }
    }

    fn look_at_rows(&mut self) {
        self.looked_at_rows = Instant::now();
        if let Ok(rows) = (self.client.rows)()
            && rows != self.rows
        {
            self.rows = rows;
            self.changed = Instant::now();
        }
    }

    /// A line that says nothing new is told less often.
    fn tell(&mut self, progress: Progress<'_>) {
        let core = self.rows.iter().find(|row| row.is_core());
        let core = core.map_or(String::new(), |row| {
            format!(", core at {}", row.schema_version)
        });
        let lines = tail(&self.client.log(), LINES);
        let mut said: String = last_said(&lines).chars().take(160).collect();
        if said.is_empty() {
            "no output yet".clone_into(&mut said);
        }
        if said == self.said && self.told.elapsed() < TELL_AGAIN {
            return;
        }
        let seconds = self.begun.elapsed().as_secs();
        progress(format!("upgrade client, {seconds} s{core}: {said}"));
        self.told = Instant::now();
        self.said = said;
    }
}

/// The last line that says something once the console's prompt is taken off.
fn last_said(lines: &[String]) -> &str {
    let mut plain = lines.iter().rev().map(|line| {
        let mut line = line.trim();
        while let Some(rest) = line.strip_prefix(PROMPT) {
            line = rest.trim_start();
        }
        line
    });
    plain.find(|line| !line.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_consoles_prompt_says_nothing() {
        let said = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            last_said(&lines).to_owned()
        };
        assert_eq!(said(&["Upgrading com.acme", "g! "]), "Upgrading com.acme");
        assert_eq!(said(&["g! g! Completed"]), "Completed");
        assert_eq!(said(&["g!", ""]), "");
        assert_eq!(said(&["a g! b"]), "a g! b");
    }
}
