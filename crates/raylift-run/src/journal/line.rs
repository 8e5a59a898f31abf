//! One line of a journal.

use raylift_model::event::Entry;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The format number that this code writes.
const FORMAT: u32 = 1;

/// The `previous` of the first line.
pub(super) const FIRST: &str = "00000000";

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    format: u32,
    #[serde(borrow)]
    previous: &'a str,
    #[serde(borrow)]
    crc: &'a str,
    #[serde(borrow)]
    entry: &'a RawValue,
}

/// What a whole line holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// An entry this code understands.
    Known(Entry),
    /// An entry that a newer raylift wrote.
    Unknown(UnknownEntry),
}

/// As much of a newer raylift's entry as can be shown.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UnknownEntry {
    /// Number of the line.
    pub sequence: u64,
    /// UTC, RFC 3339.
    pub time: String,
    /// The entry's content.
    #[serde(rename = "data")]
    pub event: UnknownEvent,
}

/// The kind of an event that is not known here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UnknownEvent {
    /// Its kind as written.
    #[serde(rename = "event")]
    pub kind: String,
}

impl Record {
    /// Number of the line, from 1.
    pub fn sequence(&self) -> u64 {
        match self {
            Self::Known(entry) => entry.sequence,
            Self::Unknown(entry) => entry.sequence,
        }
    }

    /// When it was written, UTC, RFC 3339.
    pub fn time(&self) -> &str {
        match self {
            Self::Known(entry) => &entry.time,
            Self::Unknown(entry) => &entry.time,
        }
    }
}

/// Writes an entry as a line with its newline; also gives its checksum, the `previous` of the next line.
pub(super) fn write(entry: &Entry, previous: &str) -> Result<(Vec<u8>, String), serde_json::Error> {
    let entry = serde_json::value::to_raw_value(entry)?;
    let crc = checksum(previous, entry.get());
    let mut bytes = serde_json::to_vec(&Line {
        format: FORMAT,
        previous,
        crc: &crc,
        entry: &entry,
    })?;
    bytes.push(b'\n');
    Ok((bytes, crc))
}

/// Reads a line without its newline, which should be number `sequence`, and gives its checksum; `None` when it is not
/// whole or does not follow `previous`. A whole line is never `None`, however new it is: only torn lines may be cut off.
pub(super) fn parse(bytes: &[u8], previous: &str, sequence: u64) -> Option<(Record, String)> {
    let line: Line<'_> = serde_json::from_slice(bytes).ok()?;
    if line.previous != previous || line.crc != checksum(previous, line.entry.get()) {
        return None;
    }
    let known = (line.format == FORMAT)
        .then(|| serde_json::from_str(line.entry.get()).ok())
        .flatten();
    let record = match known {
        Some(entry) => Record::Known(entry),
        None => Record::Unknown(unknown(line.entry.get(), line.format, sequence)),
    };
    if record.sequence() != sequence {
        return None;
    }
    Some((record, line.crc.to_owned()))
}

fn unknown(entry: &str, format: u32, sequence: u64) -> UnknownEntry {
    serde_json::from_str(entry).unwrap_or_else(|_| UnknownEntry {
        sequence,
        time: String::new(),
        event: UnknownEvent {
            kind: format!("of format {format}"),
        },
    })
}

fn checksum(previous: &str, entry: &str) -> String {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(previous.as_bytes());
    hasher.update(entry.as_bytes());
    format!("{:08x}", hasher.finalize())
}

#[cfg(test)]
mod tests {
    use raylift_model::event::Event;

    use super::*;

    fn entry() -> Entry {
        Entry {
            sequence: 1,
            time: "2026-11-23T17:45:12.000Z".to_owned(),
            event: Event::Resumed,
        }
    }

    #[test]
    fn the_format_of_version_1_stays() {
        // The checksum is that of zlib: crc32(b'00000000{"sequence":1,...}}') in Python.
        let golden = br#"{"format":1,"previous":"00000000","crc":"5bcccf1c","entry":{"sequence":1,"time":"2026-11-23T17:45:12.000Z","data":{"event":"resumed"}}}"#;
        let (bytes, _) = write(&entry(), FIRST).unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            format!("{}\n", String::from_utf8_lossy(golden))
        );
        assert_eq!(parse(golden, FIRST, 1).unwrap().0, Record::Known(entry()));
    }

    #[test]
    fn every_changed_byte_of_the_entry_is_noticed() {
        let (bytes, _) = write(&entry(), FIRST).unwrap();
        let line = &bytes[..bytes.len() - 1];
        let start = line
            .windows(7)
            .position(|part| part == b"\"entry\"")
            .unwrap();
        for at in start..line.len() {
            let mut damaged = line.to_vec();
            damaged[at] ^= 1;
            assert!(parse(&damaged, FIRST, 1).is_none(), "byte {at}");
        }
    }

    #[test]
    fn a_line_out_of_its_place_is_noticed() {
        let (bytes, _) = write(&entry(), FIRST).unwrap();
        assert!(parse(&bytes[..bytes.len() - 1], "12345678", 1).is_none());
        assert!(parse(&bytes[..bytes.len() - 1], FIRST, 2).is_none());
    }

    #[test]
    fn an_event_of_a_newer_raylift_is_named() {
        let raw = r#"{"sequence":4,"time":"t","data":{"event":"moon-landed","where":3}}"#;
        let line = format!(
            r#"{{"format":2,"previous":"{FIRST}","crc":"{}","entry":{raw}}}"#,
            checksum(FIRST, raw)
        );
        let (record, _) = parse(line.as_bytes(), FIRST, 4).unwrap();
        assert!(matches!(record, Record::Unknown(unknown) if unknown.event.kind == "moon-landed"));
    }

    #[test]
    fn a_whole_line_of_a_strange_shape_is_not_taken_for_a_torn_one() {
        let raw = r#"{"when":4}"#;
        let line = format!(
            r#"{{"format":3,"previous":"{FIRST}","crc":"{}","entry":{raw}}}"#,
            checksum(FIRST, raw)
        );
        let (record, _) = parse(line.as_bytes(), FIRST, 1).unwrap();
        assert!(matches!(record, Record::Unknown(unknown) if unknown.event.kind == "of format 3"));
    }
}
