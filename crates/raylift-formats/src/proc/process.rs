//! `/proc/PID/stat`, `cmdline` and `environ`.

/// What `/proc/PID/stat` says, as far as raylift needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// Field 1: process id.
    pub pid: u32,
    /// Field 2 without its brackets: name of the executable, at most 15 bytes; it may hold blanks and brackets.
    pub command: String,
    /// Field 3: one letter; `Z` and `X` are dead.
    pub state: char,
    /// Field 4: process id of the parent.
    pub parent: u32,
    /// Field 22: start time in clock ticks since boot. With the pid it names a process for good.
    pub started: u64,
}

impl Stat {
    /// The process has ended and only waits to be collected.
    pub fn is_dead(&self) -> bool {
        matches!(self.state, 'Z' | 'X' | 'x')
    }
}

/// Reads `/proc/PID/stat`; `None` when it does not have that form.
///
/// The command stands in brackets and may itself hold brackets, blanks and line ends, so the last closing bracket of
/// the file ends it: no later field holds one.
pub fn stat(bytes: &[u8]) -> Option<Stat> {
    let open = bytes.iter().position(|byte| *byte == b'(')?;
    let close = bytes.iter().rposition(|byte| *byte == b')')?;
    let pid = std::str::from_utf8(bytes.get(..open)?)
        .ok()?
        .trim()
        .parse()
        .ok()?;
    let command = String::from_utf8_lossy(bytes.get(open + 1..close)?).into_owned();
    let rest = std::str::from_utf8(bytes.get(close + 1..)?).ok()?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    Some(Stat {
        pid,
        command,
        state: fields.first()?.chars().next()?,
        parent: fields.get(1)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
    })
}

/// The arguments in `/proc/PID/cmdline`; empty for a kernel thread or a dead process. Bytes that are not UTF-8 are
/// replaced.
pub fn arguments(bytes: &[u8]) -> Vec<String> {
    parts(bytes)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect()
}

/// Names and values in `/proc/PID/environ`, in order. An entry without an equals sign is left out. Bytes that are not
/// UTF-8 are replaced.
pub fn environment(bytes: &[u8]) -> Vec<(String, String)> {
    parts(bytes)
        .filter_map(|part| {
            let at = part.iter().position(|byte| *byte == b'=')?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            Some((text(part.get(..at)?), text(part.get(at + 1..)?)))
        })
        .collect()
}

fn parts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    let count = if bytes.is_empty() { 0 } else { usize::MAX };
    bytes.split(|byte| *byte == 0).take(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_with_brackets_and_blanks_does_not_shift_the_fields() {
        let line = b"4711 (a) b (c) S 1 4711 4711 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 30 0 987654 1000 200 18446744073709551615\n";
        let stat = stat(line).unwrap();
        assert_eq!(
            (stat.pid, stat.command.as_str(), stat.state, stat.parent),
            (4711, "a) b (c", 'S', 1)
        );
        assert_eq!(stat.started, 987_654);
        assert!(!stat.is_dead());
    }

    #[test]
    fn the_own_process_is_read() {
        let stat = stat(&std::fs::read("/proc/self/stat").unwrap()).unwrap();
        assert_eq!(stat.pid, std::process::id());
        assert!(stat.started > 0);
    }

    #[test]
    fn a_short_file_is_refused() {
        for bytes in [&b""[..], b"1", b"1 (x", b"1 (x) S 1", b"x (y) S 1 2 3"] {
            assert_eq!(stat(bytes), None);
        }
    }

    #[test]
    fn empty_arguments_are_kept() {
        assert_eq!(arguments(b"java\0\0-cp\0"), ["java", "", "-cp"]);
        assert!(arguments(b"").is_empty());
    }

    #[test]
    fn values_may_hold_equals_signs_and_line_ends() {
        let read = environment(b"A=1=2\0NONE\0B=x\ny\0C=\0");
        let expected = [("A", "1=2"), ("B", "x\ny"), ("C", "")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read, expected);
    }
}
