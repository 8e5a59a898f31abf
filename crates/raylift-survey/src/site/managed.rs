//! Who starts and stops the server.

use std::path::Path;

use raylift_formats::proc::managed_by;
use raylift_model::facts::ManagedBy;

use super::processes::of;
use crate::machine::Machine;

/// The largest cgroup file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Who manages a process.
///
/// What raylift itself lives in says nothing: a server in the same service (a shell of `ssh.service`) or in the same
/// container was started by hand as far as raylift is concerned. A unit may have its own mount namespace
/// (`PrivateTmp=yes`), so the unit is asked before the namespaces.
pub(crate) fn look(machine: &dyn Machine, pid: u32) -> ManagedBy {
    let theirs = text(machine, &of(pid, "cgroup"));
    let ours = text(machine, Path::new("/proc/self/cgroup"));
    let by_cgroup = match &theirs {
        Some(cgroup) if theirs != ours => managed_by(cgroup),
        _ => ManagedBy::Nobody,
    };
    let elsewhere = |namespace: &str| {
        let theirs = machine.link(&of(pid, &format!("ns/{namespace}"))).ok()?;
        let ours = machine
            .link(Path::new(&format!("/proc/self/ns/{namespace}")))
            .ok()?;
        (theirs != ours).then(|| theirs.display().to_string())
    };
    match by_cgroup {
        ManagedBy::Container { .. } => by_cgroup,
        ManagedBy::Systemd { .. } if elsewhere("pid").is_none() => by_cgroup,
        ManagedBy::Systemd { .. } | ManagedBy::Nobody => elsewhere("pid")
            .or_else(|| elsewhere("mnt"))
            .map_or(by_cgroup, |namespace| ManagedBy::Container {
                cgroup: namespace,
            }),
    }
}

fn text(machine: &dyn Machine, path: &Path) -> Option<String> {
    machine
        .read(path, LARGEST)
        .ok()
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}
