//! What must be there before anything is built. A missing one is named with the command that installs it.

use std::process::Command;

use anyhow::bail;

/// One line for everything; the same as in README.md.
pub(crate) const INSTALL: &str = "apt-get install -y --no-install-recommends openjdk-17-jdk-headless maven python3 python3-pip gcc libc6-dev postgresql mariadb-server restic";

/// Checks all of them and names every missing one.
pub(crate) fn check() -> anyhow::Result<()> {
    let mut missing = Vec::new();
    match java_major() {
        Some(major) if major >= 17 => {}
        Some(major) => missing.push(format!(
            "a JDK 17 or newer (javac on the path is {major}): openjdk-17-jdk-headless"
        )),
        None => missing.push("a JDK 17 or newer: openjdk-17-jdk-headless".to_owned()),
    }
    for (program, arguments, package) in [
        ("mvn", vec!["--version"], "maven"),
        ("python3", vec!["--version"], "python3"),
        ("python3", vec!["-m", "pip", "--version"], "python3-pip"),
        ("cc", vec!["--version"], "gcc libc6-dev"),
        ("restic", vec!["version"], "restic"),
    ] {
        if !answers(program, &arguments) {
            missing.push(format!("{program} {}: {package}", arguments.join(" ")));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    bail!(
        "missing on this machine:\n  {}\ninstall with:\n  {INSTALL}",
        missing.join("\n  ")
    );
}

fn answers(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The major version of `javac`, which says `javac 17.0.15`.
fn java_major() -> Option<u32> {
    let output = Command::new("javac").arg("-version").output().ok()?;
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    text.split_whitespace()
        .nth(1)?
        .split(['.', '-', '+'])
        .next()?
        .parse()
        .ok()
}
