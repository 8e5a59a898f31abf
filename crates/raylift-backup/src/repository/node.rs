//! Files of this machine as restic's nodes and back.
//!
//! A node's mode has the bits of Go's `os.FileMode` (<https://pkg.go.dev/io/fs#FileMode>), not those of `stat(2)`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustic_core::jiff::Timestamp;
use rustic_core::repofile::{Metadata, Node, NodeType};
use serde_json::json;

use crate::attributes::Attributes;
use crate::error::BackupError;

const GO_DIRECTORY: u32 = 1 << 31;
const GO_SYMLINK: u32 = 1 << 27;

/// The bits of `stat(2)` and Go's for the same: set-user-id, set-group-id, sticky.
const SPECIAL: [(u32, u32); 3] = [(0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20)];

/// The node of a regular file, a folder or a link, without its content; `None` for anything else.
///
/// # Errors
/// When the file cannot be read, or has an attribute that a node cannot hold.
pub(super) fn of_file(
    name: &OsStr,
    path: &Path,
    stat: &fs::Metadata,
) -> Result<Option<Node>, BackupError> {
    let kind = stat.file_type();
    let (node_type, type_bits) = if kind.is_dir() {
        (NodeType::Dir, GO_DIRECTORY)
    } else if kind.is_file() {
        (NodeType::File, 0)
    } else if kind.is_symlink() {
        let target = fs::read_link(path).map_err(BackupError::read(path))?;
        (NodeType::from_link(&target), GO_SYMLINK)
    } else {
        return Ok(None);
    };
    let attributes = Attributes::read(path)?;
    let mut extended = Vec::new();
    for (name, value) in attributes.extended {
        let Ok(name) = name.into_string() else {
            return Err(unkept(path));
        };
        extended.push(json!({ "name": name, "value": STANDARD.encode(value) }));
    }
    let meta = Metadata {
        mode: Some(go_mode(stat.mode()) | type_bits),
        mtime: time(stat.mtime(), stat.mtime_nsec()),
        atime: None,
        ctime: time(stat.ctime(), stat.ctime_nsec()),
        uid: Some(stat.uid()),
        gid: Some(stat.gid()),
        user: None,
        group: None,
        inode: stat.ino(),
        device_id: stat.dev(),
        size: if kind.is_file() { stat.len() } else { 0 },
        links: stat.nlink(),
        // The engine exports the list but not the type of its items.
        extended_attributes: serde_json::from_value(extended.into()).map_err(|_| unkept(path))?,
    };
    Ok(Some(Node::new_node(name, node_type, meta)))
}

/// Owner, mode, time and extended attributes that a node keeps.
pub(super) fn attributes(node: &Node) -> Attributes {
    let meta = &node.meta;
    let modified = meta.mtime.map_or((0, 0), |time| {
        // Before 1970 both are negative; `utimensat(2)` wants nanoseconds from 0 up.
        let (seconds, nanoseconds) = (time.as_second(), i64::from(time.subsec_nanosecond()));
        if nanoseconds < 0 {
            (seconds - 1, nanoseconds + 1_000_000_000)
        } else {
            (seconds, nanoseconds)
        }
    });
    let extended = meta
        .extended_attributes
        .iter()
        .map(|one| {
            (
                one.name.clone().into(),
                one.value.clone().unwrap_or_default(),
            )
        })
        .collect();
    Attributes::of_backup(
        (meta.uid, meta.gid),
        unix_mode(meta.mode.unwrap_or(0o600)),
        modified,
        extended,
        node.is_symlink(),
    )
}

fn go_mode(unix: u32) -> u32 {
    SPECIAL
        .iter()
        .filter(|(bit, _)| unix & bit != 0)
        .fold(unix & 0o777, |mode, (_, go)| mode | go)
}

fn unix_mode(go: u32) -> u32 {
    SPECIAL
        .iter()
        .filter(|(_, bit)| go & bit != 0)
        .fold(go & 0o777, |mode, (unix, _)| mode | unix)
}

fn time(seconds: i64, nanoseconds: i64) -> Option<Timestamp> {
    // A file system may hold times beyond what a calendar can say.
    Timestamp::new(seconds, i32::try_from(nanoseconds).ok()?).ok()
}

fn unkept(path: &Path) -> BackupError {
    BackupError::read(path)(std::io::Error::new(
        std::io::ErrorKind::Unsupported,
        "it has an extended attribute whose name is no text",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_those_of_go() {
        // Values of Go's io/fs constants: ModeSetuid 1<<23, ModeSetgid 1<<22, ModeSticky 1<<20.
        for (unix, go) in [
            (0o755, 0o755),
            (0o4755, 0x80_0000 | 0o755),
            (0o2750, 0x40_0000 | 0o750),
            (0o1777, 0x10_0000 | 0o777),
        ] {
            assert_eq!(go_mode(unix | 0o100_000), go, "{unix:o}");
            assert_eq!(unix_mode(go), unix, "{unix:o}");
        }
    }

    #[test]
    fn times_before_1970_come_back() {
        for (seconds, nanoseconds) in [(5, 7), (0, 0), (-1, 999_999_999), (-10, 5)] {
            let mut node = Node::new_node(OsStr::new("x"), NodeType::File, Metadata::default());
            node.meta.mtime = time(seconds, nanoseconds);
            assert_eq!(attributes(&node).modified, (seconds, nanoseconds));
        }
    }
}
