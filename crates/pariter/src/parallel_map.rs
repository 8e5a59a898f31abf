//! Maps on several threads, in order.

use std::collections::{BTreeMap, VecDeque};
use std::thread::{self, Scope};

use crate::line::{Receiver, Sender, Sizes, line};

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
    /// Items that are on their way at most.
    most: usize,
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
        let sizes = Sizes::of::<I::Item>();
        // Each thread has what it works on and what comes next.
        let most = sizes.most.max(2 * threads);
        // With so few on their way neither line is ever full.
        let (sender, items) = line::<(usize, I::Item)>(Sizes { most, ..sizes });
        let (results, receiver) = line(Sizes { most, ..sizes });
        for _ in 0..threads {
            let (items, results, mut map) = (items.clone(), results.clone(), map.clone());
            scope.spawn(move || {
                let mut taken = VecDeque::new();
                while items.take(&mut taken) {
                    for (number, item) in taken.drain(..) {
                        if !results.send((number, map(item))) {
                            return;
                        }
                    }
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
            most,
        }
    }

    /// Gives the threads as much as there may be on its way.
    fn give(&mut self) {
        while let Some(sender) = &self.sender
            && self.next_in - self.next_out < self.most
        {
            match self.iter.next() {
                Some(item) => {
                    sender.send((self.next_in, item));
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
            if !self.receiver.take(&mut self.taken) {
                self.receiver.require_whole();
            }
        }
    }
}
