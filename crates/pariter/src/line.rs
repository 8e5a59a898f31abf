//! A line of items between threads.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Bytes from which on an item is taken for a description: it holds its path and numbers itself (the archive's entries
/// have some hundreds). A smaller one may be a handle to anything, up to a whole pack.
const DESCRIPTION: usize = 192;

/// How long items wait for company.
const PATIENCE: Duration = Duration::from_millis(2);

/// How many items go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// So many wait at most; with 0 a sender waits until its item is taken.
    pub(crate) most: usize,
    /// So many wake whoever waits for one.
    pub(crate) enough: usize,
    /// So many are taken at once.
    pub(crate) batch: usize,
}

impl Sizes {
    /// For items of a type.
    pub(crate) fn of<T>() -> Self {
        if size_of::<T>() >= DESCRIPTION {
            Self {
                most: 256,
                enough: 64,
                batch: 32,
            }
        } else {
            Self {
                most: 0,
                enough: 1,
                batch: 1,
            }
        }
    }
}

/// A new line and its two ends, which can be cloned.
pub(crate) fn line<T>(sizes: Sizes) -> (Sender<T>, Receiver<T>) {
    let line = Arc::new(Line {
        state: Mutex::new(State {
            items: VecDeque::new(),
            senders: 1,
            receivers: 1,
            waiting: 0,
            blocked: 0,
            broken: false,
        }),
        more: Condvar::new(),
        room: Condvar::new(),
        sizes,
    });
    (Sender(Arc::clone(&line)), Receiver(line))
}

struct Line<T> {
    state: Mutex<State<T>>,
    /// There are enough items, or no sender is left.
    more: Condvar,
    /// There is room, or no receiver is left.
    room: Condvar,
    sizes: Sizes,
}

struct State<T> {
    items: VecDeque<T>,
    senders: usize,
    receivers: usize,
    /// Receivers that wait.
    waiting: usize,
    /// Senders that wait.
    blocked: usize,
    /// A thread with a sender panicked.
    broken: bool,
}

impl<T> Line<T> {
    /// No statement below leaves the state half changed, so that a panic elsewhere spoils nothing.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until at most `most` items are left, or nobody is there who takes them.
    fn wait_for_room<'a>(
        &'a self,
        mut state: MutexGuard<'a, State<T>>,
        most: usize,
    ) -> MutexGuard<'a, State<T>> {
        state.blocked += 1;
        while state.items.len() > most && state.receivers > 0 {
            state = self
                .room
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.blocked -= 1;
        state
    }
}

/// The end where items go in.
pub(crate) struct Sender<T>(Arc<Line<T>>);

impl<T> Sender<T> {
    /// Puts an item into the line, when there is room; false when nobody takes it any more.
    pub(crate) fn send(&self, item: T) -> bool {
        let Sizes { most, enough, .. } = self.0.sizes;
        let mut state = self.0.lock();
        if most > 0 && state.items.len() >= most {
            // Once it was full, half of it goes before the next comes: each wakes the other once for many.
            state = self.0.wait_for_room(state, most / 2);
        }
        if state.receivers == 0 {
            return false;
        }
        state.items.push_back(item);
        if state.waiting > 0 && state.items.len() >= enough {
            self.0.more.notify_one();
        }
        if most == 0 {
            state = self.0.wait_for_room(state, 0);
        }
        state.receivers > 0
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.lock().senders += 1;
        Self(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.senders -= 1;
        state.broken |= thread::panicking();
        if state.senders == 0 || state.broken {
            self.0.more.notify_all();
        }
    }
}

/// The end where items come out.
pub(crate) struct Receiver<T>(Arc<Line<T>>);

impl<T> Receiver<T> {
    /// Waits for items and takes some of them; false when there will be none any more, or a thread with a sender panicked.
    pub(crate) fn take(&self, into: &mut VecDeque<T>) -> bool {
        let Sizes {
            most,
            enough,
            batch,
        } = self.0.sizes;
        let mut state = self.0.lock();
        if state.items.is_empty() {
            state.waiting += 1;
            state = self.wait(state, enough);
            state.waiting -= 1;
        }
        if state.broken {
            return false;
        }
        let count = batch.min(state.items.len());
        into.extend(state.items.drain(..count));
        if state.blocked > 0 && state.items.len() <= most / 2 {
            self.0.room.notify_all();
        }
        count > 0
    }

    /// After the last item.
    ///
    /// # Panics
    /// When it is the last because a thread panicked: what it would have sent is missing.
    pub(crate) fn require_whole(&self) {
        assert!(
            !self.0.lock().broken,
            "a thread that this one waits for panicked"
        );
    }

    /// Until there are enough; fewer do after some time, or when no more come.
    fn wait<'a>(
        &'a self,
        mut state: MutexGuard<'a, State<T>>,
        enough: usize,
    ) -> MutexGuard<'a, State<T>> {
        while state.items.len() < enough && state.senders > 0 && !state.broken {
            if enough == 1 {
                state = self
                    .0
                    .more
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let (woken, time) = self
                .0
                .more
                .wait_timeout(state, PATIENCE)
                .unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if time.timed_out() && !state.items.is_empty() {
                break;
            }
        }
        state
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.0.lock().receivers += 1;
        Self(Arc::clone(&self.0))
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.receivers -= 1;
        if state.receivers > 0 {
            return;
        }
        // Nobody takes them any more. They go once the line is free again: an item can hold the end of a line itself.
        let items = std::mem::take(&mut state.items);
        self.0.room.notify_all();
        drop(state);
        drop(items);
    }
}
