//! The journal of a run: append-only JSON lines, each chained to the one before by a checksum.
//!
//! A line is `{"format":1,"previous":"…","crc":"…","entry":{…}}`. `crc` is the CRC-32 (ISO-HDLC) of `previous` as
//! written and the bytes of `entry`, both as eight lower-case hexadecimal digits; `previous` is the `crc` of the line before,
//! zeros for the first. A line that was lost, doubled or moved breaks the chain.
//!
//! What was appended is on disk when [`Journal::append`] returns. A last line that is not whole was never claimed:
//! it is dropped when the journal is opened. Damage before the last line is an error: what was done can then no longer
//! be known. Lines of a newer raylift can be listed, but such a run is not continued.

mod file;
mod line;
mod lock;
mod log;
mod read;
mod store;

pub use file::{FileStore, JOURNAL_FILE, run_journals};
pub use line::{Record, UnknownEntry, UnknownEvent};
pub use lock::SiteLock;
pub use log::Journal;
pub use read::{Contents, JournalError, read};
pub use store::JournalStore;
