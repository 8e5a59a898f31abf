//! Logical lines: natural lines joined where a backslash ends them.

/// One logical line that is neither empty nor a comment, with the place of each of its bytes in the file.
pub(super) struct LogicalLine {
    /// Its bytes without leading blanks, joining backslashes and line ends.
    pub(super) bytes: Vec<u8>,
    /// For each byte of [`LogicalLine::bytes`] its place in the file.
    pub(super) places: Vec<usize>,
    /// Place of the line end that ends it, or the length of the file.
    pub(super) end: usize,
    /// Natural line it starts on, from one.
    pub(super) number: u32,
}

/// Splits a file into logical lines (`java.util.Properties.load`, "line-oriented format"): lines end with LF, CR or
/// CR LF; blanks, tabulators and form feeds at the start of a natural line are skipped; a line whose first other
/// character is `#` or `!` is a comment and is never continued; an odd number of backslashes at the end joins the next
/// natural line. Joining an empty line ends the logical line; a backslash at the very end of the file is dropped, and
/// where it stood alone it leaves an empty logical line.
pub(super) struct Lines<'file> {
    file: &'file [u8],
    at: usize,
    number: u32,
}

impl<'file> Lines<'file> {
    pub(super) fn new(file: &'file [u8]) -> Self {
        Self {
            file,
            at: 0,
            number: 1,
        }
    }

    /// Takes the line end at the current place, if there is one, and says how long it was.
    fn take_line_end(&mut self) -> usize {
        let rest = self.file.get(self.at..).unwrap_or_default();
        let length = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return 0,
        };
        self.at += length;
        self.number = self.number.saturating_add(1);
        length
    }

    fn skip_blanks(&mut self) {
        while matches!(self.file.get(self.at), Some(b' ' | b'\t' | 0x0c)) {
            self.at += 1;
        }
    }

    fn skip_comment(&mut self) {
        while !matches!(self.file.get(self.at), None | Some(b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Collects the rest of one natural line; true when a backslash joins the next one.
    fn take_natural_line(&mut self, line: &mut LogicalLine) -> bool {
        let mut joins = false;
        while let Some(byte) = self.file.get(self.at).copied() {
            if matches!(byte, b'\n' | b'\r') {
                break;
            }
            line.bytes.push(byte);
            line.places.push(self.at);
            joins = byte == b'\\' && !joins;
            self.at += 1;
        }
        if joins {
            line.bytes.pop();
            line.places.pop();
        }
        joins
    }
}

impl Iterator for Lines<'_> {
    type Item = LogicalLine;

    fn next(&mut self) -> Option<LogicalLine> {
        let mut line = LogicalLine {
            bytes: Vec::new(),
            places: Vec::new(),
            end: 0,
            number: 0,
        };
        let mut joined = false;
        loop {
            self.skip_blanks();
            if line.bytes.is_empty() {
                line.number = self.number;
                match self.file.get(self.at) {
                    None => return None,
                    // A comment mark counts as one as long as nothing of the logical line has been read, even on a
                    // natural line that a lone backslash joined.
                    Some(b'#' | b'!') => {
                        self.skip_comment();
                        joined = false;
                        continue;
                    }
                    Some(_) => {}
                }
                if !joined && self.take_line_end() > 0 {
                    continue;
                }
            }
            joined = self.take_natural_line(&mut line);
            line.end = self.at;
            let line_end = self.take_line_end();
            let at_end = self.at >= self.file.len();
            // A lone backslash that waits for a line which never comes is an empty logical line, except before CR LF:
            // Java looks for the end of the file between the two.
            if if line.bytes.is_empty() {
                joined && at_end && line_end < 2
            } else {
                !joined || at_end
            } {
                return Some(line);
            }
        }
    }
}
