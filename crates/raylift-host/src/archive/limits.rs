//! What an archive may unpack to at most.

use std::cell::Cell;

use super::fault::Fault;

/// The bounds. A Liferay bundle of the 7.2 line unpacks to about 1.3 GB in some 4,000 files, so that these are far
/// away from every release and near enough to stop an archive that was made to fill a disk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes of all entries together.
    pub(super) total: u64,
    /// Bytes of one entry.
    pub(super) entry: u64,
    /// Unpacked bytes for each byte of the archive.
    pub(super) ratio: u64,
    /// Unpacked bytes below which the ratio does not matter.
    pub(super) ratio_from: u64,
    /// Number of entries.
    pub(super) entries: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: 8 << 30,
            entry: 4 << 30,
            ratio: 200,
            ratio_from: 100_000_000,
            entries: 300_000,
        }
    }
}

/// Counts declared sizes and real bytes of one pass over an archive against the limits.
pub(super) struct Meter {
    limits: Limits,
    archive_size: u64,
    entries: Cell<u64>,
    declared: Cell<u64>,
    real: Cell<u64>,
}

impl Meter {
    /// `archive_size` in bytes; `u64::MAX` for a folder, where no ratio exists.
    pub(super) fn new(limits: Limits, archive_size: u64) -> Self {
        Self {
            limits,
            archive_size,
            entries: Cell::new(0),
            declared: Cell::new(0),
            real: Cell::new(0),
        }
    }

    /// Accounts for one more entry; `packed` is its size in the archive, where the format says it.
    pub(super) fn declare(&self, name: &str, size: u64, packed: Option<u64>) -> Result<(), Fault> {
        self.entries.set(self.entries.get() + 1);
        if self.entries.get() > self.limits.entries {
            return Err(Fault::bomb(format!(
                "there are more than {} entries",
                self.limits.entries
            )));
        }
        if size > self.limits.entry {
            return Err(Fault::bomb(format!(
                "entry {name:?} unpacks to {size} bytes, more than {}",
                self.limits.entry
            )));
        }
        if let Some(packed) = packed
            && self.is_excessive(size, packed)
        {
            return Err(Fault::bomb(format!(
                "entry {name:?} unpacks from {packed} bytes to {size}"
            )));
        }
        self.declared.set(self.declared.get().saturating_add(size));
        self.judge_total(self.declared.get())
    }

    /// Accounts for bytes that really came out.
    pub(super) fn count(&self, bytes: u64) -> Result<(), Fault> {
        self.real.set(self.real.get().saturating_add(bytes));
        self.judge_total(self.real.get())
    }

    fn judge_total(&self, total: u64) -> Result<(), Fault> {
        if total > self.limits.total {
            return Err(Fault::bomb(format!(
                "the archive unpacks to more than {} bytes",
                self.limits.total
            )));
        }
        if self.is_excessive(total, self.archive_size) {
            return Err(Fault::bomb(format!(
                "the archive unpacks from {} bytes to more than {} times as many",
                self.archive_size, self.limits.ratio
            )));
        }
        Ok(())
    }

    fn is_excessive(&self, unpacked: u64, packed: u64) -> bool {
        unpacked > self.limits.ratio_from
            && unpacked > packed.max(1).saturating_mul(self.limits.ratio)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raylift_model::codes;

    fn small() -> Limits {
        Limits {
            total: 1000,
            entry: 600,
            ratio: 10,
            ratio_from: 100,
            entries: 3,
        }
    }

    #[test]
    fn a_single_entry_is_bounded() {
        let meter = Meter::new(small(), 500);
        assert!(meter.declare("a", 600, None).is_ok());
        let fault = meter.declare("b", 601, None).unwrap_err();
        assert_eq!(fault.code, codes::ARCHIVE_BOMB);
        assert!(fault.detail.contains("\"b\""), "{}", fault.detail);
    }

    #[test]
    fn the_sum_of_declared_sizes_is_bounded() {
        let meter = Meter::new(small(), 500);
        meter.declare("a", 600, None).unwrap();
        meter.declare("b", 400, None).unwrap();
        assert!(meter.declare("c", 1, None).is_err());
    }

    #[test]
    fn real_bytes_are_bounded_whatever_was_declared() {
        let meter = Meter::new(small(), 500);
        meter.declare("a", 1, None).unwrap();
        meter.count(1000).unwrap();
        assert!(meter.count(1).is_err());
    }

    #[test]
    fn the_ratio_matters_only_for_large_archives() {
        let meter = Meter::new(small(), 5);
        assert!(meter.count(100).is_ok());
        assert!(meter.count(1).is_err());
        let entries = Meter::new(small(), 500);
        assert!(entries.declare("a", 90, Some(1)).is_ok());
        assert!(entries.declare("b", 120, Some(12)).is_ok());
        assert!(entries.declare("c", 121, Some(12)).is_err());
    }

    #[test]
    fn the_number_of_entries_is_bounded() {
        let meter = Meter::new(small(), 500);
        for name in ["a", "b", "c"] {
            meter.declare(name, 0, None).unwrap();
        }
        assert!(meter.declare("d", 0, None).is_err());
    }
}
