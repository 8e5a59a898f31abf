//! The disk that a server's data lies on, where that is this machine's.

use std::path::Path;

use raylift_model::facts::{DatabaseKind, FileKind, ServerDisk};

use crate::machine::Machine;

const HOST_NAME: &str = "/proc/sys/kernel/hostname";
/// The longest name of a machine is 64 bytes (`gethostname(2)`).
const LONGEST_NAME: u64 = 256;

/// `place` is what the server says of its own: the address it was reached at (PostgreSQL), or the name of its machine
/// (MariaDB, MySQL). A server reached at the machine's own address is taken for one of this machine when its folder is
/// here, too: an inference, wrong for a tunnel to a machine that is laid out alike.
pub(super) fn find(
    machine: &dyn Machine,
    kind: DatabaseKind,
    folder: &str,
    place: &str,
) -> Option<ServerDisk> {
    let is_here = match kind {
        DatabaseKind::Postgresql => place
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        _ => {
            let name = machine
                .read(Path::new(HOST_NAME), LONGEST_NAME)
                .unwrap_or_default();
            !place.is_empty() && String::from_utf8_lossy(&name).trim() == place
        }
    };
    let path = Path::new(folder);
    let real = machine.canonical(path).unwrap_or_else(|_| path.to_owned());
    let is_folder = is_here
        && matches!(machine.stat(&real), Ok(Some(stat)) if stat.kind == FileKind::Directory);
    let free = is_folder
        .then(|| machine.free_space(&real).ok())
        .flatten()?;
    Some(ServerDisk {
        folder: folder.trim_end_matches('/').to_owned(),
        free,
    })
}
