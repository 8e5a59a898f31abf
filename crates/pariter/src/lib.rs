//! Stands in for the crate `pariter` under the backup engine (`[patch.crates-io]` in the workspace; ADR 16): the two
//! methods that `rustic_core` calls, with the same meaning.
//!
//! The published crate hands every single item from thread to thread through a channel that holds none or four. For an
//! archive of 100,000 small files that is half a million times waking a thread, a third of the time of a backup without
//! changes. Here items that come fast wait in lines and go many at a time. What comes slowly goes as there, one by one: a
//! pack of the engine has 16 MiB, and nobody shall hold several for nothing.

mod line;
mod pace;
mod parallel_map;
mod readahead;

use std::thread::Scope;

pub use parallel_map::ParallelMap;
pub use readahead::Readahead;

/// What the engine calls on iterators.
pub trait IteratorExt: Iterator {
    /// Maps on as many threads as there are processors; results come in the order of the items.
    ///
    /// The iterator itself runs where the results are taken. It is asked ahead of them, and only when they are asked for.
    ///
    /// # Panics
    /// Taking a result panics when `map` panicked.
    fn parallel_map_scoped<'env, 'scope, F, O>(
        self,
        scope: &'scope Scope<'scope, 'env>,
        map: F,
    ) -> ParallelMap<Self, O>
    where
        Self: Sized,
        Self::Item: Send + 'env,
        F: FnMut(Self::Item) -> O + Clone + Send + 'env,
        O: Send + 'env,
    {
        ParallelMap::start(self, scope, map)
    }

    /// Runs the iterator on a thread of its own, ahead of whoever takes its items.
    ///
    /// # Panics
    /// Taking an item panics when the iterator panicked.
    fn readahead_scoped<'env, 'scope>(
        self,
        scope: &'scope Scope<'scope, 'env>,
    ) -> Readahead<Self::Item>
    where
        Self: Sized + Send + 'env + 'scope,
        Self::Item: Send + 'env + 'scope,
    {
        Readahead::start(self, scope)
    }
}

impl<I: Iterator> IteratorExt for I {}
