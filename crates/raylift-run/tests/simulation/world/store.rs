//! The journal in memory: its lines can be lost, torn, or written without raylift getting to know.

use std::io;

use raylift_run::journal::JournalStore;

use super::World;

pub(crate) struct Store(pub(crate) World);

impl Store {
    fn effect(&self, name: &'static str) -> io::Result<()> {
        self.0.effect(name).map_err(io::Error::other)
    }
}

impl JournalStore for Store {
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        Ok(self
            .0
            .inner(|inner| (!inner.journal.is_empty()).then(|| inner.journal.clone())))
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.effect("truncate journal")?;
        self.0
            .inner(|inner| inner.journal.truncate(length as usize));
        Ok(())
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.effect("append nothing")?;
        let (first, second) = line.split_at(line.len() / 2);
        self.0.inner(|inner| inner.journal.extend(first));
        self.effect("append half")?;
        self.0.inner(|inner| {
            inner.journal.extend(second);
            inner.commit_begun |= String::from_utf8_lossy(line).contains("commit-started");
        });
        self.effect("append unacknowledged")
    }

    fn name(&self) -> String {
        "journal.jsonl".to_owned()
    }
}
