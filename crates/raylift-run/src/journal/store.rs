//! Where the lines of a journal are kept.

use std::io;

/// Keeps the bytes of one journal. There is a single writer.
pub trait JournalStore {
    /// All bytes; `None` when there is no journal yet.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    fn read(&mut self) -> io::Result<Option<Vec<u8>>>;

    /// Cuts the journal to `length` bytes, durably.
    ///
    /// # Errors
    /// When it cannot be cut.
    fn truncate(&mut self, length: u64) -> io::Result<()>;

    /// Adds one line, which ends in a newline, at the end. Creates the journal. When this returns without an error
    /// the line survives a crash of the machine; with an error any part of it may be there.
    ///
    /// # Errors
    /// When it cannot be written or made durable.
    fn append(&mut self, line: &[u8]) -> io::Result<()>;

    /// What to call the journal in a message: its path.
    fn name(&self) -> String;
}
