//! One look at a started site.
//!
//! An open port, a living process and Tomcat's "Server startup" line prove nothing: when the portal fails to start, Tomcat
//! stays up and answers 404 (real homes, "Starting").

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use raylift_model::facts::{DocumentFact, ReleaseRow};
use raylift_model::plan::{Action, HealthPlan, Plan, Probe};
use raylift_model::version::SchemaVersion;
use raylift_run::host::{HealthSample, HostError};
use raylift_survey::title;

use super::logs::Marks;
use super::server::Server;
use crate::http;

/// A log that grew within this time advances.
const FRESH: Duration = Duration::from_secs(2);
/// Reading `Release_` starts a JVM, which should not take the machine from the site.
const ROWS_EVERY: Duration = Duration::from_secs(5);
const EXCERPT: usize = 40;

/// Lines that no waiting mends, and why. The first six are Liferay's when it refuses to start (upgrade internals, 4.3);
/// an empty context name is the ROOT application's in Tomcat's messages.
const FATAL: [(&str, &str); 9] = [
    (
        "You must first upgrade the portal to the required schema version",
        "the portal refuses the database",
    ),
    (
        "You must first upgrade to Liferay Portal",
        "the portal refuses the database",
    ),
    (
        "requires a newer version of Liferay",
        "the portal refuses the database",
    ),
    (
        "Attempting to deploy an older Liferay Portal version",
        "the portal refuses the database",
    ),
    (
        "contains changes from a previous upgrade attempt that failed",
        "the portal refuses the database",
    ),
    (
        "The database needs to be populated",
        "the portal refuses the database",
    ),
    (
        "Context [] startup failed due to previous errors",
        "the portal's web application did not start",
    ),
    (
        "Failed to initialize component [Connector",
        "Tomcat cannot open a connector",
    ),
    ("java.lang.OutOfMemoryError", "the server is out of memory"),
];

/// What one look remembers for the next.
#[derive(Debug)]
pub struct Memory {
    log_bytes: u64,
    log_grew: Instant,
    rows_read: Option<Instant>,
    rows_bad: Vec<String>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            log_bytes: 0,
            log_grew: Instant::now(),
            rows_read: None,
            rows_bad: Vec::new(),
        }
    }
}

/// A look at one site.
pub struct Look<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What must be good.
    pub health: &'a HealthPlan,
    /// Whether the new release runs.
    pub new_release: bool,
    /// The folder of the run.
    pub run_folder: &'a Path,
    /// The rows of `Release_` as they are now.
    pub rows: &'a dyn Fn() -> Result<Vec<ReleaseRow>, HostError>,
}

impl Look<'_> {
    /// Looks.
    ///
    /// # Errors
    /// When the look itself is impossible, not when the site is bad.
    pub fn take(&self, memory: &mut Memory) -> Result<HealthSample, HostError> {
        let server = Server {
            plan: self.plan,
            run_folder: self.run_folder,
        };
        let mut sample = HealthSample {
            alive: server.find()?.is_some(),
            ..HealthSample::default()
        };
        let lines = self.log(memory)?;
        if !sample.alive {
            sample.fatal = Some("the server's process ended".to_owned());
            sample.log_excerpt = last(&lines);
            return Ok(sample);
        }
        if let Some((number, why)) = fatal_line(&lines) {
            let line = lines.get(number).map_or("", String::as_str);
            sample.fatal = Some(format!("{why}: {}", line.trim()));
            sample.log_excerpt = around(&lines, number);
            return Ok(sample);
        }
        let mut answered = false;
        for probe in &self.health.probes {
            match judge(probe) {
                None => answered = true,
                Some(bad) => sample.bad.push(bad),
            }
        }
        sample.busy = !answered && memory.log_grew.elapsed() < FRESH && !lines.is_empty();
        if let Some(root) = &self.plan.site.store {
            let missing = |document: &&DocumentFact| !is_whole(root, document);
            sample.bad.extend(
                self.health
                    .documents
                    .iter()
                    .filter(missing)
                    .map(|document| format!("document {} cannot be read", document.path)),
            );
        }
        if sample.bad.is_empty() {
            sample.bad.extend(self.rows(memory)?);
        }
        if !sample.bad.is_empty() {
            sample.log_excerpt = last(&lines);
        }
        Ok(sample)
    }

    fn log(&self, memory: &mut Memory) -> Result<Vec<String>, HostError> {
        // Without marks the server was not started by this run, so that its log says nothing about the start.
        let Some(marks) = Marks::load(self.run_folder)? else {
            return Ok(Vec::new());
        };
        let bytes = marks.total()?;
        if bytes != memory.log_bytes {
            memory.log_bytes = bytes;
            memory.log_grew = Instant::now();
        }
        let mut lines = marks.new_lines()?;
        lines.retain(|line| !is_frame(line));
        Ok(lines)
    }

    /// What is wrong with `Release_`, from time to time.
    fn rows(&self, memory: &mut Memory) -> Result<Vec<String>, HostError> {
        if memory
            .rows_read
            .is_none_or(|read| read.elapsed() > ROWS_EVERY)
        {
            let rows = (self.rows)()?;
            memory.rows_bad = bad_rows(&rows, self.wanted_core());
            memory.rows_read = Some(Instant::now());
        }
        Ok(memory.rows_bad.clone())
    }

    /// The version the core must have at least.
    fn wanted_core(&self) -> Option<&SchemaVersion> {
        let upgraded = self
            .plan
            .actions
            .iter()
            .find_map(|planned| match &planned.action {
                Action::UpgradeData(upgrade) => Some(&upgrade.core),
                _ => None,
            });
        upgraded
            .filter(|_| self.new_release)
            .or(self.plan.core.current.as_ref())
    }
}

/// Whether every probe is answered as it should be; false without probes.
pub(crate) fn answers_well(health: &HealthPlan) -> bool {
    !health.probes.is_empty() && health.probes.iter().all(|probe| judge(probe).is_none())
}

fn judge(probe: &Probe) -> Option<String> {
    let Some(answer) = http::get(&probe.url, probe.host.as_deref()) else {
        return Some(format!("{} does not answer", probe.url));
    };
    if answer.status != probe.status {
        return Some(format!(
            "{} answers {} instead of {}",
            probe.url, answer.status, probe.status
        ));
    }
    let found = title(&answer.body);
    if let Some(wanted) = &probe.title
        && found.as_ref() != Some(wanted)
    {
        return Some(format!(
            "{} has the title \"{}\" instead of \"{wanted}\"",
            probe.url,
            found.unwrap_or_default()
        ));
    }
    let wanted = probe.text.as_ref()?;
    let body = String::from_utf8_lossy(&answer.body);
    (!body.contains(wanted.as_str())).then(|| format!("{} lacks the text \"{wanted}\"", probe.url))
}

fn is_whole(root: &Path, document: &DocumentFact) -> bool {
    let path = root.join(document.path.as_str());
    fs::metadata(path).is_ok_and(|stat| stat.is_file() && stat.len() == document.size)
}

fn bad_rows(rows: &[ReleaseRow], wanted_core: Option<&SchemaVersion>) -> Vec<String> {
    let mut bad: Vec<String> = rows
        .iter()
        .filter(|row| !row.is_good())
        .map(|row| {
            format!(
                "{} is in state {} in Release_",
                row.name,
                row.state.unwrap_or(0)
            )
        })
        .collect();
    let Some(wanted) = wanted_core else {
        return bad;
    };
    match rows.iter().find(|row| row.is_core()) {
        None => bad.push("Release_ has no row for the core".to_owned()),
        Some(row) if row.schema_version.numbers() < wanted.numbers() => bad.push(format!(
            "the core's schema is at {} instead of {wanted}",
            row.schema_version
        )),
        Some(_) => {}
    }
    bad
}

/// A frame of a stack trace (`Throwable.printStackTrace`): dozens of them would push the causes out of an excerpt.
fn is_frame(line: &str) -> bool {
    line.strip_prefix('\t')
        .is_some_and(|rest| rest.starts_with("at ") || rest.starts_with("... "))
}

/// The first fatal line: what follows it are its consequences.
fn fatal_line(lines: &[String]) -> Option<(usize, &'static str)> {
    lines.iter().enumerate().find_map(|(number, line)| {
        FATAL
            .iter()
            .find(|(sign, _)| line.contains(sign))
            .map(|(_, why)| (number, *why))
    })
}

fn around(lines: &[String], number: usize) -> Vec<String> {
    lines
        .iter()
        .skip(number.saturating_sub(EXCERPT / 2))
        .take(EXCERPT)
        .cloned()
        .collect()
}

fn last(lines: &[String]) -> Vec<String> {
    lines
        .iter()
        .skip(lines.len().saturating_sub(EXCERPT))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use raylift_model::names::BundleSymbolicName;

    use super::*;

    fn row(name: &str, version: &str, state: Option<i64>) -> ReleaseRow {
        ReleaseRow {
            name: BundleSymbolicName::new(name),
            schema_version: SchemaVersion::new(version),
            build_number: None,
            state,
            verified: None,
        }
    }

    #[test]
    fn the_first_fatal_line_counts() {
        let text = [
            "INFO  starting",
            "java.lang.RuntimeException: You must first upgrade the portal to the required schema version 5.1.0",
            "SEVERE [main] One or more listeners failed to start. Full details will be found in the log file",
            "SEVERE [main] Context [] startup failed due to previous errors",
        ];
        let lines = text.map(str::to_owned);
        assert_eq!(fatal_line(&lines).unwrap().0, 1);
        assert_eq!(around(&lines, 1), lines);
    }

    #[test]
    fn frames_are_told_from_causes() {
        for (line, frame) in [
            ("\tat org.apache.catalina.Server.start(Server.java:1)", true),
            ("\t... 13 more", true),
            ("Caused by: java.sql.SQLException: refused", false),
            ("at noon the server ended", false),
        ] {
            assert_eq!(is_frame(line), frame, "{line}");
        }
    }

    #[test]
    fn another_applications_failure_is_not_the_portals() {
        let lines = [
            "SEVERE [main] One or more listeners failed to start.".to_owned(),
            "SEVERE [main] Context [/other] startup failed due to previous errors".to_owned(),
        ];
        assert_eq!(fatal_line(&lines), None);
    }

    #[test]
    fn rows_must_be_good_and_the_core_not_behind() {
        let wanted = SchemaVersion::new("5.1.0");
        let good = [row("portal", "5.1.0", None), row("a.b", "1.0.0", Some(0))];
        assert_eq!(bad_rows(&good, Some(&wanted)), Vec::<String>::new());
        let ahead = [row("portal", "5.2.0", Some(0))];
        assert_eq!(bad_rows(&ahead, Some(&wanted)), Vec::<String>::new());
        let bad = [
            row("portal", "5.0.5", Some(1)),
            row("a.b", "1.0.0", Some(-1)),
        ];
        assert_eq!(
            bad_rows(&bad, Some(&wanted)),
            [
                "portal is in state 1 in Release_",
                "a.b is in state -1 in Release_",
                "the core's schema is at 5.0.5 instead of 5.1.0"
            ]
        );
        assert_eq!(
            bad_rows(&[], Some(&wanted)),
            ["Release_ has no row for the core"]
        );
        assert_eq!(bad_rows(&[], None), Vec::<String>::new());
    }

    #[test]
    fn a_document_is_whole_with_its_size_only() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("one"), "four").unwrap();
        let document = |path: &str, size| DocumentFact {
            file_version_id: 1,
            path: raylift_model::names::RelativePath::new(path),
            size,
        };
        assert!(is_whole(folder.path(), &document("one", 4)));
        assert!(!is_whole(folder.path(), &document("one", 5)));
        assert!(!is_whole(folder.path(), &document("absent", 4)));
    }
}
