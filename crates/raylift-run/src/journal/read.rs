//! Reading a whole journal.

use std::io;

use raylift_model::codes;

use crate::journal::line::{self, Record};

/// A journal that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file could not be read.
    #[error("the journal {name} could not be read")]
    Unreadable {
        /// Path of the journal.
        name: String,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// The file could not be written. Nothing further was done, since nothing is done that is not written first.
    #[error("the journal {name} could not be written")]
    Unwritable {
        /// Path of the journal.
        name: String,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// A line before the last one is damaged or missing.
    #[error(
        "the journal {name} is damaged in line {line}; the {good} lines before it are whole. Nothing was changed. What can \
         be said for certain: no file of the old release is removed before a commit"
    )]
    Damaged {
        /// Path of the journal.
        name: String,
        /// Number of the first bad line, from 1.
        line: u64,
        /// Number of good lines before it.
        good: u64,
    },
    /// A newer raylift wrote to this journal.
    #[error(
        "the journal {name} has an entry \"{kind}\" in line {line} that this raylift does not know: a newer one has worked \
         on this run and has to continue it. Nothing was changed"
    )]
    Newer {
        /// Path of the journal.
        name: String,
        /// Number of the line, from 1.
        line: u64,
        /// The kind of event as written.
        kind: String,
    },
    /// The lines are whole but tell a story that cannot have happened.
    #[error("the journal {name} tells something impossible in line {line}")]
    Impossible {
        /// Path of the journal.
        name: String,
        /// Number of the line, from 1.
        line: u64,
        /// What is impossible about it.
        #[source]
        source: crate::state::IllegalTransition,
    },
}

impl JournalError {
    /// The code shown to people.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unwritable { source, .. } | Self::Unreadable { source, .. }
                if source.kind() == io::ErrorKind::WouldBlock =>
            {
                codes::ANOTHER_RAYLIFT
            }
            Self::Unwritable { .. } => codes::WRITE_FAILED,
            _ => codes::JOURNAL_DAMAGED,
        }
    }
}

/// What a journal holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    /// All whole lines in order.
    pub records: Vec<Record>,
    /// Bytes they take; what follows is the part of a line that was never claimed.
    pub length: u64,
    /// Checksum of the last line.
    pub(super) last: Option<String>,
}

impl Contents {
    /// The checksum that the next line has to name.
    pub(super) fn previous(&self) -> &str {
        self.last.as_deref().unwrap_or(line::FIRST)
    }
}

/// Reads a journal's bytes; a torn last line is left out. `name` is used in errors.
///
/// # Errors
/// [`JournalError::Damaged`] when a line before the last is not whole or out of its place.
pub fn read(name: &str, bytes: &[u8]) -> Result<Contents, JournalError> {
    let mut contents = Contents::default();
    let mut rest = bytes;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = rest.split_at(end + 1);
        let good = contents.records.len() as u64;
        match line::parse(line.trim_ascii_end(), contents.previous(), good + 1) {
            Some((record, crc)) => {
                contents.records.push(record);
                contents.length += line.len() as u64;
                contents.last = Some(crc);
            }
            None if after.is_empty() => break,
            None => {
                return Err(JournalError::Damaged {
                    name: name.to_owned(),
                    line: good + 1,
                    good,
                });
            }
        }
        rest = after;
    }
    Ok(contents)
}
