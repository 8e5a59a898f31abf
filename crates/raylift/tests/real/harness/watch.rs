//! Looks at a site's processes all the time while something else happens.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::processes;

/// Between two looks; shorter than any server lives.
const LOOK: Duration = Duration::from_millis(50);

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Every server that ever ran.
    pub(crate) servers: BTreeSet<u32>,
    /// The largest number of servers at one moment.
    pub(crate) at_once: usize,
    /// Users of every JVM that worked for the site.
    pub(crate) users: BTreeSet<u32>,
}

/// A look-out that ends with [`LookOut::end`].
pub(crate) struct LookOut {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Seen>,
}

impl LookOut {
    /// Begins.
    pub(crate) fn over(home: &Path) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (flag, home) = (Arc::clone(&over), home.to_owned());
        let thread = std::thread::spawn(move || {
            let mut seen = Seen::default();
            while !flag.load(Ordering::Relaxed) {
                let servers = processes::servers(&home);
                seen.at_once = seen.at_once.max(servers.len());
                seen.servers.extend(servers);
                let at_work = processes::java_below(&home);
                seen.users
                    .extend(at_work.into_iter().filter_map(processes::user));
                std::thread::sleep(LOOK);
            }
            seen
        });
        Self { over, thread }
    }

    /// Ends and tells.
    pub(crate) fn end(self) -> Seen {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().expect("the look-out does not fail")
    }
}
