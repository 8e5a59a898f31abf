//! Dump, restore and reading of every row, beside the bare tools of the vendors on the same server, taking turns.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail};
use raylift_lab::{DatabaseFacts, Engine, Site};
use serde_json::Value;

use super::Extent;
use super::stand::{PATIENCE, Stand};
use super::table::{Table, verdict};

/// At most so many times the bare tool's time.
const GOAL: f64 = 1.05;

/// Where the bare tool's dump is brought back to.
const SCRATCH: &str = "bench_scratch";

pub(super) fn measure(stand: &Stand, extent: Extent) -> anyhow::Result<String> {
    let rows = if extent.heavy { 1_000_000 } else { 50_000 };
    let rounds = if extent.heavy { 3 } else { 1 };
    let mut table = Table::new(
        format!("Dump and restore of {rows} rows beside the bare tools, seconds"),
        &[
            "server",
            "raylift dumps",
            "bare dump",
            "ratio, goal 1.05",
            "raylift restores",
            "bare restore",
            "ratio, goal 1.05",
            "rows read per second",
        ],
    );
    for (name, engine) in [
        ("PostgreSQL", Engine::Postgresql),
        ("MariaDB", Engine::Mariadb),
    ] {
        let scratch = stand.scratch()?;
        let mut site = stand.site_on(engine, &scratch.path().join("site"))?;
        fill(&site, engine, rows)?;
        site.start(PATIENCE)?;
        let (mut ours, mut bare) = (Times::UNKNOWN, Times::UNKNOWN);
        let mut rate: f64 = 0.0;
        for _ in 0..rounds {
            let drill = stand.json(site.home(), &["drill"])?;
            ours = ours.better(Times {
                dump: seconds(&drill, "dump_milliseconds")?,
                restore: seconds(&drill, "restore_milliseconds")?,
            });
            let read = number(&drill, "rows")? / seconds(&drill, "row_milliseconds")?;
            rate = rate.max(read);
            bare = bare.better(bare_times(&site, engine, &scratch.path().join("dump"))?);
        }
        site.stop(PATIENCE)?;
        let ratio = |one: f64, other: f64| {
            let ratio = one / other;
            format!("{ratio:.2} {}", verdict(ratio <= GOAL))
        };
        table.row([
            name.to_owned(),
            format!("{:.2}", ours.dump),
            format!("{:.2}", bare.dump),
            ratio(ours.dump, bare.dump),
            format!("{:.2}", ours.restore),
            format!("{:.2}", bare.restore),
            ratio(ours.restore, bare.restore),
            format!("{rate:.0}"),
        ]);
    }
    table.note(format!(
        "Best of {rounds}. raylift's numbers are those of its drill: a dump holds its digest, too; both work with two jobs where the tool has them. Rows are read by the site's own driver, each with a digest over all columns; the start of the JVM is in it."
    ));
    Ok(table.to_string())
}

/// Seconds.
#[derive(Clone, Copy)]
struct Times {
    dump: f64,
    restore: f64,
}

impl Times {
    const UNKNOWN: Self = Self {
        dump: f64::INFINITY,
        restore: f64::INFINITY,
    };

    fn better(self, other: Self) -> Self {
        Self {
            dump: self.dump.min(other.dump),
            restore: self.restore.min(other.restore),
        }
    }
}

fn number(drill: &Value, name: &str) -> anyhow::Result<f64> {
    let number = drill.get(name).and_then(Value::as_f64);
    number.with_context(|| format!("the drill does not say {name}: {drill}"))
}

fn seconds(drill: &Value, name: &str) -> anyhow::Result<f64> {
    Ok(number(drill, name)? / 1000.0)
}

/// A table with the columns of one of Liferay's.
fn fill(site: &Site, engine: Engine, rows: u32) -> anyhow::Result<()> {
    let table = "create table BenchEntry (entryId bigint primary key, companyId bigint, userName varchar(75), modifiedDate timestamp null, title varchar(255), description varchar(1000), size_ bigint)";
    let (digest, series) = match engine {
        Engine::Postgresql => ("md5(n::text)", format!("generate_series(1, {rows}) n")),
        _ => ("md5(seq)", format!("seq_1_to_{rows}")),
    };
    let n = if engine == Engine::Postgresql {
        "n"
    } else {
        "seq"
    };
    let insert = format!(
        "insert into BenchEntry select {n}, 20101, concat('User ', {n} % 97), '2026-11-01 12:00:00', concat('Minutes ', {digest}), concat({digest}, ' ', {digest}, ' agreed upon by all who were there'), {n} * 37 from {series}"
    );
    let index = "create index IX_BENCH on BenchEntry (companyId, title)";
    Ok(site.execute(&[table, &insert, index])?)
}

fn bare_times(site: &Site, engine: Engine, dump: &Path) -> anyhow::Result<Times> {
    let server = site.engine().context("the site has no server")?;
    let facts = server.facts();
    remove(dump)?;
    let begun = Instant::now();
    match engine {
        Engine::Postgresql => timed(
            postgresql(facts, "pg_dump")?
                .args(["-Fd", "-j2", "--compress=1", "-f"])
                .arg(dump)
                .arg(&facts.database),
        )?,
        _ => timed(
            mariadb(facts, "mariadb-dump")
                .args([
                    "--single-transaction",
                    "--quick",
                    "--routines",
                    "--triggers",
                    "--events",
                    "--hex-blob",
                ])
                .arg(&facts.database)
                .stdout(fs::File::create(dump)?),
        )?,
    }
    // pg_dump itself syncs what it wrote, and so does raylift; a dump that is not on the disk is none.
    if engine == Engine::Mariadb {
        fs::File::open(dump)?.sync_all()?;
    }
    let dumped = begun.elapsed().as_secs_f64();
    server.admin(&format!("create database {SCRATCH}"))?;
    let begun = Instant::now();
    match engine {
        Engine::Postgresql => timed(
            postgresql(facts, "pg_restore")?
                .args(["-j2", "-d", SCRATCH])
                .arg(dump),
        )?,
        _ => timed(
            mariadb(facts, "mariadb")
                .arg(SCRATCH)
                .stdin(fs::File::open(dump)?),
        )?,
    }
    let restored = begun.elapsed().as_secs_f64();
    server.admin(&format!("drop database {SCRATCH}"))?;
    remove(dump)?;
    Ok(Times {
        dump: dumped,
        restore: restored,
    })
}

fn remove(dump: &Path) -> anyhow::Result<()> {
    if dump.is_dir() {
        fs::remove_dir_all(dump)?;
    } else if dump.exists() {
        fs::remove_file(dump)?;
    }
    Ok(())
}

fn timed(tool: &mut Command) -> anyhow::Result<()> {
    let status = tool.stderr(Stdio::inherit()).status()?;
    if !status.success() {
        bail!("{tool:?} ended with {status}");
    }
    Ok(())
}

/// Debian's names in `/usr/bin` are scripts that look for the newest server first.
fn postgresql(facts: &DatabaseFacts, tool: &str) -> anyhow::Result<Command> {
    let versions = fs::read_dir("/usr/lib/postgresql")?;
    let mut folders: Vec<PathBuf> = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join(tool).exists())
        .collect();
    folders.sort();
    let folder = folders.pop().context("there is no PostgreSQL")?;
    let mut command = Command::new(folder.join(tool));
    command
        .args([
            "-h",
            "127.0.0.1",
            "-p",
            &facts.port.to_string(),
            "-U",
            &facts.admin,
        ])
        .env("PGPASSWORD", &facts.admin_password)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    Ok(command)
}

fn mariadb(facts: &DatabaseFacts, tool: &str) -> Command {
    let mut command = Command::new(tool);
    command
        .arg("--no-defaults")
        .args(["--protocol=tcp", "--host=127.0.0.1"])
        .arg(format!("--port={}", facts.port))
        .arg(format!("--user={}", facts.admin))
        .env("MYSQL_PWD", &facts.admin_password)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}
