//! How long `inspect` and `plan` read, beside `sha512sum` over the same files in the same run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use raylift_lab::Weight;
use serde_json::Value;
use walkdir::WalkDir;

use super::cost::{Cost, done};
use super::stand::Stand;
use super::table::{Table, verdict};
use super::{Extent, shown};
use crate::command;

/// At most this part of the time of `sha512sum`.
const GOAL: f64 = 0.5;
/// Paths for one `sha512sum`, well below what one command line may hold.
const AT_ONCE: usize = 4_000;

pub(super) fn measure(stand: &Stand, extent: Extent) -> anyhow::Result<String> {
    let mut text = one(stand, extent, Weight::Light)?.to_string();
    if extent.heavy {
        let heavy = one(stand, extent, Weight::Real)?;
        text = format!("{text}\n{heavy}");
    }
    Ok(text)
}

fn one(stand: &Stand, extent: Extent, weight: Weight) -> anyhow::Result<Table> {
    let name = shown(weight);
    let scratch = stand.scratch()?;
    let site = stand.site(weight, &scratch.path().join("site"))?;
    let release = stand.unpacked(
        "release-7.2.1.toml",
        weight,
        &scratch.path().join("release"),
    )?;
    let of_site = digested(stand, site.home())?;
    let of_release = files(&release)?;
    let place = release.to_string_lossy().into_owned();
    let plan = ["plan", "--no-cache", place.as_str()];
    let works: [&dyn Fn() -> anyhow::Result<()>; 5] = [
        &|| done(stand.verb(site.home(), &["inspect"])),
        &|| done(stand.verb(site.home(), &plan)),
        &|| sum(&of_site),
        &|| sum(&of_release),
        &|| done(stand.verb(&release, &["inspect"])),
    ];
    let best = best(&works, extent.rounds)?;
    Ok(table(name, extent.rounds, best, &of_site, &of_release))
}

fn table(
    name: &str,
    rounds: usize,
    best: [Cost; 5],
    of_site: &[PathBuf],
    of_release: &[PathBuf],
) -> Table {
    let [inspect, plan, site, release, unpacked] = best;
    let (alone, both) = (plan.minus(inspect), site.plus(release));
    let mut table = Table::new(
        format!("Reading, {name}"),
        &[
            "raylift",
            "seconds",
            "of processors",
            "sha512sum over",
            "seconds",
            "of processors",
            "ratio",
            "goal 0.50",
        ],
    );
    let mut row = |what: &str, cost: Cost, over: &str, beside: Cost, judged: bool| {
        let ratio = cost.clock / beside.clock;
        table.row([
            what.to_owned(),
            format!("{:.3}", cost.clock),
            format!("{:.3}", cost.processors),
            over.to_owned(),
            format!("{:.3}", beside.clock),
            format!("{:.3}", beside.processors),
            format!("{ratio:.2}"),
            if judged {
                verdict(ratio <= GOAL)
            } else {
                String::new()
            },
        ]);
    };
    row("inspect SITE", inspect, "site", site, false);
    row(
        "inspect the unpacked RELEASE",
        unpacked,
        "release",
        release,
        true,
    );
    row("plan RELEASE", plan, "site and release", both, false);
    row("plan less inspect SITE", alone, "release", release, false);
    row(
        "inspect RELEASE + plan less inspect SITE",
        unpacked.plus(alone),
        "release",
        release,
        true,
    );
    row(
        "inspect SITE + plan, each file once",
        inspect.plus(plan),
        "site and release",
        both,
        true,
    );
    row(
        "inspect SITE + plan, as often as read",
        inspect.plus(plan),
        "site twice, release",
        both.plus(site),
        true,
    );
    table.note(format!(
        "Site: {} files, {}. Release: {} files, {}. Best of {rounds}, warm.",
        of_site.len(),
        megabytes(of_site),
        of_release.len(),
        megabytes(of_release)
    ));
    table
}

/// The best of each work. The works take turns, so that what disturbs the machine disturbs all of them.
fn best(works: &[&dyn Fn() -> anyhow::Result<()>; 5], rounds: usize) -> anyhow::Result<[Cost; 5]> {
    let mut best = [Cost::UNKNOWN; 5];
    for round in 0..=rounds {
        for (work, best) in works.iter().zip(&mut best) {
            let cost = Cost::of(work)?;
            // The first round only fills the system's cache of files.
            if round > 0 {
                *best = best.combine(cost, f64::min);
            }
        }
    }
    Ok(best)
}

/// The files of a site that `inspect` reads from the first to the last byte: those it gives a digest.
fn digested(stand: &Stand, home: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let facts = stand.json(home, &["inspect"])?;
    let files = facts.pointer("/files").and_then(Value::as_array);
    let files = files.context("inspect names no files")?;
    let digested = |file: &&Value| file.get("digest").is_some_and(Value::is_string);
    let paths = files
        .iter()
        .filter(digested)
        .filter_map(|file| file.get("path")?.as_str());
    Ok(paths.map(|path| home.join(path)).collect())
}

/// All files of a release: `plan` gives every one of them a digest.
fn files(release: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(release) {
        let entry = entry?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn sum(files: &[PathBuf]) -> anyhow::Result<()> {
    for some in files.chunks(AT_ONCE) {
        command::run(
            Command::new("sha512sum")
                .arg("--")
                .args(some)
                .stdout(Stdio::null()),
        )?;
    }
    Ok(())
}

fn megabytes(files: &[PathBuf]) -> String {
    let bytes: u64 = files
        .iter()
        .filter_map(|file| file.metadata().ok())
        .map(|file| file.len())
        .sum();
    format!("{:.1} MB", bytes as f64 / 1e6)
}
