//! Assignments in a script.

use std::collections::HashMap;
use std::ops::Range;

use super::super::list::Element;
use super::option::option_name;

/// Variables whose values are options of the Java machine: of Tomcat's `catalina.sh` and of the `java` command (9 and
/// later). The machine gets those of the last one first: `catalina.sh` puts `$JAVA_OPTS $CATALINA_OPTS` into the command
/// line, and `java` puts `JDK_JAVA_OPTIONS` before it.
pub const OPTIONS: [&str; 3] = ["CATALINA_OPTS", "JAVA_OPTS", "JDK_JAVA_OPTIONS"];

/// The language of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// POSIX shell (POSIX.1-2017, Shell Command Language).
    Sh,
    /// Batch files of Windows.
    Bat,
}

/// One assignment to a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// The value as written, without quotation marks around it.
    pub written: String,
    /// Place of that.
    pub value: Range<usize>,
    /// Place of the value with its quotation marks.
    pub(super) quoted: Range<usize>,
    /// The quotation mark around the value. Batch files know none of the shell's; their values are as between double ones.
    pub(super) mark: Option<char>,
    /// Children get it.
    pub(super) exported: bool,
    /// Place of all of it, an `export` included, without what follows on its line.
    pub(super) statement: Range<usize>,
    /// It runs whenever the script does, as far as that can be seen.
    pub(super) certain: bool,
    /// Words of a value that is made of options, references to variables included.
    pub(super) words: Vec<Element>,
    /// Those that are options.
    pub(super) options: Vec<Element>,
}

impl Assignment {
    pub(super) fn is_options(&self) -> bool {
        OPTIONS.contains(&self.name.as_str())
    }
}

/// What a script does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// Its assignments in order.
    pub assignments: Vec<Assignment>,
    /// Lines that do something else, from one.
    pub not_understood: Vec<u32>,
    /// Places of those.
    pub(super) opaque: Vec<Range<usize>>,
    /// Names that an `export` gives to children without a value.
    pub(super) exports: Vec<String>,
}

impl Script {
    /// The options that it gives the Java machine, with the variable that holds them.
    pub(super) fn options(&self) -> impl Iterator<Item = (&Assignment, &Element)> {
        self.assignments.iter().flat_map(|assignment| {
            assignment
                .options
                .iter()
                .map(move |option| (assignment, option))
        })
    }

    /// The options that it gives the Java machine as written, with the variable that holds them.
    pub fn java_options(&self) -> impl Iterator<Item = (&str, &str)> {
        self.options()
            .map(|(assignment, option)| (assignment.name.as_str(), option.value.as_str()))
    }

    /// The options in the order in which the Java machine gets them.
    fn in_order(&self) -> Vec<(&Assignment, &Element)> {
        let mut options: Vec<(&Assignment, &Element)> = self.options().collect();
        options.sort_by_key(|(assignment, _)| {
            let place = OPTIONS.iter().position(|name| *name == assignment.name);
            std::cmp::Reverse(place)
        });
        options
    }

    /// Of the options that begin like this the last that the Java machine gets.
    pub fn last_option(&self, beginning: &str) -> Option<&str> {
        let options = self.in_order().into_iter().rev();
        let mut values = options.map(|(_, option)| option.value.as_str());
        values.find(|value| value.starts_with(beginning))
    }

    /// Options by name, of several the last that the Java machine gets.
    pub(super) fn by_name(&self) -> HashMap<&str, (&Assignment, &Element)> {
        self.in_order()
            .into_iter()
            .map(|(assignment, option)| (option.name.as_str(), (assignment, option)))
            .collect()
    }

    /// Whether children get a variable.
    pub fn exports(&self, name: &str) -> bool {
        let mut assignments = self.assignments.iter();
        assignments.any(|assignment| assignment.exported && assignment.name == name)
            || self.exports.iter().any(|exported| exported == name)
    }

    /// Whether a variable gets its value in it.
    pub(super) fn assigns(&self, name: &str) -> bool {
        let mut assignments = self.assignments.iter();
        assignments.any(|assignment| assignment.name == name)
    }

    /// Variables by name, of several assignments the last.
    pub(super) fn variables(&self) -> HashMap<&str, &Assignment> {
        let assignments = self.assignments.iter();
        assignments
            .map(|assignment| (assignment.name.as_str(), assignment))
            .collect()
    }
}

/// Reads a script. Everything but comments, assignments and exports is not understood.
pub fn script(bytes: &[u8], dialect: Dialect) -> Script {
    let mut reader = Reader {
        bytes,
        at: 0,
        script: Script::default(),
    };
    let mut line = 1;
    while reader.at < bytes.len() {
        let start = reader.at;
        let understood = match dialect {
            Dialect::Sh => reader.sh_line(),
            Dialect::Bat => reader.bat_line(),
        };
        if understood.is_none() {
            reader.script.not_understood.push(line);
            reader.skip(|byte| !is_line_end(byte));
            reader.script.opaque.push(start..reader.at);
        }
        reader.line_end();
        let read = bytes.get(start..reader.at).unwrap_or_default();
        let lines = read.iter().filter(|byte| **byte == b'\n').count();
        line = line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
    }
    let mut script = reader.script;
    super::flow::mark(&mut script, bytes, dialect);
    script
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    script: Script,
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Characters of an unquoted value that mean themselves, or a variable.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_./:=,+%@${}-".contains(&byte) || !byte.is_ascii()
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) -> Range<usize> {
        let start = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        start..self.at
    }

    fn line_end(&mut self) {
        match self.bytes.get(self.at..).unwrap_or_default() {
            [b'\r', b'\n', ..] => self.at += 2,
            [b'\r' | b'\n', ..] => self.at += 1,
            _ => {}
        }
    }

    fn text(&self, range: Range<usize>) -> String {
        String::from_utf8_lossy(self.bytes.get(range).unwrap_or_default()).into_owned()
    }

    fn name(&mut self) -> Option<String> {
        let range = self.skip(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let name = self.text(range);
        (!name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit()))
            .then_some(name)
    }

    /// One line of a shell script; `None` when it is not understood.
    fn sh_line(&mut self) -> Option<()> {
        loop {
            self.skip(is_blank);
            match self.peek() {
                None => return Some(()),
                Some(byte) if is_line_end(byte) => return Some(()),
                Some(b'#') => {
                    self.skip(|byte| !is_line_end(byte));
                    return Some(());
                }
                Some(_) => {}
            }
            self.statement()?;
            self.skip(is_blank);
            match self.peek() {
                Some(b';') if self.bytes.get(self.at + 1) != Some(&b';') => self.at += 1,
                // A sign right behind the value belongs to it.
                Some(b'#')
                    if self
                        .bytes
                        .get(self.at.wrapping_sub(1))
                        .is_some_and(|byte| is_blank(*byte)) => {}
                None => {}
                Some(byte) if is_line_end(byte) => {}
                Some(_) => return None,
            }
        }
    }

    fn statement(&mut self) -> Option<()> {
        let start = self.at;
        let mut name = self.name()?;
        let exported = name == "export" && self.peek().is_some_and(is_blank);
        if exported {
            self.skip(is_blank);
            name = self.name()?;
        }
        if self.peek() == Some(b'=') {
            self.at += 1;
            return self.value(start, name, exported);
        }
        if !exported {
            return None;
        }
        self.script.exports.push(name);
        loop {
            self.skip(is_blank);
            match self.peek() {
                None | Some(b';' | b'#') => return Some(()),
                Some(byte) if is_line_end(byte) => return Some(()),
                Some(_) => {
                    let name = self.name()?;
                    if self.peek() == Some(b'=') {
                        return None;
                    }
                    self.script.exports.push(name);
                }
            }
        }
    }

    fn value(&mut self, start: usize, name: String, exported: bool) -> Option<()> {
        let from = self.at;
        let mut around = None;
        let value = match self.peek() {
            Some(mark @ (b'"' | b'\'')) => {
                around = Some(char::from(mark));
                self.at += 1;
                let inside = self.at;
                loop {
                    match self.peek()? {
                        byte if byte == mark => break,
                        b'`' if mark == b'"' => return None,
                        b'\\' if mark == b'"' => self.at += 2,
                        b'$' if mark == b'"' && self.bytes.get(self.at + 1) == Some(&b'(') => {
                            return None;
                        }
                        _ => self.at += 1,
                    }
                }
                self.at += 1;
                inside..self.at - 1
            }
            _ => self.skip(is_plain),
        };
        let quoted = from..self.at;
        self.assignment(Assignment {
            written: self.text(value.clone()),
            name,
            value,
            quoted,
            mark: around,
            exported,
            statement: start..self.at,
            certain: false,
            words: Vec::new(),
            options: Vec::new(),
        })
    }

    fn assignment(&mut self, mut assignment: Assignment) -> Option<()> {
        if assignment.is_options() {
            // Quotation marks inside would join words.
            if assignment.written.contains(['"', '\'', '`']) {
                return None;
            }
            assignment.words = self.words(&assignment.value)?;
            let is_option = |word: &&Element| !word.value.starts_with(['$', '%']);
            assignment.options = assignment.words.iter().filter(is_option).cloned().collect();
        }
        self.script.assignments.push(assignment);
        Some(())
    }

    /// Words between blanks and joined lines; `None` when a backslash does anything else.
    fn words(&self, value: &Range<usize>) -> Option<Vec<Element>> {
        let mut words: Vec<Element> = Vec::new();
        let mut at = value.start;
        while at < value.end {
            let rest = self.bytes.get(at..value.end)?;
            let length = rest
                .iter()
                .position(|byte| is_blank(*byte) || is_line_end(*byte) || *byte == b'\\')
                .unwrap_or(rest.len());
            if length == 0 {
                let joins =
                    rest.first() != Some(&b'\\') || rest.get(1).copied().is_some_and(is_line_end);
                if !joins {
                    return None;
                }
                at += 1;
                continue;
            }
            let range = at..at + length;
            let text = self.text(range.clone());
            // A blank in `${NAME:-a b}` ends no word.
            if text.matches('{').count() != text.matches('}').count() {
                return None;
            }
            words.push(Element {
                name: option_name(&text),
                value: text,
                range,
            });
            at += length;
        }
        // An option whose value is the next word, as in `--add-opens a/b=c`, is no word by itself.
        let takes_next = |word: &Element| {
            word.value.starts_with("--") && !word.value.contains('=')
                || matches!(word.value.as_str(), "-cp" | "-classpath" | "-p")
        };
        (!words.iter().any(takes_next)).then_some(words)
    }

    /// One line of a batch file; `None` when it is not understood.
    fn bat_line(&mut self) -> Option<()> {
        let line = self.skip(|byte| !is_line_end(byte));
        let written = self.text(line.clone());
        let trimmed = written.trim_start_matches([' ', '\t', '@']);
        let word = trimmed.split([' ', '\t']).next().unwrap_or_default();
        let is_comment = trimmed.starts_with("::") || word.eq_ignore_ascii_case("rem");
        if trimmed.trim().is_empty()
            || is_comment
            || trimmed.trim().eq_ignore_ascii_case("echo off")
        {
            return Some(());
        }
        let rest = word
            .eq_ignore_ascii_case("set")
            .then(|| trimmed.get(word.len()..))
            .flatten()?
            .trim_start();
        if rest.contains(['&', '|', '<', '>', '^', '!']) || !written.is_ascii() {
            return None;
        }
        let start = line.start + written.len() - rest.len();
        let (inside, end) = match rest.strip_prefix('"') {
            Some(inside) => (
                start + 1,
                start + 1 + inside.trim_end().strip_suffix('"')?.len(),
            ),
            None => (start, start + rest.len()),
        };
        let pair = self.text(inside..end);
        let (name, _) = pair.split_once('=')?;
        let plain = |character: char| character.is_ascii_alphanumeric() || character == '_';
        if name.is_empty() || !name.chars().all(plain) {
            return None;
        }
        let value = inside + name.len() + 1..end;
        let name = name.to_owned();
        let statement = line.start + written.len() - trimmed.len()..line.end;
        self.assignment(Assignment {
            written: self.text(value.clone()),
            name,
            quoted: value.clone(),
            value,
            mark: Some('"'),
            exported: false,
            statement,
            certain: false,
            words: Vec::new(),
            options: Vec::new(),
        })
    }
}
