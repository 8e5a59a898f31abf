//! Servers in containers, which see the home at another path.

use std::path::{Path, PathBuf};

use raylift_formats::proc::{self, MountPoint};
use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use super::options::system_property;
use super::processes::{Jvm, of};
use crate::machine::Machine;

/// The largest `mountinfo` that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// A blocker when a process with file systems of its own runs from this home, which it sees as a volume.
pub(crate) fn look(machine: &dyn Machine, jvm: &Jvm, home: &Path) -> Option<Finding> {
    let theirs = machine.link(&of(jvm.pid, "ns/mnt")).ok()?;
    if machine.link(Path::new("/proc/self/ns/mnt")).ok()? == theirs {
        return None;
    }
    let (device, on_device) =
        on_device(&mounts(machine, Path::new("/proc/self/mountinfo"))?, home)?;
    let seen_as = mounts(machine, &of(jvm.pid, "mountinfo"))?
        .iter()
        // The root of a whole file system is what services with a namespace of their own have, under our own paths.
        .filter(|point| point.mount.device == device && point.root != "/")
        .find_map(|point| {
            let below = on_device.strip_prefix(&point.root).ok()?;
            Some(Path::new(&point.mount.at).join(below))
        })?;
    let named = ["catalina.base", "catalina.home", "liferay.home"]
        .iter()
        .filter_map(|name| system_property(&jvm.options, name))
        .map(PathBuf::from)
        .chain(jvm.folder.clone())
        .find(|folder| folder.starts_with(&seen_as))?;
    Some(
        Finding::new(
            Severity::Blocker,
            codes::CONTAINER,
            format!("pid {}", jvm.pid),
            "the server runs in a container, whose files raylift must not change from outside",
            "build a new image for the new release",
        )
        .because(format!(
            "the container sees this home as {}",
            seen_as.display()
        ))
        .because(format!("the process runs from {}", named.display())),
    )
}

fn mounts(machine: &dyn Machine, file: &Path) -> Option<Vec<MountPoint>> {
    Some(proc::mounts(&machine.read(file, LARGEST).ok()?).value)
}

/// The device a path lies on, and its path on that device.
fn on_device(mounts: &[MountPoint], path: &Path) -> Option<(String, PathBuf)> {
    let point = mounts
        .iter()
        .filter(|point| path.starts_with(&point.mount.at))
        .max_by_key(|point| Path::new(&point.mount.at).components().count())?;
    let below = path.strip_prefix(&point.mount.at).ok()?;
    Some((
        point.mount.device.clone(),
        Path::new(&point.root).join(below),
    ))
}
