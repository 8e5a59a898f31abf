//! The times of a journal on one line that never runs backwards.

use jiff::Timestamp;
use raylift_model::event::{Entry, Event};
use serde::Serialize;

/// A point in time of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// As the journal has it: UTC, RFC 3339.
    pub time: String,
    /// Milliseconds since the journal's first entry.
    pub offset: u64,
}

impl Moment {
    /// Milliseconds from `self` to `later`; zero when it is not later.
    pub(crate) fn until(&self, later: &Self) -> u64 {
        later.offset.saturating_sub(self.offset)
    }
}

/// An event and its moment.
#[derive(Debug, Clone)]
pub(crate) struct Stamped<'a> {
    pub(crate) at: Moment,
    pub(crate) event: &'a Event,
}

/// All entries with their moments, and what was noticed about the clock.
#[derive(Debug, Clone)]
pub(crate) struct Clock<'a> {
    pub(crate) stamped: Vec<Stamped<'a>>,
    pub(crate) went_back: bool,
    first: Option<Timestamp>,
}

impl<'a> Clock<'a> {
    /// Puts every entry on the line. An entry whose time cannot be read, or is earlier than the one before it,
    /// counts as being at the same moment as the one before it.
    pub(crate) fn of(entries: &'a [Entry]) -> Self {
        let first = entries
            .iter()
            .find_map(|entry| entry.time.parse::<Timestamp>().ok());
        let mut clock = Self {
            stamped: Vec::with_capacity(entries.len()),
            went_back: false,
            first,
        };
        let mut now = 0;
        for entry in entries {
            if let Some(offset) = clock.signed_offset(&entry.time) {
                clock.went_back |= offset < i128::from(now);
                now = now.max(u64::try_from(offset).unwrap_or(0));
            }
            clock.stamped.push(Stamped {
                at: Moment {
                    time: entry.time.clone(),
                    offset: now,
                },
                event: &entry.event,
            });
        }
        clock
    }

    /// A time that was read somewhere else than in an entry's own field; `None` when it cannot be read.
    pub(crate) fn moment(&self, time: &str) -> Option<Moment> {
        let offset = self.signed_offset(time)?;
        Some(Moment {
            time: time.to_owned(),
            offset: u64::try_from(offset).unwrap_or(0),
        })
    }

    fn signed_offset(&self, time: &str) -> Option<i128> {
        let time: Timestamp = time.parse().ok()?;
        let first = self.first?;
        Some(i128::from(time.as_millisecond()) - i128::from(first.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(time: &str) -> Entry {
        Entry {
            sequence: 1,
            time: time.to_owned(),
            event: Event::Resumed,
        }
    }

    #[test]
    fn a_clock_that_is_set_back_stands_still() {
        let entries = [
            entry("2026-11-23T18:00:00.000Z"),
            entry("2026-11-23T18:00:10.500Z"),
            entry("2026-11-23T17:00:00.000Z"),
            entry("not a time"),
            entry("2026-11-23T18:00:11.000Z"),
        ];
        let clock = Clock::of(&entries);
        let offsets: Vec<u64> = clock.stamped.iter().map(|entry| entry.at.offset).collect();
        assert_eq!(offsets, [0, 10_500, 10_500, 10_500, 11_000]);
        assert!(clock.went_back);
        assert!(!Clock::of(&entries[..2]).went_back);
    }
}
