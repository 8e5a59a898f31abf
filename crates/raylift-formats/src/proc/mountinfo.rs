//! `/proc/self/mountinfo`.

use raylift_model::facts::Mount;

use crate::diagnostic::{Diagnostic, Parsed};

/// One line of `mountinfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountPoint {
    /// Where it is mounted, its device and kind.
    pub mount: Mount,
    /// Path inside that file system that is mounted there; not `/` for a bind mount of a folder.
    pub root: String,
    /// What is mounted, as the file system names it (`/dev/sda1`, `server:/export`).
    pub source: String,
}

/// Reads `mountinfo`. A later line lies over an earlier one at the same place. Lines of another form are named in the
/// diagnostics and left out.
pub fn mounts(bytes: &[u8]) -> Parsed<Vec<MountPoint>> {
    let mut found = Vec::new();
    let mut diagnostics = Vec::new();
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.is_empty() {
            continue;
        }
        match mount_point(line) {
            Some(mount) => found.push(mount),
            None => diagnostics.push(Diagnostic::warning(number, "not a line of mountinfo")),
        }
    }
    Parsed {
        value: found,
        diagnostics,
    }
}

/// Fields: id, parent id, `major:minor`, root, mount point, options, optional fields, `-`, type, source, super options.
fn mount_point(line: &[u8]) -> Option<MountPoint> {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let separator = fields.iter().skip(6).position(|field| *field == b"-")? + 6;
    let text = |index: usize| fields.get(index).map(|field| unescape(field));
    let device = text(2)?;
    let (major, minor) = device.split_once(':')?;
    let _: (u32, u32) = (major.parse().ok()?, minor.parse().ok()?);
    let read_only = |options: &str| options.split(',').any(|option| option == "ro");
    let super_options = text(separator + 3).unwrap_or_default();
    Some(MountPoint {
        root: text(3)?,
        source: text(separator + 2)?,
        mount: Mount {
            at: text(4)?,
            read_only: read_only(&text(5)?) || read_only(&super_options),
            kind: text(separator + 1)?,
            device,
        },
    })
}

/// The kernel writes blank, tabulator, line end and backslash as three octal digits (`\040`).
fn unescape(field: &[u8]) -> String {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        match octal(rest) {
            Some((byte, after)) => {
                plain.push(byte);
                rest = after;
            }
            None => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn octal(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let digits = bytes.strip_prefix(b"\\")?.get(..3)?;
    let text = std::str::from_utf8(digits)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((u8::from_str_radix(text, 8).ok()?, bytes.get(4..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_optional_fields_and_escapes_is_read() {
        let read = mounts(b"36 35 98:0 /mnt1 /srv/my\\040home rw,noatime shared:1 master:2 - ext3 /dev/ro\\134ot ro,errors=continue\n");
        assert_eq!(read.diagnostics, []);
        let [mount] = &read.value[..] else { panic!() };
        assert_eq!(mount.mount.at, "/srv/my home");
        assert_eq!(
            (mount.mount.device.as_str(), mount.mount.kind.as_str()),
            ("98:0", "ext3")
        );
        assert!(mount.mount.read_only);
        assert_eq!(
            (mount.root.as_str(), mount.source.as_str()),
            ("/mnt1", "/dev/ro\\ot")
        );
    }

    #[test]
    fn the_own_mounts_are_read() {
        let read = mounts(&std::fs::read("/proc/self/mountinfo").unwrap());
        assert_eq!(read.diagnostics, []);
        assert!(read.value.iter().any(|mount| mount.mount.at == "/"));
    }

    #[test]
    fn other_lines_are_named() {
        let read = mounts(b"1 2 3\n36 35 x:0 / / rw - a b c\n");
        assert!(read.value.is_empty());
        assert_eq!(read.diagnostics.len(), 2);
    }
}
