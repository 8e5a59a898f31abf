//! One site that is updated, killed, and taken on, again and again.

use std::fmt;
use std::path::PathBuf;
use std::time::Instant;

use raylift_lab::{Document, ReleaseRow, ReleaseVersion};
use serde_json::Value;

use super::hand;
use super::table::{self, Row};
use crate::harness::background::Background;
use crate::harness::{TestSite, processes, release};

/// The command that is killed.
#[derive(Clone, Copy)]
pub(crate) enum Verb {
    Update { micro: bool },
    Rollback,
    Commit,
}

/// When.
#[derive(Clone, Copy)]
pub(crate) enum At {
    /// When this action of the way there has started for the given time.
    Forward(&'static str, usize),
    /// The same on the way back.
    Back(&'static str, usize),
    /// When some of the new files are staged.
    HalfStaged,
    /// While the upgrade client runs core steps.
    CoreSteps,
    /// While the upgrade client runs the step of the lab's slow module.
    ModuleStep,
    /// While the way back brings a database server's dump back.
    Restoring,
    /// When the commit has begun.
    CommitStarted,
}

/// A kill and the command after it.
pub(crate) struct Moment {
    verb: Verb,
    at: At,
    then: &'static str,
}

impl Moment {
    pub(crate) fn of(verb: Verb, at: At) -> Self {
        Self {
            verb,
            at,
            then: "resume",
        }
    }

    pub(crate) fn then_resume(self) -> Self {
        Self {
            then: "resume",
            ..self
        }
    }

    pub(crate) fn then_rollback(self) -> Self {
        Self {
            then: "rollback",
            ..self
        }
    }

    fn ends_new(&self) -> bool {
        match self.verb {
            Verb::Update { .. } => self.then == "resume",
            Verb::Rollback => false,
            Verb::Commit => true,
        }
    }

    fn arguments(&self) -> Vec<String> {
        let words = match self.verb {
            Verb::Update { .. } => vec!["update", "--yes"],
            Verb::Rollback => vec!["rollback", "--discard-writes"],
            Verb::Commit => vec!["commit"],
        };
        let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        if let Verb::Update { micro } = self.verb {
            words.push(release(ReleaseVersion::Ga2).to_str().unwrap().to_owned());
            words.extend(micro.then(|| "--micro".to_owned()));
        }
        words
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.verb {
            Verb::Update { micro: false } => "update, ",
            Verb::Update { micro: true } => "update --micro, ",
            Verb::Rollback => "rollback, ",
            Verb::Commit => "commit, ",
        })?;
        match self.at {
            At::Forward(name, 1) => write!(formatter, "at {name}"),
            At::Forward(name, nth) => write!(formatter, "at {name} {nth}"),
            At::Back(name, 1) => write!(formatter, "at undoing {name}"),
            At::Back(name, nth) => write!(formatter, "at undoing {name} {nth}"),
            At::HalfStaged => formatter.write_str("in the middle of stage"),
            At::CoreSteps => formatter.write_str("during core steps"),
            At::ModuleStep => formatter.write_str("during a module's step"),
            At::Restoring => formatter.write_str("while the dump takes the database's place"),
            At::CommitStarted => formatter.write_str("at its begin"),
        }
    }
}

/// The site and what it must still have.
pub(crate) struct Scene {
    site: TestSite,
    documents: Vec<Document>,
    old_rows: Vec<ReleaseRow>,
    rows: Vec<Row>,
}

impl Scene {
    /// The demo's site, running.
    pub(crate) fn set(trouble: &[(&str, &str)]) -> Self {
        Self::of(TestSite::of("demo-site", trouble))
    }

    /// A site that runs.
    pub(crate) fn of(site: TestSite) -> Self {
        Self {
            documents: documents(&site),
            old_rows: site.site.release_rows().unwrap(),
            site,
            rows: Vec::new(),
        }
    }

    /// Plays one moment to its end and checks that.
    pub(crate) fn play(&mut self, moment: &Moment) {
        if let Verb::Update { .. } = moment.verb {
            self.write_document();
        }
        let arguments = moment.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let begun = Instant::now();
        let mut command = self.site.background(&arguments);
        self.wait(&mut command, moment.at);
        command.kill();
        let journal = self.site.journal();
        let client = self.client(moment.at);
        let mark = format!("{}-{}", self.site.site.facts().http_port, self.rows.len());
        let hand = self.try_by_hand(&journal, &mark);
        println!(
            "{moment}: killed at {}, by hand {hand}",
            table::place(&journal)
        );
        let mut then = vec![moment.then];
        then.extend((moment.then == "rollback").then_some("--discard-writes"));
        self.site.raylift(&then).assert(0);
        hand::assert_left_nothing(&mark);
        self.check(moment);
        if let Some(pid) = client {
            self.check_client(pid, moment);
        }
        self.rows.push(Row {
            moment: moment.to_string(),
            journal: table::place(&journal),
            hand,
            command: moment.then,
            end: if moment.ends_new() {
                "new site healthy"
            } else {
                "old site healthy"
            },
            seconds: begun.elapsed().as_secs_f64(),
        });
    }

    /// The site, between two moments.
    pub(crate) fn site(&self) -> &TestSite {
        &self.site
    }

    /// Shows every moment.
    pub(crate) fn print(&self, title: &str) {
        table::print(title, &self.rows);
    }

    fn write_document(&mut self) {
        let title = format!("Written before kill {}", self.rows.len() + 1);
        self.site
            .site
            .write_document(&title, title.as_bytes())
            .unwrap();
        self.documents = documents(&self.site);
        assert!(self.documents.iter().any(|found| found.title == title));
    }

    fn wait(&self, command: &mut Background<'_>, at: At) {
        match at {
            At::Forward(name, nth) => command.wait_for_action("forward", name, nth),
            At::Back(name, nth) => command.wait_for_action("back", name, nth),
            At::HalfStaged => {
                command.wait_for_action("forward", "stage", 1);
                let staging = self.site.home().join(".raylift/staging");
                command.wait_until("some staged files", |_| has_files(&staging, 100));
            }
            At::CoreSteps => {
                command.wait_for_action("forward", "upgrade-data", 1);
                command.wait_until("the core's steps", |_| {
                    self.client_printed("Upgrading com.liferay.portal.upgrade.")
                });
            }
            At::ModuleStep => {
                command.wait_for_action("forward", "upgrade-data", 1);
                command.wait_until("the slow module's step", |_| {
                    self.site_logged(
                        "Upgrading com.liferay.lab.slow.internal.upgrade.v1_0_1.UpgradeSlow",
                    )
                });
            }
            At::Restoring => {
                command.wait_for_action("back", "take-return-point", 1);
                let staged = self.run().join("restore/database.staged");
                command.wait_until("the staged database", |_| staged.exists());
            }
            At::CommitStarted => command.wait_until("the commit", |entries| {
                entries
                    .iter()
                    .any(|entry| entry["data"]["event"] == "commit-started")
            }),
        }
    }

    fn try_by_hand(&self, journal: &[Value], mark: &str) -> String {
        let promised = table::promises_fence(journal);
        if !hand::fence_stands(&self.site) {
            assert!(!promised, "the fence is down: {}", table::place(journal));
            assert!(self.site.site.is_up(), "without a fence the site serves");
            return "no fence, site serves".to_owned();
        }
        hand::is_refused(&self.site, mark);
        "refused, exit 75".to_owned()
    }

    fn check(&self, moment: &Moment) {
        let titles: Vec<String> = self.site.titles();
        if moment.ends_new() {
            self.site.assert_new(&titles);
        } else {
            self.site.assert_old(&titles);
            assert_eq!(self.site.site.release_rows().unwrap(), self.old_rows);
        }
        assert_eq!(
            documents(&self.site),
            self.documents,
            "every document is there"
        );
        assert!(!hand::fence_stands(&self.site), "the fence is down");
        let servers = processes::servers(self.site.home());
        assert_eq!(servers.len(), 1, "exactly one server");
        assert_eq!(
            processes::java_below(self.site.home()),
            servers,
            "no helper is left"
        );
        self.check_folders(moment);
        let phase = match (moment.verb, moment.ends_new()) {
            (Verb::Commit, _) => "committed",
            (_, true) => "burning-in",
            (_, false) => "rolled-back",
        };
        assert_eq!(self.site.status()["phase"], phase);
    }

    /// What only an unfinished run needs is gone.
    fn check_folders(&self, moment: &Moment) {
        let run = self.run();
        let run = run.file_name().unwrap();
        let state = self.site.home().join(".raylift");
        assert!(!state.join("scratch").join(run).exists(), "scratch");
        // Before a commit the old trees lie there; after a rollback of an open site the new ones, with what was put into
        // them meanwhile.
        let kept = match moment.verb {
            Verb::Update { .. } => moment.ends_new(),
            Verb::Rollback => true,
            Verb::Commit => false,
        };
        assert_eq!(state.join("staging").join(run).exists(), kept, "staging");
    }

    /// The upgrade client that has outlived raylift.
    fn client(&self, at: At) -> Option<u32> {
        if !matches!(at, At::CoreSteps | At::ModuleStep) {
            return None;
        }
        let pid = self.client_record();
        assert!(processes::lives(pid), "the upgrade client goes on");
        Some(pid)
    }

    /// Exactly one client ran: the one that was alive at the kill.
    fn check_client(&self, pid: u32, moment: &Moment) {
        assert!(!processes::lives(pid), "the upgrade client has ended");
        assert_eq!(self.client_record(), pid, "no second client was started");
        if moment.ends_new() {
            // A client that finds the log of another renames it.
            let tools = self
                .site
                .home()
                .join("tools/portal-tools-db-upgrade-client");
            let logs = names(&tools)
                .into_iter()
                .filter(|name| name.starts_with("upgrade.log"))
                .count();
            assert_eq!(logs, 1, "one client, one log");
        }
    }

    fn client_record(&self) -> u32 {
        let path = self.run().join("client.json");
        let record: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        u32::try_from(record["pid"].as_u64().unwrap()).unwrap()
    }

    fn client_printed(&self, text: &str) -> bool {
        self.site.runs().pop().is_some_and(|run| {
            std::fs::read_to_string(run.join("logs/upgrade-client.log"))
                .is_ok_and(|log| log.contains(text))
        })
    }

    fn site_logged(&self, text: &str) -> bool {
        let logs = self.site.home().join("logs");
        names(&logs).into_iter().any(|name| {
            std::fs::read_to_string(logs.join(name)).is_ok_and(|log| log.contains(text))
        })
    }

    fn run(&self) -> PathBuf {
        self.site.runs().pop().expect("a run")
    }
}

fn documents(site: &TestSite) -> Vec<Document> {
    let mut documents = site.site.documents().unwrap();
    documents.sort();
    documents
}

fn names(folder: &std::path::Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default()
}

/// Whether so many files lie below a folder.
fn has_files(folder: &std::path::Path, wanted: usize) -> bool {
    let mut folders = vec![folder.to_path_buf()];
    let mut found = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                _ => found += 1,
            }
            if found >= wanted {
                return true;
            }
        }
    }
    false
}
