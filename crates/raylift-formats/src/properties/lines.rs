//! Logical lines: natural lines joined where a backslash ends them.

use std::ops::Range;

/// One logical line that is neither empty nor a comment.
pub(super) struct LogicalLine {
    /// Its bytes, natural line by natural line, without leading blanks, joining backslashes and line ends. The first is
    /// never empty unless all are.
    pub(super) parts: Vec<Range<usize>>,
    /// Place of its first byte in the file, blanks and lone backslashes that belong to it included.
    pub(super) begin: usize,
    /// Place of the line end that ends it, or the length of the file.
    pub(super) end: usize,
    /// Place after that line end.
    pub(super) after: usize,
    /// Natural line it starts on, from one.
    pub(super) number: u32,
}

impl LogicalLine {
    /// Its bytes with their places in the file.
    pub(super) fn bytes<'a>(&'a self, file: &'a [u8]) -> impl Iterator<Item = (usize, u8)> + 'a {
        self.parts.iter().flat_map(move |part| {
            let bytes = file.get(part.clone()).unwrap_or_default();
            part.clone().zip(bytes.iter().copied())
        })
    }

    fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
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

    /// Goes to the end of the natural line and says how many backslashes stand before it.
    fn skip_line(&mut self) -> usize {
        let mut backslashes = 0;
        while let Some(byte) = self.file.get(self.at).copied() {
            match byte {
                b'\n' | b'\r' => break,
                b'\\' => backslashes += 1,
                _ => backslashes = 0,
            }
            self.at += 1;
        }
        backslashes
    }

    /// Collects the rest of one natural line; true when a backslash joins the next one.
    fn take_natural_line(&mut self, line: &mut LogicalLine) -> bool {
        let start = self.at;
        let joins = self.skip_line() % 2 == 1;
        let end = self.at - usize::from(joins);
        if end > start {
            line.parts.push(start..end);
        }
        joins
    }
}

impl Iterator for Lines<'_> {
    type Item = LogicalLine;

    fn next(&mut self) -> Option<LogicalLine> {
        let mut line = LogicalLine {
            parts: Vec::new(),
            begin: self.at,
            end: 0,
            after: 0,
            number: 0,
        };
        let mut joined = false;
        loop {
            if !joined {
                line.begin = self.at;
            }
            self.skip_blanks();
            if line.is_empty() {
                line.number = self.number;
                match self.file.get(self.at) {
                    None => return None,
                    // A comment mark counts as one as long as nothing of the logical line has been read, even on a
                    // natural line that a lone backslash joined.
                    Some(b'#' | b'!') => {
                        self.skip_line();
                        joined = false;
                        self.take_line_end();
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
            line.after = self.at;
            let at_end = self.at >= self.file.len();
            // A lone backslash that waits for a line which never comes is an empty logical line, except before CR LF:
            // Java looks for the end of the file between the two.
            if if line.is_empty() {
                joined && at_end && line_end < 2
            } else {
                !joined || at_end
            } {
                return Some(line);
            }
        }
    }
}
