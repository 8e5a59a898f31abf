//! A bound on how many bytes of files are held in memory at once.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Hands out shares of a fixed number of bytes. Whoever asks for more than is left waits; a request larger than the
/// whole budget gets in when nothing else is held, so that no file is too large to be read.
///
/// A holder must not ask for a second share: two holders could then wait for each other.
pub(crate) struct Budget {
    limit: u64,
    held: Mutex<u64>,
    returned: Condvar,
}

/// Bytes held until this is dropped.
pub(crate) struct Share {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Budget {
    /// A budget of so many bytes.
    pub(crate) fn new(limit: u64) -> Arc<Self> {
        Arc::new(Self {
            limit,
            held: Mutex::new(0),
            returned: Condvar::new(),
        })
    }

    /// Waits until so many bytes may be held.
    pub(crate) fn take(self: &Arc<Self>, bytes: u64) -> Share {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        while *held > 0 && held.saturating_add(bytes) > self.limit {
            held = self
                .returned
                .wait(held)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *held = held.saturating_add(bytes);
        Share {
            budget: Arc::clone(self),
            bytes,
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self
            .budget
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *held = held.saturating_sub(self.bytes);
        self.budget.returned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn never_more_than_the_limit_is_held_and_large_requests_get_in_alone() {
        let budget = Budget::new(100);
        let held = AtomicU64::new(0);
        let worst = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for thread in 0..8_u64 {
                let (budget, held, worst) = (&budget, &held, &worst);
                scope.spawn(move || {
                    for round in 0..200_u64 {
                        let bytes = if thread == 0 && round % 50 == 0 {
                            250
                        } else {
                            10 + thread * 5
                        };
                        let share = budget.take(bytes);
                        let now = held.fetch_add(bytes, Ordering::SeqCst) + bytes;
                        assert!(now <= 100 || now == 250, "{now} bytes held");
                        worst.fetch_max(now, Ordering::SeqCst);
                        held.fetch_sub(bytes, Ordering::SeqCst);
                        drop(share);
                    }
                });
            }
        });
        assert_eq!(worst.load(Ordering::SeqCst), 250);
    }
}
