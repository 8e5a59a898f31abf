//! How much memory each verb takes at most.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::stand::{PATIENCE, Stand};
use super::table::{Table, verdict};
use super::{Extent, shown};

/// Less than this, in kibibytes as `/proc` counts.
pub(super) const GOAL: u64 = 200_000_000 / 1024;
/// Between two looks. The kernel keeps the highest value itself, so that only growth in the last moments before the
/// end could be missed.
const LOOK: Duration = Duration::from_millis(2);

pub(super) fn measure(stand: &Stand, extent: Extent) -> anyhow::Result<String> {
    let weight = extent.heaviest();
    let name = shown(weight);
    let scratch = stand.scratch()?;
    let mut site = stand.site(weight, &scratch.path().join("site"))?;
    let release = stand.release("release-7.2.1.toml", weight)?;
    let folder = stand.unpacked(
        "release-7.2.1.toml",
        weight,
        &scratch.path().join("release"),
    )?;
    let (zip, tar, folder) = (text(&release.zip), text(&release.tar_gz), text(&folder));
    site.start(PATIENCE)?;
    let mut table = Table::new(
        format!("Memory of the raylift process, 7.2.0 to 7.2.1, {name}"),
        &["verb", "highest MB", "goal 200 MB"],
    );
    for (shown, arguments) in [
        ("inspect", vec!["inspect"]),
        ("inspect --json", vec!["inspect", "--json"]),
        (
            "plan of a folder",
            vec!["plan", "--no-cache", folder.as_str()],
        ),
        ("plan of a .zip", vec!["plan", "--no-cache", zip.as_str()]),
        (
            "plan of a .tar.gz",
            vec!["plan", "--no-cache", tar.as_str()],
        ),
        (
            "update from a .zip",
            vec!["update", "--no-cache", zip.as_str(), "--yes"],
        ),
        ("status", vec!["status"]),
        ("resume (nothing to do)", vec!["resume"]),
        ("rollback", vec!["rollback", "--discard-writes"]),
        (
            "update from a .tar.gz",
            vec!["update", "--no-cache", tar.as_str(), "--yes"],
        ),
        ("report", vec!["report"]),
        ("commit", vec!["commit"]),
        ("history", vec!["history"]),
    ] {
        let highest = highest(stand.verb(site.home(), &arguments), &[0])
            .with_context(|| format!("in {shown}"))?;
        table.row([
            shown.to_owned(),
            megabytes(highest),
            verdict(highest < GOAL),
        ]);
    }
    table.note("The database helper, a JVM of its own, is not in these numbers.");
    site.stop(PATIENCE)?;
    Ok(table.to_string())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Kibibytes as megabytes.
pub(super) fn megabytes(kibibytes: u64) -> String {
    format!("{:.0}", kibibytes as f64 * 1024.0 / 1e6)
}

/// `VmHWM` of the process (`proc_pid_status(5)`), in kibibytes. It must end with one of the codes.
pub(super) fn highest(mut verb: Command, codes: &[i32]) -> anyhow::Result<u64> {
    let mut child = verb.spawn()?;
    let place = format!("/proc/{}/status", child.id());
    let mut highest = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        let text = fs::read_to_string(&place).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        highest = number.map_or(highest, |number| highest.max(number));
        std::thread::sleep(LOOK);
    };
    if !status.code().is_some_and(|code| codes.contains(&code)) {
        bail!("{verb:?} ended with {status}");
    }
    Ok(highest)
}
