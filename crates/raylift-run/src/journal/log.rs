//! The journal as its single writer sees it.

use std::io;

use raylift_model::event::{Entry, Event};

use crate::journal::line::{self, Record};
use crate::journal::read::{Contents, JournalError, read};
use crate::journal::store::JournalStore;

/// A journal open for writing.
pub struct Journal<'a> {
    store: Box<dyn JournalStore + 'a>,
    contents: Contents,
    broken: bool,
}

impl<'a> Journal<'a> {
    /// Opens the journal and cuts off a torn last line.
    ///
    /// # Errors
    /// When it cannot be read, is damaged before its last line, or was written by a newer raylift.
    pub fn open(mut store: Box<dyn JournalStore + 'a>) -> Result<Self, JournalError> {
        let name = store.name();
        let bytes = store
            .read()
            .map_err(|source| JournalError::Unreadable {
                name: name.clone(),
                source,
            })?
            .unwrap_or_default();
        let contents = read(&name, &bytes)?;
        for record in &contents.records {
            if let Record::Unknown(entry) = record {
                return Err(JournalError::Newer {
                    name,
                    line: entry.sequence,
                    kind: entry.event.kind.clone(),
                });
            }
        }
        if contents.length < bytes.len() as u64 {
            store
                .truncate(contents.length)
                .map_err(|source| JournalError::Unwritable { name, source })?;
        }
        Ok(Self {
            store,
            contents,
            broken: false,
        })
    }

    /// All entries.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.contents
            .records
            .iter()
            .filter_map(|record| match record {
                Record::Known(entry) => Some(entry),
                Record::Unknown(_) => None,
            })
    }

    /// Path of the journal, for messages.
    pub fn name(&self) -> String {
        self.store.name()
    }

    /// Appends an event; it is durable when this returns. `time` is UTC, RFC 3339 with milliseconds.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`]; what is at the end of the file is then unknown, so every later call fails too
    /// until the journal is opened again.
    pub fn append(&mut self, time: String, event: Event) -> Result<Entry, JournalError> {
        let unwritable =
            |name: String, source: io::Error| JournalError::Unwritable { name, source };
        if self.broken {
            let source = io::Error::other("an earlier line could not be written");
            return Err(unwritable(self.store.name(), source));
        }
        let entry = Entry {
            sequence: self.contents.records.len() as u64 + 1,
            time,
            event,
        };
        let (bytes, crc) = line::write(&entry, self.contents.previous())
            .map_err(|error| unwritable(self.store.name(), error.into()))?;
        self.broken = true;
        self.store
            .append(&bytes)
            .map_err(|source| unwritable(self.store.name(), source))?;
        self.broken = false;
        self.contents.length += bytes.len() as u64;
        self.contents.last = Some(crc);
        self.contents.records.push(Record::Known(entry.clone()));
        Ok(entry)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    #[derive(Default, Clone)]
    struct Memory {
        bytes: Rc<RefCell<Vec<u8>>>,
        tear: Rc<RefCell<Option<usize>>>,
    }

    impl JournalStore for Memory {
        fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
            Ok(Some(self.bytes.borrow().clone()))
        }
        fn truncate(&mut self, length: u64) -> io::Result<()> {
            self.bytes.borrow_mut().truncate(length as usize);
            Ok(())
        }
        fn append(&mut self, line: &[u8]) -> io::Result<()> {
            if let Some(kept) = self.tear.borrow_mut().take() {
                self.bytes.borrow_mut().extend(&line[..kept]);
                return Err(io::Error::other("torn"));
            }
            self.bytes.borrow_mut().extend(line);
            Ok(())
        }
        fn name(&self) -> String {
            "memory".to_owned()
        }
    }

    fn remark(journal: &mut Journal<'_>, text: &str) -> Result<Entry, JournalError> {
        let text = text.to_owned();
        journal.append("t".to_owned(), Event::Remark { text })
    }

    fn written(lines: usize) -> Memory {
        let memory = Memory::default();
        let mut journal = Journal::open(Box::new(memory.clone())).unwrap();
        for number in 0..lines {
            remark(&mut journal, &number.to_string()).unwrap();
        }
        memory
    }

    #[test]
    fn a_torn_last_line_is_dropped_at_every_length() {
        let whole = written(3).bytes.borrow().clone();
        let two = written(2).bytes.borrow().len();
        for length in two..whole.len() {
            let memory = Memory::default();
            memory.bytes.borrow_mut().extend(&whole[..length]);
            let mut journal = Journal::open(Box::new(memory.clone())).unwrap();
            assert_eq!(journal.entries().count(), 2, "{length} bytes");
            assert_eq!(memory.bytes.borrow().len(), two);
            assert_eq!(remark(&mut journal, "again").unwrap().sequence, 3);
        }
    }

    #[test]
    fn damage_in_the_middle_is_an_error_and_changes_nothing() {
        let memory = written(3);
        let second = written(1).bytes.borrow().len() + 40;
        memory.bytes.borrow_mut()[second] ^= 1;
        let before = memory.bytes.borrow().clone();
        let error = Journal::open(Box::new(memory.clone())).err().unwrap();
        assert!(matches!(
            error,
            JournalError::Damaged {
                line: 2,
                good: 1,
                ..
            }
        ));
        assert_eq!(error.code(), "RL0405");
        assert_eq!(*memory.bytes.borrow(), before);
    }

    #[test]
    fn a_lost_line_is_an_error() {
        let memory = written(4);
        let (one, two) = (
            written(1).bytes.borrow().len(),
            written(2).bytes.borrow().len(),
        );
        memory.bytes.borrow_mut().drain(one..two);
        assert!(matches!(
            Journal::open(Box::new(memory)).err().unwrap(),
            JournalError::Damaged { line: 2, .. }
        ));
    }

    #[test]
    fn nothing_is_written_behind_a_line_that_failed() {
        let memory = written(2);
        let mut journal = Journal::open(Box::new(memory.clone())).unwrap();
        *memory.tear.borrow_mut() = Some(10);
        assert!(remark(&mut journal, "torn").is_err());
        assert!(remark(&mut journal, "behind").is_err());
        let journal = Journal::open(Box::new(memory)).unwrap();
        assert_eq!(journal.entries().count(), 2);
    }
}
