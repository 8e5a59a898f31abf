//! A site of the lab and the real binary to work on it.

pub(crate) mod background;
pub(crate) mod processes;
pub(crate) mod watch;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use raylift_lab::{Engine, Lab, ReleaseVersion, Scenario, Site};
use serde_json::Value;
use tempfile::TempDir;

/// Limit for a start or stop of the lab's server.
pub(crate) const PATIENCE: Duration = Duration::from_secs(240);

/// Options of the upgrade client's JVM: those of Liferay's client with less memory, and a quick start.
const CLIENT: &str = "-Dfile.encoding=UTF8 -Duser.country=US -Duser.language=en -Duser.timezone=GMT -Xmx1024m \
     -XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

/// The lab with its cached parts.
pub(crate) fn lab() -> &'static Lab {
    static LAB: OnceLock<Lab> = OnceLock::new();
    LAB.get_or_init(|| Lab::open(None).expect("the lab opens"))
}

/// The `.zip` archive of a release.
pub(crate) fn release(version: ReleaseVersion) -> PathBuf {
    lab()
        .release(&Scenario::of(version))
        .expect("the lab assembles the release")
        .zip
}

/// A 7.2.0 site, running, with the demo's content, and settings that suit a test.
pub(crate) struct TestSite {
    pub(crate) site: Site,
    folder: TempDir,
}

/// How a run of the binary ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The whole entries of the journal in a run's folder.
fn journal_in(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("journal.jsonl")).unwrap_or_default();
    text.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .map(|line| line["entry"].clone())
        .collect()
}

impl TestSite {
    /// The demo's site, started.
    pub(crate) fn started() -> Self {
        Self::of("demo-site", &[])
    }

    /// A shipped scenario's site with trouble keys (`7.2.1.portal.start=never`), started.
    pub(crate) fn of(scenario: &str, trouble: &[(&str, &str)]) -> Self {
        let mut made = Self::stopped(scenario, trouble);
        made.site.start(PATIENCE).expect("the site starts");
        made
    }

    /// The demo's site on a database engine of its own, started.
    pub(crate) fn on(engine: Engine, trouble: &[(&str, &str)]) -> Self {
        let mut made = Self::made("demo-site", trouble, |scenario| {
            scenario.site.engine = engine;
        });
        made.site.start(PATIENCE).expect("the site starts");
        made
    }

    /// The same, not started.
    pub(crate) fn stopped(scenario: &str, trouble: &[(&str, &str)]) -> Self {
        Self::made(scenario, trouble, |_| {})
    }

    fn made(scenario: &str, trouble: &[(&str, &str)], change: impl FnOnce(&mut Scenario)) -> Self {
        let folder = lab().scratch().expect("a scratch folder");
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("../raylift-lab/scenarios/{scenario}.toml"));
        let mut scenario = Scenario::read(&file).expect("the scenario is right");
        change(&mut scenario);
        for (key, value) in trouble {
            scenario
                .trouble
                .insert((*key).to_owned(), (*value).to_owned());
        }
        let site =
            Site::create(lab(), &scenario, &folder.path().join("site")).expect("the site is made");
        let made = Self { site, folder };
        made.settings("");
        made
    }

    /// Writes `raylift.toml`: short limits, a free console port, an upgrade client that does not spend a core on compiling
    /// what runs once, and what is given.
    pub(crate) fn settings(&self, more: &str) {
        let port = free_port();
        let text = format!(
            "[health]\nstable_seconds = 2\n[upgrade]\nconsole = \"127.0.0.1:{port}\"\nstall_seconds = 90\n\
             jvm_options = \"{CLIENT}\"\n\
             [server]\nstart_seconds = 120\nstop_seconds = 60\n{more}"
        );
        let file = self.home().join("raylift.toml");
        std::fs::write(&file, text).expect("raylift.toml is written");
        let owner = self.site.facts().owner;
        owner.take(&file).expect("raylift.toml is given away");
    }

    /// The home.
    pub(crate) fn home(&self) -> &Path {
        self.site.home()
    }

    /// The binary with this site and these arguments, not yet run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_raylift"));
        command
            .arg("--site")
            .arg(self.home())
            .args(arguments)
            .env("XDG_CACHE_HOME", self.cache())
            .stdin(Stdio::null());
        command
    }

    /// The cache folder, which is there after the first plan.
    pub(crate) fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// Runs it to its end.
    pub(crate) fn raylift(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).output().expect("raylift runs"))
    }

    /// Starts an update to 7.2.1 in the background.
    pub(crate) fn begin_update(&self) -> Child {
        let archive = release(ReleaseVersion::Ga2);
        self.command(&["update", archive.to_str().expect("UTF-8"), "--yes"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("raylift starts")
    }

    /// Updates to 7.2.1.
    pub(crate) fn update(&self) -> Ended {
        let archive = release(ReleaseVersion::Ga2);
        self.raylift(&["update", archive.to_str().expect("UTF-8"), "--yes"])
    }

    /// What `raylift status --json` says.
    pub(crate) fn status(&self) -> Value {
        let ended = self.raylift(&["status", "--json"]);
        serde_json::from_str(&ended.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", ended.all()))
    }

    /// The journal of the last run, one JSON value a line; a torn last line is left out.
    pub(crate) fn journal(&self) -> Vec<Value> {
        let newest = self.runs().pop();
        newest.map_or_else(Vec::new, |folder| journal_in(&folder))
    }

    /// Folders of the runs, oldest first.
    pub(crate) fn runs(&self) -> Vec<PathBuf> {
        let folder = self.home().join(".raylift/runs");
        let mut runs: Vec<PathBuf> = std::fs::read_dir(folder)
            .map(|names| names.flatten().map(|name| name.path()).collect())
            .unwrap_or_default();
        runs.sort();
        runs
    }

    /// Schema version and build number of the core's row.
    pub(crate) fn core(&self) -> (String, String) {
        let rows = self
            .site
            .query("select schemaVersion, buildNumber from Release_ where servletContextName = 'portal'")
            .expect("the database answers");
        let mut row = rows
            .into_iter()
            .next()
            .expect("a row")
            .into_iter()
            .map(Option::unwrap_or_default);
        (
            row.next().expect("a version"),
            row.next().expect("a number"),
        )
    }

    /// Titles of the documents that a reader finds, sorted.
    pub(crate) fn titles(&self) -> Vec<String> {
        let mut titles: Vec<String> = self
            .site
            .documents()
            .expect("the portal lists documents")
            .into_iter()
            .map(|document| document.title)
            .collect();
        titles.sort();
        titles
    }

    /// Asserts that the old site serves with its documents.
    pub(crate) fn assert_old(&self, titles: &[String]) {
        assert!(self.site.is_up(), "the old site answers");
        assert_eq!(self.core(), ("5.0.2".to_owned(), "7200".to_owned()));
        assert_eq!(self.titles(), titles);
    }

    /// Asserts that the new site serves with its documents.
    pub(crate) fn assert_new(&self, titles: &[String]) {
        assert!(self.site.is_up(), "the new site answers");
        assert_eq!(self.core(), ("5.1.0".to_owned(), "7201".to_owned()));
        assert_eq!(self.titles(), titles);
    }
}

impl Drop for TestSite {
    fn drop(&mut self) {
        self.site.kill();
    }
}

impl Ended {
    /// Takes a finished process.
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Everything it printed, for messages of assertions.
    pub(crate) fn all(&self) -> String {
        format!("exit {}\n{}\n{}", self.code, self.stdout, self.stderr)
    }

    /// Asserts how it ended.
    #[track_caller]
    pub(crate) fn assert(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.all());
        self
    }
}

/// A TCP port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    raylift_lab::free_port().expect("a free port")
}
