//! Who owns and runs a site.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::LabError;

/// Number that Linux and Debian give to `nobody` and `nogroup`.
const NOBODY: u32 = 65_534;

/// User and group numbers of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// User number.
    pub user: u32,
    /// Group number.
    pub group: u32,
}

impl Owner {
    /// The wanted owner; without one the caller, or `nobody` when the caller is root, because a
    /// site never runs as root.
    pub(crate) fn choose(wanted: Option<Owner>) -> Owner {
        let caller = Self::caller();
        match wanted {
            Some(owner) => owner,
            None if caller.user == 0 => Owner {
                user: NOBODY,
                group: NOBODY,
            },
            None => caller,
        }
    }

    fn caller() -> Owner {
        Owner {
            user: rustix::process::geteuid().as_raw(),
            group: rustix::process::getegid().as_raw(),
        }
    }

    /// Lets `command` run as this owner; changes nothing when the caller is this user.
    pub fn apply(self, command: &mut Command) {
        if Self::caller().user != self.user {
            command.uid(self.user).gid(self.group);
        }
    }

    /// Gives `folder` and everything below it to this owner, links themselves included.
    ///
    /// # Errors
    /// [`LabError::Io`] when the folder cannot be listed or an entry cannot be given away.
    pub fn take(self, folder: &Path) -> Result<(), LabError> {
        if Self::caller().user == self.user {
            return Ok(());
        }
        for entry in walkdir::WalkDir::new(folder) {
            let entry = entry.map_err(|error| LabError::Io {
                action: "list",
                path: folder.to_path_buf(),
                source: error.into(),
            })?;
            std::os::unix::fs::lchown(entry.path(), Some(self.user), Some(self.group))
                .map_err(LabError::io("give away", entry.path()))?;
        }
        Ok(())
    }

    /// Refuses a folder that this owner cannot reach, naming the first closed folder on the way.
    pub(crate) fn check_way_to(self, folder: &Path) -> Result<(), LabError> {
        for ancestor in folder.ancestors().skip(1) {
            let metadata =
                std::fs::metadata(ancestor).map_err(LabError::io("look at", ancestor))?;
            let mode = metadata.mode();
            let may_enter = if metadata.uid() == self.user {
                mode & 0o100 != 0
            } else if metadata.gid() == self.group {
                mode & 0o010 != 0
            } else {
                mode & 0o001 != 0
            };
            if !may_enter {
                return Err(LabError::SiteFolder {
                    path: folder.to_path_buf(),
                    reason: format!("user {} cannot enter {}", self.user, ancestor.display()),
                });
            }
        }
        Ok(())
    }
}
