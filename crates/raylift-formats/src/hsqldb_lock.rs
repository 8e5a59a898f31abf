//! The lock file of an HSQLDB database in files (`lportal.lck`).

/// How old a heartbeat may be before HSQLDB itself takes the lock for dead: it writes one every 10 seconds
/// (`org.hsqldb.persist.LockFile`) and opens a database whose heartbeat is older than that.
pub const HEARTBEAT_SECONDS: u64 = 10;

/// The last heartbeat in a lock file, in milliseconds since 1970-01-01 UTC.
///
/// The file is 16 bytes: the letters `HSQLLOCK` and the time as a big-endian 64-bit number; seen in the files of
/// HSQLDB 2.3.3 and 2.7.4. `None` for anything else. There is no process id in it.
pub fn heartbeat(bytes: &[u8]) -> Option<u64> {
    let time: [u8; 8] = bytes.strip_prefix(b"HSQLLOCK")?.try_into().ok()?;
    u64::try_from(i64::from_be_bytes(time)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_big_endian() {
        assert_eq!(
            heartbeat(b"HSQLLOCK\x00\x00\x01\x9a\xb2\x3c\x4d\x5e"),
            Some(0x0000_019a_b23c_4d5e)
        );
    }

    #[test]
    fn other_files_have_no_heartbeat() {
        for bytes in [
            &b""[..],
            b"HSQLLOCK",
            b"HSQLLOCK1234567",
            b"HSQLLOCK123456789",
            b"hsqllock12345678",
            b"HSQLLOCK\xff1234567",
        ] {
            assert_eq!(heartbeat(bytes), None, "{bytes:?}");
        }
    }
}
