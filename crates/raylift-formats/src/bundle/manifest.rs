//! JAR manifests, main section only.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Parsed};

/// The longest line with its end, in bytes, that `java.util.jar.Manifest` reads. (Writers fold at 72 bytes.)
const LONGEST_LINE_JAVA_READS: usize = 512;
/// Headers that are kept; real main sections have some fifty.
const MOST_HEADERS: usize = 10_000;
/// Remarks of each level that are kept: a file of megabytes may give cause for a million.
const MOST_REMARKS: usize = 100;

/// One header of the main section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Name as written.
    pub name: String,
    /// Value with its continuation lines joined, as `java.util.jar.Attributes` has it.
    pub value: String,
    /// Line of the name, counted from one.
    pub line: u32,
}

/// The main section of a manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    headers: Vec<Header>,
}

impl Manifest {
    /// Reads a manifest as `java.util.jar.Manifest` does (JAR File Specification, "JAR Manifest").
    ///
    /// Continuation lines are joined as bytes before they are decoded, because writers fold at 72 bytes even inside a
    /// character. Where Java refuses the whole manifest, this reads what can be read and says so with an error.
    pub fn read(bytes: &[u8]) -> Parsed<Self> {
        Reader::default().read(bytes)
    }

    /// The value of a header; names are compared without case. Of a repeated header the last one counts, as in Java.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .rev()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value.as_str())
    }

    /// The value of a header without blanks around it, `None` when that is empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)
            .map(str::trim)
            .filter(|value| !value.is_empty())
    }

    /// All headers in the order of the file, repeated ones included.
    pub fn headers(&self) -> &[Header] {
        &self.headers
    }
}

#[derive(Default)]
struct Reader {
    manifest: Manifest,
    diagnostics: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
    names: HashSet<String>,
    open: Option<OpenHeader>,
}

struct OpenHeader {
    name: String,
    value: Vec<u8>,
    line: u32,
}

impl Reader {
    fn read(mut self, bytes: &[u8]) -> Parsed<Manifest> {
        let bytes = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => {
                self.error(1, "the manifest starts with a byte order mark");
                rest
            }
            None => bytes,
        };
        let mut number = 0;
        let mut rest = bytes;
        while !rest.is_empty() {
            number += 1;
            let (line, after) = split_line(rest);
            if after.is_none() {
                let message = "the last line has no line end: Java leaves its header out";
                self.error(number, message);
            }
            let after = after.unwrap_or_default();
            if rest.len() - after.len() > LONGEST_LINE_JAVA_READS {
                self.error(number, "the line is longer than Java reads");
            }
            rest = after;
            if line.is_empty() {
                break;
            }
            if self.manifest.headers.len() >= MOST_HEADERS {
                self.error(number, "there are more headers than are read");
                self.open = None;
                break;
            }
            self.line(line, number);
        }
        self.close();
        Parsed {
            value: self.manifest,
            diagnostics: self.diagnostics,
        }
    }

    fn line(&mut self, line: &[u8], number: u32) {
        if let Some(continued) = line.strip_prefix(b" ") {
            match &mut self.open {
                Some(header) => header.value.extend_from_slice(continued),
                None => self.error(number, "a continuation line continues nothing"),
            }
            return;
        }
        self.close();
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            self.error(number, "the line has no colon");
            return;
        };
        let (name, value) = (
            line.get(..colon).unwrap_or_default(),
            line.get(colon + 1..).unwrap_or_default(),
        );
        if !is_header_name(name) {
            self.error(number, "the header's name is not allowed");
        }
        let value = value.strip_prefix(b" ").unwrap_or_else(|| {
            self.error(number, "there is no blank after the colon");
            value
        });
        let name = String::from_utf8_lossy(name).into_owned();
        self.open = Some(OpenHeader {
            name,
            value: value.to_vec(),
            line: number,
        });
    }

    fn error(&mut self, line: u32, message: impl Into<String>) {
        self.errors += 1;
        if self.errors <= MOST_REMARKS {
            self.diagnostics.push(Diagnostic::error(line, message));
        }
    }

    fn warning(&mut self, line: u32, message: impl Into<String>) {
        self.warnings += 1;
        if self.warnings <= MOST_REMARKS {
            self.diagnostics.push(Diagnostic::warning(line, message));
        }
    }

    fn close(&mut self) {
        let Some(header) = self.open.take() else {
            return;
        };
        if !self.names.insert(header.name.to_ascii_lowercase()) {
            let message = format!(
                "header {} stands there twice; the last one counts",
                header.name
            );
            self.warning(header.line, message);
        }
        let value = String::from_utf8(header.value).unwrap_or_else(|error| {
            self.warning(
                header.line,
                format!("the value of {} is not UTF-8", header.name),
            );
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        });
        self.manifest.headers.push(Header {
            name: header.name,
            value,
            line: header.line,
        });
    }
}

/// The first line without its end, and what follows it; `None` when the line has no end. A line ends with
/// CR LF, LF or CR alone.
fn split_line(bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
        return (bytes, None);
    };
    let line = bytes.get(..end).unwrap_or_default();
    let rest = bytes.get(end..).unwrap_or_default();
    let rest = rest
        .strip_prefix(b"\r\n")
        .or_else(|| rest.get(1..))
        .unwrap_or_default();
    (line, Some(rest))
}

/// `java.util.jar.Attributes.Name`: 1 to 70 letters, digits, hyphens and underscores.
fn is_header_name(name: &[u8]) -> bool {
    (1..=70).contains(&name.len())
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(bytes: &[u8], name: &str) -> Option<String> {
        Manifest::read(bytes).value.get(name).map(str::to_owned)
    }

    #[test]
    fn a_line_folded_inside_a_character_is_joined_before_decoding() {
        let bytes = b"Manifest-Version: 1.0\r\nBundle-Name: Stra\xc3\r\n \x9fe\r\n\r\n";
        let read = Manifest::read(bytes);
        assert_eq!(read.value.get("bundle-name"), Some("Straße"));
        assert_eq!(read.diagnostics, []);
    }

    #[test]
    fn the_main_section_ends_at_the_first_empty_line() {
        let bytes = b"A: 1\n\nName: x\nB: 2\n";
        assert_eq!(value(bytes, "A").as_deref(), Some("1"));
        assert_eq!(value(bytes, "B"), None);
    }

    #[test]
    fn carriage_returns_alone_end_lines() {
        assert_eq!(value(b"A: 1\rB: 2\r 3\r\r", "B").as_deref(), Some("23"));
    }

    #[test]
    fn of_a_repeated_header_the_last_counts_and_it_is_said() {
        let read = Manifest::read(b"A: 1\nB: x\na: 2\n");
        assert_eq!(read.value.get("A"), Some("2"));
        assert_eq!(read.diagnostics.len(), 1);
        assert_eq!(read.diagnostics[0].line, 3);
    }

    #[test]
    fn a_missing_last_line_end_loses_nothing_here_and_is_said() {
        let read = Manifest::read(b"A: 1\nBundle-SymbolicName: a.b");
        assert_eq!(read.value.get("Bundle-SymbolicName"), Some("a.b"));
        assert!(read.has_errors());
    }

    #[test]
    fn what_java_refuses_is_an_error() {
        for bytes in [
            &b" x\n"[..],
            b"A\n",
            b"A:x\n",
            b"A b: x\n",
            b": x\n",
            b"\xef\xbb\xbfA: 1\n",
        ] {
            assert!(Manifest::read(bytes).has_errors(), "{bytes:?}");
        }
    }
}
