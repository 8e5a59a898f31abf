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
            idle: 0,
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
    /// Receivers that wait for enough items, and not for long.
    waiting: usize,
    /// Receivers that wait for any item, for as long as it takes.
    idle: usize,
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

    /// Returns with items, or without any when none will come.
    ///
    /// For the length of the window it waits for enough of them, so that one waking serves many. Whatever woke nobody by
    /// then is taken then. After a window without any it sleeps, and the next item wakes it, or another that still waits
    /// and takes it soon.
    fn wait_for_items(&self) -> MutexGuard<'_, State<T>> {
        let mut state = self.lock();
        if !state.items.is_empty() && !state.broken {
            return state;
        }
        let until = Instant::now() + WINDOW;
        state.waiting += 1;
        loop {
            let enough = state.items.len() >= state.pace.enough();
            let left = until.saturating_duration_since(Instant::now());
            if enough || state.is_over() || state.blocked > 0 || left.is_zero() {
                break;
            }
            let woken = self.more.wait_timeout(state, left);
            (state, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting -= 1;
        state.idle += 1;
        while state.items.is_empty() && !state.is_over() {
            let woken = self.more.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
        state.idle -= 1;
        if state.broken {
            state.items.clear();
        }
        state
    }

    /// After something was taken.
    fn tell_of_room(&self, state: &State<T>) {
        if state.blocked > 0 && state.items.len() <= state.pace.most() / 2 {
            self.room.notify_all();
        }
    }
}

impl<T> State<T> {
    fn is_over(&self) -> bool {
        self.senders == 0 || self.broken
    }
}

/// The end where items go in.
pub(crate) struct Sender<T>(Arc<Line<T>>);

impl<T> Sender<T> {
    /// Puts an item into the line and waits for room for the next. When nobody takes them any more it is dropped.
    pub(crate) fn send(&self, item: T) {
        let line = &*self.0;
        let mut state = line.lock();
        if state.receivers == 0 {
            return;
        }
        state.pace.step(Instant::now());
        state.items.push_back(item);
        let enough = state.items.len() >= state.pace.enough();
        if state.idle > 0 || (state.waiting > 0 && enough) {
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
    /// Waits for items and takes all there are; false when there will be none any more, or a thread with a sender panicked.
    pub(crate) fn take_all(&self, into: &mut VecDeque<T>) -> bool {
        let mut state = self.0.wait_for_items();
        let found = !state.items.is_empty();
        into.append(&mut state.items);
        self.0.tell_of_room(&state);
        found
    }

    /// The same for one item: what others can work on is left to them.
    pub(crate) fn take_one(&self) -> Option<T> {
        let mut state = self.0.wait_for_items();
        let item = state.items.pop_front();
        // The next one may have woken only this thread.
        if !state.items.is_empty() && state.idle + state.waiting > 0 {
            self.0.more.notify_one();
        }
        self.0.tell_of_room(&state);
        item
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

#[cfg(test)]
mod tests {
    use std::thread::{scope, sleep};
    use std::time::Duration;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    /// Runs what must come to an end.
    fn ends(work: impl FnOnce() + Send + 'static) {
        let (done, waits) = std::sync::mpsc::channel();
        thread::spawn(move || {
            work();
            let _ = done.send(());
        });
        assert!(waits.recv_timeout(PATIENCE).is_ok(), "it hangs");
    }

    fn until(what: impl Fn() -> bool) {
        while !what() {
            sleep(Duration::from_micros(50));
        }
    }

    /// The one that waits began when one item was enough; since it came fast, more would be.
    #[test]
    fn an_item_that_is_not_enough_arrives_all_the_same() {
        ends(|| {
            let (sender, receiver) = line(false);
            let mut taken = VecDeque::new();
            sender.send(0);
            assert!(receiver.take_all(&mut taken));
            scope(|scope| {
                let line = Arc::clone(&receiver.0);
                scope.spawn(move || assert!(receiver.take_all(&mut taken)));
                until(|| line.lock().waiting == 1);
                sender.send(1);
            });
        });
    }

    #[test]
    fn one_that_sleeps_is_woken_by_one_item() {
        ends(|| {
            let (sender, receiver) = line(true);
            let mut taken = VecDeque::new();
            scope(|scope| {
                scope.spawn(|| (0..100).for_each(|number| sender.send(number)));
                while taken.len() < 100 {
                    assert!(receiver.take_all(&mut taken));
                }
            });
            assert!(sender.0.lock().pace.enough() > 1);
            scope(|scope| {
                let line = Arc::clone(&receiver.0);
                scope.spawn(move || assert!(receiver.take_all(&mut taken)));
                until(|| line.lock().idle == 1);
                sender.send(100);
            });
        });
    }

    /// A worker that is woken for two leaves the second to another.
    #[test]
    fn all_who_wait_get_something() {
        ends(|| {
            let (sender, receiver) = line(false);
            let met = std::sync::Barrier::new(2);
            scope(|scope| {
                for _ in 0..2 {
                    let (receiver, met) = (receiver.clone(), &met);
                    scope.spawn(move || {
                        assert!(receiver.take_one().is_some());
                        met.wait();
                    });
                }
                until(|| sender.0.lock().idle == 2);
                let mut state = sender.0.lock();
                state.items.extend([1, 2]);
                drop(state);
                sender.0.more.notify_one();
            });
        });
    }

    #[test]
    fn a_sender_goes_on_when_the_last_receiver_is_gone() {
        ends(|| {
            let (sender, receiver) = line(true);
            scope(|scope| {
                scope.spawn(|| (0..3).for_each(|number| sender.send(number)));
                until(|| receiver.0.lock().blocked == 1);
                drop(receiver);
            });
        });
    }
}
