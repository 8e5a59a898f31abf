//! A line of items between threads.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use crate::pace::{Pace, WINDOW};

/// A new line and its two ends, which can be cloned.
///
/// A `limited` line lets senders wait while as many items are in it as its pace allows; where it allows none, a sender
/// waits until its item is taken.
pub(crate) fn line<T>(limited: bool) -> (Sender<T>, Receiver<T>) {
    let line = Arc::new(Line {
        state: Mutex::new(State {
            items: VecDeque::new(),
            pace: Pace::default(),
            senders: 1,
            receivers: 1,
            waiting: 0,
            blocked: 0,
            broken: false,
        }),
        more: Condvar::new(),
        room: Condvar::new(),
        limited,
    });
    (Sender(Arc::clone(&line)), Receiver(line))
}

struct Line<T> {
    state: Mutex<State<T>>,
    /// There are enough items, or no sender is left.
    more: Condvar,
    /// There is room, or no receiver is left.
    room: Condvar,
    limited: bool,
}

struct State<T> {
    items: VecDeque<T>,
    pace: Pace,
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
}

/// The end where items go in.
pub(crate) struct Sender<T>(Arc<Line<T>>);

impl<T> Sender<T> {
    /// Puts an item into the line and waits for room for the next; false when nobody takes them any more.
    pub(crate) fn send(&self, item: T) -> bool {
        let line = &*self.0;
        let mut state = line.lock();
        if state.receivers == 0 {
            return false;
        }
        state.pace.step(Instant::now());
        state.items.push_back(item);
        if state.waiting > 0 && state.items.len() >= state.pace.enough() {
            line.more.notify_one();
        }
        let most = state.pace.most();
        if line.limited && state.items.len() > most {
            state.blocked += 1;
            // Once it is full, half of it goes before the next comes: each wakes the other once for many.
            while state.items.len() > most / 2 && state.receivers > 0 {
                state = line
                    .room
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            state.blocked -= 1;
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
    /// Waits for items and takes a `share`th of them; false when there will be none any more, or a thread with a sender
    /// panicked.
    pub(crate) fn take(&self, share: usize, into: &mut VecDeque<T>) -> bool {
        let line = &*self.0;
        let mut state = line.lock();
        if state.items.is_empty() {
            state.waiting += 1;
            state = line.wait_for_enough(state);
            state.waiting -= 1;
        }
        if state.broken {
            return false;
        }
        let count = state.items.len().div_ceil(share.max(1));
        into.extend(state.items.drain(..count));
        if state.blocked > 0 && state.items.len() <= state.pace.most() / 2 {
            line.room.notify_all();
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
}

impl<T> Line<T> {
    /// Fewer are enough after some time, when a sender waits, and when no more come.
    fn wait_for_enough<'a>(
        &'a self,
        mut state: MutexGuard<'a, State<T>>,
    ) -> MutexGuard<'a, State<T>> {
        loop {
            let enough = state.pace.enough();
            let is_over = state.senders == 0 || state.broken;
            let is_full = state.blocked > 0 && !state.items.is_empty();
            if is_over || is_full || state.items.len() >= enough {
                return state;
            }
            if enough == 1 {
                state = self
                    .more
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let (woken, time) = self
                .more
                .wait_timeout(state, WINDOW)
                .unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if time.timed_out() && !state.items.is_empty() {
                return state;
            }
        }
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
