//! The backup repository beside Debian's `restic`, on the same files in the same run, taking turns.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use raylift_lab::Weight;
use walkdir::WalkDir;

use super::Extent;
use super::memory::{GOAL as MEMORY_GOAL, highest, megabytes};
use super::stand::Stand;
use super::table::{Table, verdict};
use crate::command;

/// At most so many times restic's time.
const TIME_GOAL: f64 = 1.25;
/// At most so many times restic's size.
const SIZE_GOAL: f64 = 1.05;
/// First backups of each program, of which the faster counts.
const ROUNDS: usize = 2;

/// What one program did.
struct Taken {
    seconds: f64,
    size: u64,
    /// Kibibytes.
    memory: u64,
}

pub(super) fn measure(stand: &Stand, extent: Extent) -> anyhow::Result<String> {
    let scratch = stand.scratch()?;
    let site = stand.site(Weight::Light, &scratch.path().join("site"))?;
    let bench = Bench {
        stand,
        home: site.home().to_owned(),
        store: site.home().join("data/document_library"),
        work: scratch.path().join("work"),
    };
    fs::create_dir(&bench.work)?;
    fs::write(bench.work.join("password"), "benchmark\n")?;

    bench.empty()?;
    let count = if extent.heavy { 100_000 } else { 5_000 };
    let bytes = furnish(&bench.store, count)?;
    let mut table = Table::new(
        format!(
            "Backups of {count} documents, {} MB, beside restic",
            bytes / 1_000_000
        ),
        &HEAD,
    );
    let mut first: Option<(Taken, Taken)> = None;
    let mut again: Option<(Taken, Taken)> = None;
    for _ in 0..ROUNDS {
        bench.fresh()?;
        first = Some(better(first, (bench.raylift()?, bench.restic()?)));
        for _ in 0..ROUNDS {
            again = Some(better(again, (bench.raylift()?, bench.restic()?)));
        }
    }
    for (what, taken) in [("first", first), ("nothing changed", again)] {
        row(&mut table, what, taken.context("nothing was measured")?);
    }
    table.note("raylift also looks at the site and takes the site's own files, a few hundred kilobytes; restic takes the documents alone.");

    let mut releases = Table::new(
        "Backups of a release's files, then of the next release's",
        &HEAD,
    );
    let weight = extent.heaviest();
    bench.fresh()?;
    for (what, scenario) in [
        ("7.2.0, first", "release-7.2.0.toml"),
        ("7.2.1, over it", "release-7.2.1.toml"),
    ] {
        bench.empty()?;
        stand.unpacked(scenario, weight, &bench.store)?;
        row(&mut releases, what, (bench.raylift()?, bench.restic()?));
    }
    releases.note("Sizes are those of the whole repository.");
    Ok(format!("{table}\n{releases}"))
}

const HEAD: [&str; 9] = [
    "backup",
    "raylift s",
    "restic s",
    "ratio",
    "goal 1.25",
    "raylift MB stored",
    "restic MB stored",
    "goal 1.05",
    "highest MB, goal 200",
];

fn row(table: &mut Table, what: &str, (ours, restic): (Taken, Taken)) {
    let time = ours.seconds / restic.seconds;
    let size = ours.size as f64 / restic.size as f64;
    table.row([
        what.to_owned(),
        format!("{:.1}", ours.seconds),
        format!("{:.1}", restic.seconds),
        format!("{time:.2}"),
        verdict(time <= TIME_GOAL),
        format!("{:.1}", ours.size as f64 / 1e6),
        format!("{:.1}", restic.size as f64 / 1e6),
        format!("{size:.3} {}", verdict(size <= SIZE_GOAL)),
        format!(
            "{} (restic {}) {}",
            megabytes(ours.memory),
            megabytes(restic.memory),
            verdict(ours.memory < MEMORY_GOAL)
        ),
    ]);
}

fn better(known: Option<(Taken, Taken)>, new: (Taken, Taken)) -> (Taken, Taken) {
    let faster = |one: Taken, other: Taken| {
        let memory = one.memory.max(other.memory);
        let faster = if one.seconds <= other.seconds {
            one
        } else {
            other
        };
        Taken { memory, ..faster }
    };
    match known {
        None => new,
        Some(known) => (faster(known.0, new.0), faster(known.1, new.1)),
    }
}

struct Bench<'a> {
    stand: &'a Stand,
    home: PathBuf,
    store: PathBuf,
    work: PathBuf,
}

impl Bench<'_> {
    fn empty(&self) -> anyhow::Result<()> {
        if self.store.exists() {
            fs::remove_dir_all(&self.store)?;
        }
        Ok(fs::create_dir_all(&self.store)?)
    }

    /// New repositories.
    fn fresh(&self) -> anyhow::Result<()> {
        for name in ["raylift", "restic", "cache", "key"] {
            let path = self.work.join(name);
            if path.is_dir() {
                fs::remove_dir_all(&path)?;
            } else if path.exists() {
                fs::remove_file(&path)?;
            }
        }
        let settings = format!(
            "[backup]\nrepository = {:?}\nkey_file = {:?}\n",
            self.work.join("raylift"),
            self.work.join("key")
        );
        fs::write(self.home.join("raylift.toml"), settings)?;
        command::run(self.restic_verb(&["init"]).stdout(Stdio::null()))
    }

    fn raylift(&self) -> anyhow::Result<Taken> {
        self.taken(
            self.stand
                .verb(&self.home, &["backup", "--without-database"]),
            &self.work.join("raylift"),
        )
    }

    fn restic(&self) -> anyhow::Result<Taken> {
        let mut verb = self.restic_verb(&["backup", "--quiet"]);
        verb.arg(&self.store);
        self.taken(verb, &self.work.join("restic"))
    }

    fn restic_verb(&self, arguments: &[&str]) -> Command {
        let mut verb = Command::new("restic");
        verb.arg("--repo")
            .arg(self.work.join("restic"))
            .arg("--password-file")
            .arg(self.work.join("password"))
            .arg("--cache-dir")
            .arg(self.work.join("cache"))
            .args(arguments)
            .stdin(Stdio::null());
        verb
    }

    /// Everything is on the disk before the clock runs, and after it.
    fn taken(&self, verb: Command, repository: &Path) -> anyhow::Result<Taken> {
        command::run(&mut Command::new("sync"))?;
        let begun = Instant::now();
        let memory = highest(verb, &[0])?;
        let seconds = begun.elapsed().as_secs_f64();
        Ok(Taken {
            seconds,
            size: size(repository)?,
            memory,
        })
    }
}

fn size(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_file() {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}

/// Documents as a store has them: most are small, a few large; half is text, half is packed already. The same ones every
/// time. Answers their bytes.
fn furnish(store: &Path, count: usize) -> anyhow::Result<u64> {
    let mut chance = Chance(0x2026_1126);
    let mut total = 0;
    for number in 0..count {
        let size = match chance.next() % 1000 {
            0..700 => 500 + chance.next() % 8_000,
            700..900 => 8_000 + chance.next() % 32_000,
            900..990 => 40_000 + chance.next() % 100_000,
            990..998 => 200_000 + chance.next() % 600_000,
            _ => 1_000_000 + chance.next() % 3_000_000,
        };
        let size = usize::try_from(size)?;
        let content = if number % 2 == 0 {
            chance.words(size)
        } else {
            chance.noise(size)
        };
        let folder = store.join(format!("20101/{}/{number}", 20125 + number % 40));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("1.0"), &content)?;
        total += content.len() as u64;
    }
    Ok(total)
}

/// A xorshift generator: no secret, the same numbers every time.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn noise(&mut self, size: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(size + 8);
        while bytes.len() < size {
            bytes.extend(self.next().to_le_bytes());
        }
        bytes.truncate(size);
        bytes
    }

    fn words(&mut self, size: usize) -> Vec<u8> {
        const WORDS: [&str; 16] = [
            "the ",
            "portal ",
            "of ",
            "documents ",
            "house ",
            "rules ",
            "and ",
            "minutes ",
            "of the ",
            "meeting ",
            "in ",
            "November, ",
            "as ",
            "agreed ",
            "upon. ",
            "\n",
        ];
        let mut bytes = Vec::with_capacity(size + 16);
        while bytes.len() < size {
            let number = self.next();
            let word = WORDS
                .get((number % 16) as usize)
                .copied()
                .unwrap_or_default();
            bytes.extend(word.as_bytes());
            if number.is_multiple_of(11) {
                bytes.extend(number.to_string().as_bytes());
            }
        }
        bytes.truncate(size);
        bytes
    }
}
