//! Work that somebody asks to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use raylift_backup::Stop;
use raylift_backup::repository::{RepositoryError, Trial};

use crate::support::{Place, furnish};

#[test]
fn nothing_counts_of_a_backup_that_was_stopped() {
    let place = Place::new();
    furnish(&place.site());
    let asked = Arc::new(AtomicBool::new(false));
    let repository = place.create().stopping(Stop::when(Arc::clone(&asked)));
    let mut ask = |_| asked.store(true, Ordering::Relaxed);
    for inputs in [vec![place.dump("dump", b"text")], place.documents()] {
        let stopped = repository.backup(&place.about(), inputs, &mut ask);
        assert!(matches!(stopped, Err(RepositoryError::Stopped)));
        assert_eq!(repository.list().unwrap(), []);
        asked.store(false, Ordering::Relaxed);
    }
    place.backup(&repository);

    // What was brought back before stays for the one who asked.
    asked.store(true, Ordering::Relaxed);
    let target = place.path("restored");
    let stopped = repository.restore("latest", None, &target, &mut |_| {});
    assert!(matches!(stopped, Err(RepositoryError::Stopped)));
    let id = repository.list().unwrap()[0].id.clone();
    let scratch = place.path("scratch");
    let trial = Trial {
        id: &id,
        part: "documents",
        live: &place.site(),
        tried: None,
        sample: u64::MAX,
        scratch: &scratch,
    };
    let stopped = repository.try_out(trial, &mut |_| {});
    assert!(matches!(stopped, Err(RepositoryError::Stopped)));
    assert!(!scratch.exists());
}
