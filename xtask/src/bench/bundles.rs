//! How long a plan reads a release, and how much memory it takes, with all its bundles and with ten times as many.

use std::fs::File;
use std::path::Path;

use anyhow::Context as _;
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use raylift_lab::{Multiplied, Weight};

use super::cost::{Cost, done};
use super::memory;
use super::stand::Stand;
use super::table::{Table, verdict};
use super::{Extent, shown};

const RELEASE: &str = "release-7.2.1.toml";
const TIMES: usize = 10;
/// Ten times the bundles at most in so many times the time.
const TIME: f64 = 10.5;
/// The same for each byte, since files that are no bundles are there once.
const TIME_PER_BYTE: f64 = 1.05;
/// And in so many times the memory.
const MEMORY: f64 = 2.0;
/// A plan from remembered facts at most in this part of the time.
const REMEMBERED: f64 = 0.1;

pub(super) fn measure(stand: &Stand, extent: Extent) -> anyhow::Result<String> {
    let weight = extent.heaviest();
    let name = shown(weight);
    let scratch = stand.scratch()?;
    // A home without a database, so that no JVM is part of what is measured.
    let home = stand.unpacked(
        "release-7.2.0.toml",
        Weight::Light,
        &scratch.path().join("home"),
    )?;
    let one = |times: usize| {
        let folder = scratch.path().join(format!("times-{times}"));
        let release = stand.multiplied(RELEASE, weight, times, &folder)?;
        Measured::take(stand, extent.rounds, &home, &release)
    };
    let (whole, tenfold) = (one(1)?, one(TIMES)?);
    Ok(tables(name, extent.rounds, &whole, &tenfold))
}

/// Plans to one release.
struct Measured {
    bundles: usize,
    bytes: u64,
    /// A look at the home alone.
    site: Cost,
    cold: Cost,
    warm: Cost,
    remembered: Cost,
    /// Kibibytes at most, while reading.
    memory: u64,
    /// Kibibytes at most, from remembered facts.
    memory_remembered: u64,
}

impl Measured {
    fn take(
        stand: &Stand,
        rounds: usize,
        home: &Path,
        release: &Multiplied,
    ) -> anyhow::Result<Self> {
        let archive = &release.zip;
        let place = archive.to_str().context("the path is not UTF-8")?;
        let (reading, remembering) = (["plan", "--no-cache", place], ["plan", place]);
        let plan = |arguments: &[&str]| done(stand.verb(home, arguments));
        // Writing to the disk would be part of the first rounds.
        File::open(archive)?.sync_all()?;
        let (nothing, drop) = (|| Ok(()), || drop_pages(archive));
        let [site, cold, warm, remembered] = best(
            rounds,
            [
                (&nothing, &|| done(stand.verb(home, &["inspect"]))),
                (&drop, &|| plan(&reading)),
                (&nothing, &|| plan(&reading)),
                (&nothing, &|| plan(&remembering)),
            ],
        )?;
        Ok(Self {
            bundles: release.bundles,
            bytes: archive.metadata()?.len(),
            site,
            cold,
            warm,
            remembered,
            memory: memory::highest(stand.verb(home, &reading), &[0, 3])?,
            memory_remembered: memory::highest(stand.verb(home, &remembering), &[0, 3])?,
        })
    }
}

type Work<'a> = &'a dyn Fn() -> anyhow::Result<()>;

/// The best of each work, each with what is done before it and not measured. The works take turns, so that what
/// disturbs the machine disturbs all of them. The first round does not count: it fills the caches.
fn best<const WORKS: usize>(
    rounds: usize,
    works: [(Work<'_>, Work<'_>); WORKS],
) -> anyhow::Result<[Cost; WORKS]> {
    let mut best = [Cost::UNKNOWN; WORKS];
    for round in 0..=rounds {
        for ((before, work), best) in works.iter().zip(&mut best) {
            before()?;
            let cost = Cost::of(work)?;
            if round > 0 {
                *best = best.combine(cost, f64::min);
            }
        }
    }
    Ok(best)
}

impl Measured {
    /// What a plan takes beside the look at the home, in seconds.
    fn part(&self, cost: Cost) -> f64 {
        cost.clock - self.site.clock
    }
}

/// Takes a file out of the system's cache (`posix_fadvise(2)`, `POSIX_FADV_DONTNEED`), which the file's reader may do.
/// What it cannot drop: pages that are not on the disk yet, the names of folders, and caches below the system's own.
fn drop_pages(file: &Path) -> anyhow::Result<()> {
    let file = File::open(file)?;
    posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)?;
    Ok(())
}

fn tables(name: &str, rounds: usize, whole: &Measured, tenfold: &Measured) -> String {
    let mut plans = Table::new(
        format!("Plans to a whole release, {name}"),
        &[
            "bundles",
            "release's file",
            "seconds",
            "of processors",
            "from the disk MB",
            "less the site's part",
            "highest MB",
            "goal 200 MB",
        ],
    );
    for measured in [whole, tenfold] {
        for (how, cost, memory) in [
            ("read, cold", measured.cold, None),
            ("read, warm", measured.warm, Some(measured.memory)),
            (
                "remembered",
                measured.remembered,
                Some(measured.memory_remembered),
            ),
        ] {
            plans.row([
                measured.bundles.to_string(),
                how.to_owned(),
                format!("{:.3}", cost.clock),
                format!("{:.3}", cost.processors),
                format!("{:.1}", cost.disk / 1e6),
                format!("{:.3}", measured.part(cost)),
                memory.map_or_else(String::new, memory::megabytes),
                memory.map_or_else(String::new, |memory| verdict(memory < memory::GOAL)),
            ]);
        }
    }
    plans.note(format!(
        "Archives (.zip with .sha512 and .MD5): {:.1} MB and {:.1} MB. The site's part is inspect of the same home: {:.3} and \
         {:.3} s. Best of {rounds}, taking turns.",
        whole.bytes as f64 / 1e6,
        tenfold.bytes as f64 / 1e6,
        whole.site.clock,
        tenfold.site.clock
    ));
    format!("{plans}\n{}", ratios(whole, tenfold))
}

fn ratios(whole: &Measured, tenfold: &Measured) -> Table {
    let mut table = Table::new(
        "How it grows, and what remembering saves",
        &["of two plans", "ratio", "goal"],
    );
    let mut row = |what: String, ratio: f64, goal: f64| {
        table.row([
            what,
            format!("{ratio:.2}"),
            format!("{goal} {}", verdict(ratio <= goal)),
        ]);
    };
    let bytes = tenfold.bytes as f64 / whole.bytes.max(1) as f64;
    let times = tenfold.bundles as f64 / whole.bundles.max(1) as f64;
    for (how, small, large) in [
        ("cold", whole.cold, tenfold.cold),
        ("warm", whole.warm, tenfold.warm),
    ] {
        let time = tenfold.part(large) / whole.part(small);
        row(
            format!("time for {times:.0} times the bundles, {how}"),
            time,
            TIME,
        );
        // Where most bytes are in no bundle, time per byte says nothing about bundles.
        if bytes > times / 3.0 {
            row(
                format!("time per byte, as the archive is {bytes:.1} times as large, {how}"),
                time / bytes,
                TIME_PER_BYTE,
            );
        }
    }
    row(
        format!("memory for {times:.0} times the bundles"),
        tenfold.memory as f64 / whole.memory.max(1) as f64,
        MEMORY,
    );
    for measured in [whole, tenfold] {
        row(
            format!("remembered to warm, {} bundles", measured.bundles),
            measured.part(measured.remembered) / measured.part(measured.warm),
            REMEMBERED,
        );
    }
    table.note("Of times less the site's part.");
    table
}
