//! Tells the lock of a living HSQLDB from one that a killed JVM left behind.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use raylift_formats::hsqldb_lock::{self, HEARTBEAT_SECONDS};

use super::snapshot::with_ending;

/// A busy machine may be late with a heartbeat.
const GRACE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(200);

/// Waits for the next heartbeat, at most as long as one may take. True when none came: then whoever held the lock is
/// gone. HSQLDB itself waits too, but gives up a moment too early: after a kill it sometimes reports the lock of a dead
/// JVM with a heartbeat that is 9.7 seconds old.
pub(super) fn is_abandoned(path: &Path) -> bool {
    let file = with_ending(path, "lck");
    let Some(first) = heartbeat(&file) else {
        return true;
    };
    let limit = Duration::from_secs(HEARTBEAT_SECONDS) + GRACE;
    let deadline = Instant::now() + limit;
    while age(first) < limit && Instant::now() < deadline {
        if heartbeat(&file).is_some_and(|now| now != first) {
            return false;
        }
        std::thread::sleep(PAUSE);
    }
    heartbeat(&file).is_none_or(|now| now == first)
}

fn heartbeat(file: &Path) -> Option<u64> {
    hsqldb_lock::heartbeat(&std::fs::read(file).ok()?)
}

/// Zero for a time that is still to come.
fn age(milliseconds: u64) -> Duration {
    SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_millis(milliseconds))
        .and_then(|then| then.elapsed().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(file: &Path, age: Duration) {
        let then = SystemTime::now() - age;
        let milliseconds = then
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_millis() as i64;
        let mut bytes = b"HSQLLOCK".to_vec();
        bytes.extend(milliseconds.to_be_bytes());
        std::fs::write(file, bytes).unwrap();
    }

    #[test]
    fn an_old_or_missing_lock_is_abandoned() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lportal");
        assert!(is_abandoned(&path));
        beat(&with_ending(&path, "lck"), Duration::from_secs(60));
        assert!(is_abandoned(&path));
    }

    #[test]
    fn a_heartbeat_shows_life() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lportal");
        let file = with_ending(&path, "lck");
        beat(&file, Duration::from_secs(1));
        let server = std::thread::spawn(move || {
            std::thread::sleep(2 * PAUSE);
            beat(&file, Duration::ZERO);
        });
        assert!(!is_abandoned(&path));
        server.join().unwrap();
    }

    #[test]
    fn silence_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lportal");
        let limit = Duration::from_secs(HEARTBEAT_SECONDS) + GRACE;
        beat(&with_ending(&path, "lck"), limit - 3 * PAUSE);
        let started = Instant::now();
        assert!(is_abandoned(&path));
        assert!(started.elapsed() >= 2 * PAUSE);
    }
}
