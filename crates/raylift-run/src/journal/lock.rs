//! One raylift at a time on a site.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// Held while a raylift works on a site. The kernel lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct SiteLock {
    _file: File,
}

impl SiteLock {
    /// Locks the site whose state folder is `state`, which is created when it is not there. `None` when another
    /// raylift holds the lock ([`raylift_model::codes::ANOTHER_RAYLIFT`]).
    ///
    /// # Errors
    /// When the lock file cannot be made.
    pub fn take(state: &Path) -> io::Result<Option<Self>> {
        std::fs::create_dir_all(state)?;
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(state.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// True when a raylift works on this site now. Makes nothing.
    pub fn is_held(state: &Path) -> bool {
        File::open(state.join("lock"))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_gets_nothing_until_the_first_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join(".raylift");
        assert!(!SiteLock::is_held(&state));
        assert!(!state.exists(), "looking makes nothing");
        let first = SiteLock::take(&state).unwrap();
        assert!(first.is_some());
        assert!(SiteLock::is_held(&state));
        assert!(SiteLock::take(&state).unwrap().is_none());
        drop(first);
        assert!(!SiteLock::is_held(&state));
        assert!(SiteLock::take(&state).unwrap().is_some());
    }
}
