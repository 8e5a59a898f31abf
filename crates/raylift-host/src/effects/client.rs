//! Liferay's database upgrade client: started, watched, led through the modules, ended.
//!
//! What is true about an upgrade stands in table `Release_`; neither the client's exit code (0 even after a failure) nor
//! what Gogo prints is believed (upgrade internals, facts 0.5 and 7.3; real modules, fact 0.3).

mod files;
mod modules;
mod process;
mod watch;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use raylift_model::codes;
use raylift_model::facts::ReleaseRow;
use raylift_model::plan::{DataUpgrade, Plan};
use raylift_model::version::SchemaVersion;
use raylift_run::host::{HostError, Progress, UpgradeOutcome};
use raylift_survey::machine::DatabaseAccess;
use rustix::process::Signal;

use self::process::Running;
use self::watch::Watch;
use super::hsqldb::Hsqldb;
use super::processes;

/// Lines of the client's when the core is done: of 7.2 and 7.3 (upgrade internals, 7.3); of 7.4, whose client prints the
/// later `Exiting DBUpgrader#main(String[]).` nowhere, after the modules (`DBUpgrader.main`, read in 52.1.1; the second
/// form as in 2023).
const CORE_DONE: [&str; 3] = [
    "Running modules upgrades. Connect to Gogo shell to check the status.",
    "Completed Liferay core upgrade process in ",
    "Completed Liferay upgrade process in ",
];
const TICK: Duration = Duration::from_millis(100);
/// From `exit` to the end of both JVMs, as long as nothing moves.
const GENTLY: Duration = Duration::from_secs(30);
/// The same for a client in which nothing moved for long already.
const IN_VAIN: Duration = Duration::from_secs(3);
/// From TERM to the end.
const FIRMLY: Duration = Duration::from_secs(60);
/// HSQLDB writes its log half a second late (`WRITE DELAY`), and a reader sees only what is written.
const LATE_ROWS: Duration = Duration::from_secs(3);
const EXCERPT: usize = 80;

/// The upgrade client of one run.
#[derive(Clone, Copy)]
pub struct UpgradeClient<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What is to be reached.
    pub upgrade: &'a DataUpgrade,
    /// The folder of the run.
    pub run_folder: &'a Path,
    /// How the database is reached, password included; asked when it is needed.
    pub access: &'a dyn Fn() -> Result<DatabaseAccess, HostError>,
    /// The rows of `Release_` as they are now, also while the client has the database open.
    pub rows: &'a dyn Fn() -> Result<Vec<ReleaseRow>, HostError>,
}

/// How far the core's part came.
enum Core {
    Done,
    Ended,
    Stalled,
}

impl UpgradeClient<'_> {
    /// Runs the client until everything is reached or it failed; see [`raylift_run::host::Host::upgrade_data`].
    ///
    /// # Errors
    /// When the client cannot be run at all, or does not end.
    pub fn run(self, progress: Progress<'_>) -> Result<UpgradeOutcome, HostError> {
        let mut notes = Vec::new();
        let left = self.members()?;
        let running = match Running::load(self.run_folder)? {
            Some(running) if !left.is_empty() => {
                notes.push("an upgrade client that was left alive was waited for".to_owned());
                running
            }
            _ if !left.is_empty() => return Err(self.stranger()),
            Some(_) if self.missing(&(self.rows)()?).is_empty() => {
                files::put_back(self.run_folder, &self.upgrade.client)?;
                notes.push("every version is reached already".to_owned());
                return Ok(outcome(Vec::new(), notes, Vec::new()));
            }
            _ => self.start(progress)?,
        };
        let mut watch = Watch::new(self, &running);
        match self.wait_for_core(&running, &mut watch, progress)? {
            Core::Done => modules::upgrade(self, &mut watch, progress, &mut notes)?,
            Core::Ended => notes.push("the client ended before its core part was done".to_owned()),
            Core::Stalled => {
                notes.push(self.stalled());
                notes.extend(last_words(&running.output(self.run_folder)));
            }
        }
        let patience = if watch.is_stalled() { IN_VAIN } else { GENTLY };
        // What a client says while it is made to end, such as that its database is closed, explains nothing.
        let lives = !self.members()?.is_empty();
        let said = lives.then(|| self.excerpt(&running).ok()).flatten();
        self.end(&mut watch, patience, progress)?;
        files::put_back(self.run_folder, &self.upgrade.client)?;
        let missing = self.missing_at_last()?;
        let excerpt = match said {
            _ if missing.is_empty() => Vec::new(),
            Some(said) => said,
            None => self.excerpt(&running)?,
        };
        Ok(outcome(missing, notes, excerpt))
    }

    /// Ends a client that a crash left alive. Only on the way back, where the return point takes what it did away.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub fn end_left_over(self) -> Result<(), HostError> {
        if let Some(running) = Running::load(self.run_folder)?
            && !self.members()?.is_empty()
        {
            process::say(self.run_folder, "exit");
            let mut watch = Watch::new(self, &running);
            let begun = Instant::now();
            while !self.members()?.is_empty() && begun.elapsed() < Duration::from_secs(3) {
                sleep(TICK);
            }
            if self.firmly(Signal::TERM, Duration::from_secs(20)).is_err() {
                self.firmly(Signal::KILL, FIRMLY)?;
            }
            watch.forget();
        }
        files::put_back(self.run_folder, &self.upgrade.client)
    }

    fn wait_for_core(
        self,
        running: &Running,
        watch: &mut Watch<'_>,
        progress: Progress<'_>,
    ) -> Result<Core, HostError> {
        loop {
            if running.output_has(self.run_folder, &CORE_DONE) {
                return Ok(Core::Done);
            }
            if self.members()?.is_empty() {
                // What it printed last may have arrived after the first look.
                return Ok(if running.output_has(self.run_folder, &CORE_DONE) {
                    Core::Done
                } else {
                    Core::Ended
                });
            }
            if !watch.moves(progress) {
                return Ok(Core::Stalled);
            }
            sleep(TICK);
        }
    }

    /// Asks the client to end, and sends TERM only when nothing moves any more.
    fn end(
        self,
        watch: &mut Watch<'_>,
        patience: Duration,
        progress: Progress<'_>,
    ) -> Result<(), HostError> {
        progress("ending the upgrade client".to_owned());
        let lived = !self.members()?.is_empty();
        process::say(self.run_folder, "exit");
        let asked = Instant::now();
        while !self.members()?.is_empty() {
            if asked.elapsed() > patience && !watch.moved_within(patience) {
                watch.dump_threads();
                self.firmly(Signal::TERM, FIRMLY)?;
            }
            sleep(TICK);
        }
        watch.forget();
        if lived {
            self.remove_lock();
        }
        Ok(())
    }

    /// The client's JVM is destroyed and leaves its lock on an embedded HSQLDB behind, for whose heartbeat the server
    /// would wait ten seconds. Nobody else can have taken the database in the moment since: he would be waiting, too.
    fn remove_lock(self) {
        if let Ok(access) = (self.access)()
            && let Ok(database) = Hsqldb::of(&access)
        {
            fs::remove_file(database.lock()).ok();
        }
    }

    fn firmly(self, signal: Signal, limit: Duration) -> Result<(), HostError> {
        let begun = Instant::now();
        for member in self.members()? {
            processes::signal(member.identity, signal)?;
        }
        while !self.members()?.is_empty() {
            if begun.elapsed() > limit {
                return Err(HostError::new(
                    codes::UPGRADE_FAILED,
                    "the upgrade client does not end",
                ));
            }
            sleep(TICK);
        }
        Ok(())
    }

    /// Rows that are not where they should be: name, wanted, found.
    fn missing(self, rows: &[ReleaseRow]) -> Vec<(String, String, String)> {
        let core = ("portal", &self.upgrade.core);
        let modules = self
            .upgrade
            .modules
            .iter()
            .map(|target| (target.module.as_str(), &target.to));
        std::iter::once(core)
            .chain(modules)
            .filter_map(|(name, wanted)| {
                let row = rows.iter().find(|row| row.name.as_str() == name);
                let found = match row {
                    None => "no row".to_owned(),
                    Some(row) if !reached(&row.schema_version, wanted) => {
                        row.schema_version.to_string()
                    }
                    Some(row) if !row.is_good() => {
                        format!("{} in state {}", row.schema_version, row.state.unwrap_or(0))
                    }
                    Some(_) => return None,
                };
                Some((name.to_owned(), wanted.to_string(), found))
            })
            .collect()
    }

    fn missing_at_last(self) -> Result<Vec<(String, String, String)>, HostError> {
        let begun = Instant::now();
        loop {
            let missing = self.missing(&(self.rows)()?);
            if missing.is_empty() || begun.elapsed() > LATE_ROWS {
                return Ok(missing);
            }
            sleep(Duration::from_millis(500));
        }
    }

    fn stalled(self) -> String {
        format!(
            "nothing moved for {} s",
            self.plan.health.timeouts.upgrade_seconds
        )
    }

    fn stranger(self) -> HostError {
        HostError::new(
            codes::UPGRADE_FAILED,
            format!(
                "an upgrade client that this run did not start works in {}",
                self.upgrade.client.display()
            ),
        )
    }

    /// Lines of the client's output and the site's logs that explain a failure.
    fn excerpt(self, running: &Running) -> Result<Vec<String>, HostError> {
        let mut lines = running.output(self.run_folder);
        lines.extend(running.marks.new_lines()?);
        Ok(explain(&lines))
    }

    fn log(self) -> PathBuf {
        process::log(self.run_folder)
    }
}

fn outcome(
    missing: Vec<(String, String, String)>,
    notes: Vec<String>,
    log_excerpt: Vec<String>,
) -> UpgradeOutcome {
    UpgradeOutcome {
        missing,
        notes,
        log_excerpt,
    }
}

/// At the wanted version, or beyond it in whole steps.
fn reached(found: &SchemaVersion, wanted: &SchemaVersion) -> bool {
    if found == wanted {
        return true;
    }
    match (found.numbers(), wanted.numbers()) {
        (Some((a, b, c, None)), Some((x, y, z, _))) => (a, b, c) >= (x, y, z),
        _ => false,
    }
}

/// Signs of a failure. "Failed upgrade process" is printed at level INFO (real core, section 5).
const SIGNS: [&str; 8] = [
    "Failed upgrade process",
    "Exception",
    " ERROR ",
    "You must first upgrade",
    "contains changes from a previous upgrade attempt",
    "Attempting to deploy an older",
    "possible end nodes",
    "OutOfMemoryError",
];

/// The last thing that a client said which then stood still.
fn last_words(output: &[String]) -> Option<String> {
    let line = output.iter().rev().find(|line| !line.trim().is_empty())?;
    Some(format!("its last line was: {}", line.trim()))
}

/// Lines with such a sign and what stands around them, at most [`EXCERPT`]. The console's own farewell is no failure
/// (`InterruptedException` of `TelnetConnection.run` at each `disconnect`; real modules, section 5).
fn explain(lines: &[String]) -> Vec<String> {
    let mut kept = std::collections::BTreeSet::new();
    for (number, line) in lines.iter().enumerate() {
        let farewell = line.contains("InterruptedException");
        if !farewell && SIGNS.iter().any(|sign| line.contains(sign)) {
            kept.extend(number.saturating_sub(2)..=number + 3);
        }
    }
    kept.into_iter()
        .filter_map(|number| lines.get(number).cloned())
        .take(EXCERPT)
        .collect()
}

/// The text of a log from a place on; nothing when it cannot be read.
fn text_from(path: &Path, from: u64) -> String {
    let bytes = fs::read(path).unwrap_or_default();
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    String::from_utf8_lossy(bytes.get(from..).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_reached_in_whole_steps_only() {
        let is = |found: &str, wanted: &str| {
            reached(&SchemaVersion::new(found), &SchemaVersion::new(wanted))
        };
        assert!(is("5.1.0", "5.1.0"));
        assert!(is("5.1.2", "5.1.0"));
        assert!(is("6.0.0", "5.1.0"));
        assert!(!is("5.0.5", "5.1.0"));
        assert!(!is("2.0.0-step-1", "2.0.0"));
        assert!(!is("9.0.0.step-2", "9.0.0"));
        assert!(!is("", "1.0.0"));
        assert!(!is("unreadable", "1.0.0"));
    }

    #[test]
    fn the_excerpt_holds_the_failure_and_its_surroundings() {
        let mut lines: Vec<String> = (0..200)
            .map(|number| format!("INFO line {number}"))
            .collect();
        lines[100] =
            "INFO  [main][UpgradeProcess:115] Failed upgrade process a.B in 15 ms".to_owned();
        lines[10] = "java.lang.InterruptedException".to_owned();
        let excerpt = explain(&lines);
        assert_eq!(excerpt.first().unwrap(), "INFO line 98");
        assert_eq!(excerpt.last().unwrap(), "INFO line 103");
        assert_eq!(excerpt.len(), 6);
        let all = vec!["java.lang.IllegalStateException".to_owned(); 500];
        assert_eq!(explain(&all).len(), EXCERPT);
    }
}
