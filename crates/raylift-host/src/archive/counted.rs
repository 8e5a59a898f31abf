//! Gives an entry's content to a visitor, counting what really comes out.

use std::io::{self, Read};
use std::path::Path;

use raylift_survey::source::{SourceEntry, SourceError, Visitor};

use super::fault::{self, Fault};
use super::limits::Meter;

/// The content of one entry on its way to the visitor.
struct Counted<'a> {
    inner: &'a mut dyn Read,
    meter: &'a Meter,
    name: &'a str,
    declared: u64,
    came: u64,
    fault: Option<Fault>,
    failure: Option<io::Error>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.fault.is_some() || self.failure.is_some() {
            return Err(io::Error::other("the entry failed before"));
        }
        let count = match self.inner.read(buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                let told = io::Error::new(error.kind(), error.to_string());
                self.failure = Some(error);
                return Err(told);
            }
        };
        self.came += count as u64;
        let judged = if self.came > self.declared {
            Err(Fault::damaged(format!(
                "entry {:?} unpacks to more than the {} bytes it declares",
                self.name, self.declared
            )))
        } else {
            self.meter.count(count as u64)
        };
        judged.map(|()| count).map_err(|fault| {
            let told = io::Error::other(fault.detail.clone());
            self.fault = Some(fault);
            told
        })
    }
}

/// Shows one entry to the visitor and reads what the visitor left, so that every entry's end and checksum is seen.
/// A fault of the archive wins over what the visitor made of it.
pub(super) fn show(
    place: &Path,
    entry: &SourceEntry,
    content: &mut dyn Read,
    meter: &Meter,
    visitor: Visitor<'_>,
) -> Result<(), SourceError> {
    let mut counted = Counted {
        inner: content,
        meter,
        name: &entry.path,
        declared: entry.size,
        came: 0,
        fault: None,
        failure: None,
    };
    let visited = visitor(entry, &mut counted);
    if visited.is_ok() {
        // A failure is kept in the reader and judged below.
        let _ = io::copy(&mut counted, &mut io::sink());
    }
    if let Some(fault) = counted.fault {
        return Err(fault.at(place, None));
    }
    if let Some(failure) = counted.failure {
        return Err(fault::damaged(
            place,
            &format!("entry {:?} does not unpack", entry.path),
            failure,
        ));
    }
    visited?;
    if counted.came < entry.size {
        return Err(Fault::damaged(format!(
            "entry {:?} has {} bytes where {} are declared",
            entry.path, counted.came, entry.size
        ))
        .at(place, None));
    }
    Ok(())
}
