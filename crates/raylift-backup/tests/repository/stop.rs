//! Work that somebody asks to end.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use raylift_backup::Stop;
use raylift_backup::repository::{Input, RepositoryError, Trial};

use crate::support::{Place, furnish};

/// Has no end, and somebody asks for one when it was read from.
struct Endless(Arc<AtomicBool>);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.store(true, Ordering::Relaxed);
        buffer.fill(0);
        Ok(buffer.len())
    }
}

#[test]
fn nothing_counts_of_a_backup_that_was_stopped() {
    let place = Place::new();
    furnish(&place.site());
    let asked = Arc::new(AtomicBool::new(false));
    let repository = place.create().stopping(Stop::when(Arc::clone(&asked)));
    let endless = Input::Stream {
        part: "database".to_owned(),
        file: "dump".to_owned(),
        reader: Box::new(Endless(Arc::clone(&asked))),
    };
    for inputs in [vec![endless], place.documents()] {
        let stopped = repository.backup(&place.about(), inputs, &mut |_| {});
        assert!(matches!(stopped, Err(RepositoryError::Stopped)));
        assert_eq!(repository.list().unwrap(), []);
    }
    asked.store(false, Ordering::Relaxed);
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
