//! An iterator on a thread of its own.

use std::collections::VecDeque;
use std::thread::Scope;

use crate::line::{Receiver, line};

/// Items of an iterator that runs on another thread.
pub struct Readahead<T> {
    receiver: Receiver<T>,
    taken: VecDeque<T>,
}

impl<T> Readahead<T> {
    pub(crate) fn start<'env, 'scope, I>(iter: I, scope: &'scope Scope<'scope, 'env>) -> Self
    where
        I: Iterator<Item = T> + Send + 'env + 'scope,
        T: Send + 'env + 'scope,
    {
        let (sender, receiver) = line(true);
        scope.spawn(move || {
            for item in iter {
                // Goes on to its end when nobody takes them any more: what comes before may count on it.
                sender.send(item);
            }
        });
        Self {
            receiver,
            taken: VecDeque::new(),
        }
    }
}

impl<T> Iterator for Readahead<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.taken.is_empty() && !self.receiver.take_all(&mut self.taken) {
            self.receiver.require_whole();
        }
        self.taken.pop_front()
    }
}
