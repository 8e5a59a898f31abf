//! The demo: the main job on a real-parts site, shown by the real verbs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use raylift_lab::{Lab, Scenario, Site};

use crate::{command, prerequisites};

const PATIENCE: Duration = Duration::from_secs(180);

/// One line of the closing table.
struct Line {
    phase: &'static str,
    seconds: f64,
    result: String,
}

/// Measures the parts of the demo.
struct Clock {
    lines: Vec<Line>,
}

impl Clock {
    fn time<T>(
        &mut self,
        phase: &'static str,
        work: impl FnOnce() -> anyhow::Result<(T, String)>,
    ) -> anyhow::Result<T> {
        let began = Instant::now();
        let (value, result) = work().with_context(|| format!("in the demo's part \"{phase}\""))?;
        self.lines.push(Line {
            phase,
            seconds: began.elapsed().as_secs_f64(),
            result,
        });
        Ok(value)
    }
}

/// Runs it; with `keep` the site stays up.
pub(crate) fn run(keep: bool) -> anyhow::Result<()> {
    prerequisites::check()?;
    let mut clock = Clock { lines: Vec::new() };
    let scenarios = command::workspace().join("crates/raylift-lab/scenarios");
    let binary = clock.time("build", || {
        command::run(&mut command::cargo(&["build", "--workspace"]))?;
        Ok((
            command::target().join("debug/raylift"),
            "raylift and its lab".to_owned(),
        ))
    })?;
    let lab = Lab::open(None)?;
    clock.time("fetch parts", || {
        lab.fetch()?;
        Ok(((), "real Liferay, Tomcat, OSGi and HSQLDB parts".to_owned()))
    })?;
    let (old, new) = clock.time("build releases", || {
        let old = lab.release(&Scenario::read(&scenarios.join("release-7.2.0.toml"))?)?;
        let new = lab.release(&Scenario::read(&scenarios.join("release-7.2.1.toml"))?)?;
        let names = format!("{}, {}", name(&old.zip), name(&new.zip));
        Ok(((old.zip, new.zip), names))
    })?;
    let scratch = lab.scratch()?;
    let mut site = clock.time("set up site", || {
        let scenario = Scenario::read(&scenarios.join("demo-site.toml"))?;
        let mut site = Site::create(&lab, &scenario, &scratch.path().join("site"))?;
        settings(&site)?;
        site.start(PATIENCE)?;
        let documents = site.documents()?.len();
        Ok((
            site,
            format!("7.2.0 GA1 on HSQLDB with {documents} documents"),
        ))
    })?;
    show(&mut clock, &binary, &mut site, &old, &new)?;
    next_line(&mut clock, &lab, &scenarios, &binary, scratch.path())?;
    let report = site.home().join(".raylift").join("runs");
    println!("\n{:<16} {:>8}  result", "phase", "seconds");
    for line in &clock.lines {
        println!("{:<16} {:>8.1}  {}", line.phase, line.seconds, line.result);
    }
    let kept = keep_reports(&report)?;
    println!("\nreport: {}", kept.display());
    if keep {
        site.leave_running();
        println!(
            "the site is up at {}, home {}",
            site.url(),
            site.home().display()
        );
        let _ = scratch.keep();
    } else {
        site.stop(PATIENCE)?;
        println!("nothing is left running");
    }
    Ok(())
}

/// A short burn-in look and a console port that nobody uses; everything else stays as it is.
fn settings(site: &Site) -> anyhow::Result<()> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port();
    let text =
        format!("[health]\nstable_seconds = 3\n\n[upgrade]\nconsole = \"127.0.0.1:{port}\"\n");
    std::fs::write(site.home().join("raylift.toml"), text)?;
    Ok(())
}

/// Runs one verb before the reader's eyes.
fn raylift(binary: &Path, home: &str, arguments: &[&str]) -> anyhow::Result<()> {
    println!("\n$ raylift --site {home} {}\n", arguments.join(" "));
    command::run(Command::new(binary).args(["--site", home]).args(arguments))
}

/// The verbs, in the order in which an administrator would use them.
fn show(
    clock: &mut Clock,
    binary: &Path,
    site: &mut Site,
    old: &Path,
    new: &Path,
) -> anyhow::Result<()> {
    let home = site.home().display().to_string();
    let verb = |arguments: &[&str]| raylift(binary, &home, arguments);
    let (old, new) = (old.display().to_string(), new.display().to_string());
    clock.time("inspect", || {
        Ok((verb(&["inspect"])?, "the site as it is".to_owned()))
    })?;
    clock.time("plan", || {
        Ok((
            verb(&["plan", &new, "--old-release", &old])?,
            "the whole decision, nothing touched".to_owned(),
        ))
    })?;
    clock.time("update", || {
        verb(&["update", &new, "--old-release", &old, "--yes"])?;
        Ok(((), state(site)?))
    })?;
    clock.time("status", || {
        Ok((verb(&["status"])?, "burning in".to_owned()))
    })?;
    site.write_document(
        "Written after the update",
        b"and set aside by the rollback\n",
    )?;
    clock.time("rollback", || {
        verb(&["rollback", "--discard-writes"])?;
        Ok(((), state(site)?))
    })?;
    clock.time("update again", || {
        verb(&["update", &new, "--old-release", &old, "--yes"])?;
        Ok(((), state(site)?))
    })?;
    clock.time("commit", || {
        Ok((
            verb(&["commit"])?,
            "the old release's files are gone".to_owned(),
        ))
    })?;
    clock.time("history", || {
        Ok((verb(&["history"])?, "every run of this site".to_owned()))
    })?;
    clock.time("report", || {
        Ok((verb(&["report"])?, "one HTML file".to_owned()))
    })?;
    Ok(())
}

/// What happens to the configuration from one line to the next, where keys get other names and Tomcat's files others: the
/// plan of a second site, which is not started.
fn next_line(
    clock: &mut Clock,
    lab: &Lab,
    scenarios: &Path,
    binary: &Path,
    scratch: &Path,
) -> anyhow::Result<()> {
    clock.time("plan 7.3 → 7.4", || {
        let [old, new] = ["release-7.3.6.toml", "release-7.4.3.41.toml"]
            .map(|name| lab.release(&Scenario::read(&scenarios.join(name))?));
        let (old, new) = (old?.zip, new?.zip);
        let scenario = Scenario::read(&scenarios.join("site-7.3.toml"))?;
        let site = Site::create(lab, &scenario, &scratch.join("site-7.3"))?;
        let home = site.home().display().to_string();
        let (old, new) = (old.display().to_string(), new.display().to_string());
        raylift(binary, &home, &["plan", &new, "--old-release", &old])?;
        Ok(((), "the differences in the site's configuration".to_owned()))
    })
}

/// What the site itself says: the core's row and the documents a reader finds.
fn state(site: &Site) -> anyhow::Result<String> {
    let rows = site.query(
        "select schemaVersion, buildNumber from Release_ where servletContextName = 'portal'",
    )?;
    let row: Vec<String> = rows
        .into_iter()
        .flatten()
        .map(Option::unwrap_or_default)
        .collect();
    Ok(format!(
        "core schema {}, {} documents readable",
        row.join(" build "),
        site.documents()?.len()
    ))
}

fn name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Copies the reports out of the demo's folder, which goes away.
fn keep_reports(runs: &Path) -> anyhow::Result<PathBuf> {
    let folder = command::target().join("demo");
    std::fs::create_dir_all(&folder)?;
    let mut newest = folder.clone();
    let mut names: Vec<_> = std::fs::read_dir(runs)?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    names.sort();
    for run in names {
        let report = run.join("report.html");
        if report.is_file() {
            newest = folder.join(format!("report-{}.html", name(&run)));
            std::fs::copy(&report, &newest)?;
        }
    }
    Ok(newest)
}
