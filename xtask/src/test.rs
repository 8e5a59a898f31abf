//! Every test: pure, simulated, real parts.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Instant;

use anyhow::{Context as _, bail};
use raylift_lab::Lab;

use crate::{command, prerequisites, tidy};

/// The package whose tests start whole sites and update them.
const REAL_RING: &str = "raylift";

/// Runs all rings. The real ring takes as long as all others, which often wait for one server at a time, and runs beside them.
pub(crate) fn run(filter: Option<&str>) -> anyhow::Result<()> {
    prerequisites::check()?;
    tidy::run()?;
    let began = Instant::now();
    let lab = Lab::open(None)?;
    println!(
        "parts: one Maven call and one wheel, checked by SHA-256 (the first run downloads about 330 MB)"
    );
    lab.fetch()?;
    let index = lab.parts_index()?;
    println!("parts are there, {} s", began.elapsed().as_secs());
    command::run(&mut command::cargo(&[
        "test",
        "--workspace",
        "--no-run",
        "--quiet",
    ]))?;
    println!("everything is built, {} s", began.elapsed().as_secs());

    let log = command::target().join("other-tests.log");
    let mut others = beside(
        &mut tests(&["--workspace", "--exclude", REAL_RING], filter, &index),
        &log,
    )?;
    let real = command::run(&mut tests(&["--package", REAL_RING], filter, &index));
    let status = others.wait()?;
    println!("the other tests:\n{}", std::fs::read_to_string(&log)?);
    real?;
    if !status.success() {
        bail!("the other tests ended with {status}");
    }
    let which = filter.map_or_else(String::new, |filter| {
        format!("; only tests named like {filter:?}")
    });
    let seconds = began.elapsed().as_secs();
    println!("all rings passed (pure, simulated, real parts), nothing skipped, {seconds} s{which}");
    Ok(())
}

fn tests(packages: &[&str], filter: Option<&str>, index: &Path) -> Command {
    let mut command = command::cargo(&["test", "--no-fail-fast", "--quiet"]);
    command
        .args(packages)
        .args(filter)
        .env("RAYLIFT_PARTS_INDEX", index);
    command
}

/// Starts a command whose output goes into a file.
fn beside(command: &mut Command, log: &Path) -> anyhow::Result<Child> {
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let child = command.stdout(file.try_clone()?).stderr(file).spawn();
    child.with_context(|| format!("cannot run {:?}", command.get_program()))
}
