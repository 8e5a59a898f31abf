//! Maps on several threads, in order.

use std::collections::{BTreeMap, VecDeque};
use std::thread::{self, Scope};
use std::time::Instant;

use crate::line::{Receiver, Sender, line};
use crate::pace::Pace;

/// Results of a map that runs on several threads.
pub struct ParallelMap<I: Iterator, O> {
    iter: I,
    /// To the threads; nothing once the iterator has ended.
    sender: Option<Sender<(usize, I::Item)>>,
    receiver: Receiver<(usize, O)>,
    /// What came, in the order in which it did.
    taken: VecDeque<(usize, O)>,
    /// What came before its turn.
    early: BTreeMap<usize, O>,
    next_in: usize,
    next_out: usize,
    /// Of the items.
    pace: Pace,
    /// So many may be on their way however slowly they come.
    least: usize,
}

impl<I: Iterator, O> ParallelMap<I, O> {
    pub(crate) fn start<'env, 'scope, F>(
        iter: I,
        scope: &'scope Scope<'scope, 'env>,
        map: F,
    ) -> Self
    where
        I::Item: Send + 'env,
        F: FnMut(I::Item) -> O + Clone + Send + 'env,
        O: Send + 'env,
    {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        // How many are on their way is limited when they are asked for.
        let (sender, items) = line::<(usize, I::Item)>(false);
        let (results, receiver) = line(false);
        for _ in 0..threads {
            let (items, results, mut map) = (items.clone(), results.clone(), map.clone());
            scope.spawn(move || {
                while let Some((number, item)) = items.take_one() {
                    results.send((number, map(item)));
                }
            });
        }
        Self {
            iter,
            sender: Some(sender),
            receiver,
            taken: VecDeque::new(),
            early: BTreeMap::new(),
            next_in: 0,
            next_out: 0,
            pace: Pace::default(),
            // Each thread has what it works on and what comes next.
            least: 2 * threads,
        }
    }

    /// Gives the threads as much as there may be on its way.
    fn give(&mut self) {
        while let Some(sender) = &self.sender
            && self.next_in - self.next_out < self.least + self.pace.most()
        {
            match self.iter.next() {
                Some(item) => {
                    sender.send((self.next_in, item));
                    self.pace.step(Instant::now());
                    self.next_in += 1;
                }
                None => self.sender = None,
            }
        }
    }
}

impl<I: Iterator, O> Iterator for ParallelMap<I, O> {
    type Item = O;

    fn next(&mut self) -> Option<O> {
        loop {
            self.early.extend(self.taken.drain(..));
            self.give();
            if let Some(result) = self.early.remove(&self.next_out) {
                self.next_out += 1;
                return Some(result);
            }
            if self.next_in == self.next_out {
                return None;
            }
            if !self.receiver.take_all(&mut self.taken) {
                self.receiver.require_whole();
                return None;
            }
        }
    }
}
