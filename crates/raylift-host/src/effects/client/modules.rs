//! Leads the client through the modules, one `upgrade:execute` after another.
//!
//! The executor has no lock: two executions of one module at the same time run its step twice (observed on the 7.0 line,
//! real modules, fact 0.5). So a module is only executed when nothing else is being executed, and a module that failed
//! is not tried again.

use std::thread::sleep;
use std::time::{Duration, Instant};

use raylift_model::plan::ModuleTarget;
use raylift_run::host::{HostError, Progress};

use super::watch::Watch;
use super::{TICK, UpgradeClient, reached};
use crate::effects::gogo::Gogo;

const CONNECT: Duration = Duration::from_secs(10);
/// From one module's registration to the next one's: bundles start one after the other.
const REGISTERED: Duration = Duration::from_secs(30);

/// What Gogo says when it has run nothing at all (upgrade internals, 6.3).
const NOT_YET: [&str; 2] = [
    "No upgrade processes registered for",
    "Command not found: upgrade:",
];

/// Upgrades every module that is not yet where it should be.
///
/// # Errors
/// When rows or processes cannot be read. A module that fails is a note; the rows tell what is missing.
pub(super) fn upgrade(
    client: UpgradeClient<'_>,
    watch: &mut Watch<'_>,
    progress: Progress<'_>,
    notes: &mut Vec<String>,
) -> Result<(), HostError> {
    while watch.is_executing() {
        if !watch.moves(progress) {
            notes.push(client.stalled());
            return Ok(());
        }
        sleep(TICK);
    }
    let rows = (client.rows)()?;
    let pending: Vec<&ModuleTarget> = in_order(&client.upgrade.modules)
        .into_iter()
        .filter(|target| {
            !rows
                .iter()
                .any(|row| row.name == target.module && reached(&row.schema_version, &target.to))
        })
        .collect();
    let core_is_behind = !rows
        .iter()
        .any(|row| row.is_core() && reached(&row.schema_version, &client.upgrade.core));
    if core_is_behind {
        notes.push("no module was upgraded, because the core is behind".to_owned());
        return Ok(());
    }
    if pending.is_empty() {
        return Ok(());
    }
    let Some(mut gogo) = connect(client, watch, progress)? else {
        notes.push("the client's Gogo console did not answer".to_owned());
        return Ok(());
    };
    let mut waiting = pending;
    let mut moved = Instant::now();
    while !waiting.is_empty() {
        let mut later = Vec::new();
        for target in waiting {
            progress(format!("upgrading {} to {}", target.module, target.to));
            let command = format!("upgrade:execute {}", target.module);
            match gogo.run(&command, &mut |_| watch.moves(progress)) {
                Ok(answer) if NOT_YET.iter().any(|text| answer.contains(text)) => {
                    later.push(target);
                }
                Ok(_) => {
                    moved = Instant::now();
                    notes.push(format!("{command} ({} to {})", target.from, target.to));
                }
                Err(error) => {
                    // It may still run, so that nothing else may be executed.
                    notes.push(format!("{command}: {error}"));
                    return Ok(());
                }
            }
        }
        if !later.is_empty() {
            if moved.elapsed() > REGISTERED {
                let note = |target: &&ModuleTarget| format!("{} is not registered", target.module);
                notes.extend(later.iter().map(note));
                break;
            }
            progress(format!(
                "waiting until {} modules are registered",
                later.len()
            ));
            sleep(Duration::from_millis(500));
        }
        waiting = later;
    }
    gogo.leave();
    Ok(())
}

/// `None` when the client ended or nothing moved any more before its console answered.
fn connect(
    client: UpgradeClient<'_>,
    watch: &mut Watch<'_>,
    progress: Progress<'_>,
) -> Result<Option<Gogo>, HostError> {
    loop {
        match Gogo::connect(&client.upgrade.console, CONNECT) {
            Ok(gogo) => return Ok(Some(gogo)),
            Err(_) if client.members()?.is_empty() || !watch.moves(progress) => return Ok(None),
            Err(_) => sleep(TICK),
        }
    }
}

/// New modules first, each group in the plan's order.
fn in_order(targets: &[ModuleTarget]) -> Vec<&ModuleTarget> {
    let (new, old): (Vec<_>, Vec<_>) = targets.iter().partition(|target| target.from.is_zero());
    new.into_iter().chain(old).collect()
}

#[cfg(test)]
mod tests {
    use raylift_model::names::BundleSymbolicName;
    use raylift_model::version::SchemaVersion;

    use super::*;

    #[test]
    fn new_modules_come_first_and_the_plans_order_stays() {
        let target = |name: &str, from: &str| ModuleTarget {
            module: BundleSymbolicName::new(name),
            from: SchemaVersion::new(from),
            to: SchemaVersion::new("2.0.0"),
        };
        let targets = [
            target("a", "1.0.0"),
            target("b", "0.0.0"),
            target("c", "1.1.0"),
            target("d", ""),
        ];
        let names: Vec<&str> = in_order(&targets)
            .iter()
            .map(|target| target.module.as_str())
            .collect();
        assert_eq!(names, ["b", "d", "a", "c"]);
    }
}
