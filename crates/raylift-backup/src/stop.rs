//! A wish to stop that comes from elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::BackupError;

/// Says whether somebody wants long work to end. Nobody ever does by default.
#[derive(Debug, Clone, Default)]
pub struct Stop(Option<Arc<AtomicBool>>);

impl Stop {
    /// Asked for as soon as the flag is set.
    pub fn when(flag: Arc<AtomicBool>) -> Self {
        Self(Some(flag))
    }

    /// Ends the work when it is asked for.
    ///
    /// # Errors
    /// With [`BackupError::Stopped`] when it is.
    pub fn go_on(&self) -> Result<(), BackupError> {
        if self.is_asked() {
            Err(BackupError::Stopped)
        } else {
            Ok(())
        }
    }

    /// Whether it is asked for.
    pub fn is_asked(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}
