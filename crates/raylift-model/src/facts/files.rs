//! Files, owners and mounts.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::names::RelativePath;

/// One file of a release or a home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFact {
    /// Relative to the release's top folder or to the home.
    pub path: RelativePath,
    /// What stands there.
    pub kind: FileKind,
    /// Size in bytes; zero for anything but a file.
    pub size: u64,
    /// Permission bits, as in `stat`.
    pub mode: u32,
    /// SHA-256 of the content; absent for directories, links and unreadable files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Who made it, as far as the file itself says: true for a JAR or LPKG whose manifest or
    /// marketplace properties name Liferay.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_liferay: bool,
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link and where it points, as written.
    Link {
        /// The link's text.
        target: String,
    },
    /// A named pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A device.
    Device,
    /// Something else.
    Other,
}

impl FileKind {
    /// What it is, where it holds nothing that could be copied.
    pub fn without_content(&self) -> Option<&'static str> {
        match self {
            Self::File | Self::Directory | Self::Link { .. } => None,
            Self::Pipe => Some("a named pipe"),
            Self::Socket => Some("a socket"),
            Self::Device => Some("a device"),
            Self::Other => Some("neither a file nor a folder nor a link"),
        }
    }
}

/// Owner of a file or a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Ownership {
    /// Numeric user id.
    pub uid: u32,
    /// Numeric group id.
    pub gid: u32,
    /// Name of the user, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// One line of `/proc/self/mountinfo` at or below the home, or above it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// Where it is mounted, absolute.
    pub at: String,
    /// Device as `major:minor`.
    pub device: String,
    /// File system type.
    pub kind: String,
    /// Mounted read-only.
    pub read_only: bool,
}
