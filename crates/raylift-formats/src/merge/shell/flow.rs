//! Which lines of a script run whenever it does, although others are not understood.

use std::ops::Range;

use super::OPTIONS;
use super::script::{Dialect, Script};

/// How deep the next line stands inside of conditions, loops, functions and subshells.
#[derive(Default)]
struct Depth {
    words: usize,
    parentheses: usize,
    /// Nothing more can be said: the rest may not run, or may be no line of its own.
    lost: bool,
}

/// Marks the assignments that run whenever the script does. What is not sure is not marked.
pub(super) fn mark(script: &mut Script, bytes: &[u8], dialect: Dialect) {
    let opaque = std::mem::take(&mut script.opaque);
    let mut depth = Depth::default();
    let mut ranges = opaque.iter().peekable();
    for assignment in &mut script.assignments {
        let at = assignment.statement.start;
        while let Some(range) = ranges.next_if(|range| range.start <= at) {
            depth.read(bytes, range, dialect);
        }
        let is_own = !opaque.iter().any(|range| range.contains(&at));
        assignment.certain = is_own && depth.is_none();
    }
    script.opaque = opaque;
}

impl Depth {
    fn is_none(&self) -> bool {
        !self.lost && self.words == 0 && self.parentheses == 0
    }

    fn read(&mut self, bytes: &[u8], range: &Range<usize>, dialect: Dialect) {
        let text = String::from_utf8_lossy(bytes.get(range.clone()).unwrap_or_default());
        let goes_on = text.trim_end().ends_with(['\\', '&', '|']);
        if dialect == Dialect::Bat || goes_on {
            self.lost = true;
        }
        if !self.lost {
            self.shell(&text);
        }
    }

    /// POSIX.1-2017, Shell Command Language 2.2 (quoting) and 2.4 (reserved words, which count where a command begins).
    fn shell(&mut self, text: &str) {
        let mut rest = text.chars().peekable();
        let mut word = String::new();
        let mut quoted = false;
        let mut begins = true;
        while let Some(character) = rest.next() {
            match character {
                '\\' => {
                    quoted = true;
                    rest.next();
                }
                '\'' | '"' | '`' => {
                    quoted = true;
                    if !skip_to(&mut rest, character) {
                        self.lost = true;
                    }
                }
                '#' if word.is_empty() && !quoted => {
                    while rest.next_if(|character| *character != '\n').is_some() {}
                }
                '<' if rest.peek() == Some(&'<') => self.lost = true,
                _ if character.is_whitespace() || ";&|()<>".contains(character) => {
                    let is_word = !word.is_empty() || quoted;
                    if is_word {
                        begins = begins && !quoted && self.word(&word);
                    }
                    word.clear();
                    quoted = false;
                    match character {
                        '(' => self.parentheses += 1,
                        // The end of a pattern of `case` has no beginning.
                        ')' => self.parentheses = self.parentheses.saturating_sub(1),
                        _ => {}
                    }
                    begins = begins || ";&|()\n\r".contains(character);
                }
                _ => word.push(character),
            }
        }
        if begins && !quoted && !word.is_empty() {
            self.word(&word);
        }
    }

    /// A word where a command begins; whether one begins behind it.
    fn word(&mut self, word: &str) -> bool {
        match word {
            "if" | "while" | "until" | "{" => {
                self.words += 1;
                true
            }
            "for" | "case" | "select" => {
                self.words += 1;
                false
            }
            "fi" | "done" | "esac" | "}" => {
                match self.words.checked_sub(1) {
                    Some(words) => self.words = words,
                    None => self.lost = true,
                }
                true
            }
            "then" | "do" | "else" | "elif" | "!" => true,
            // `exit` ends Tomcat's own script, too, so that a server that runs has never met it.
            "return" | "exec" | "function" | "break" | "continue" => {
                self.lost = true;
                false
            }
            _ => false,
        }
    }
}

/// Goes behind the next such mark; whether there is one.
fn skip_to(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, mark: char) -> bool {
    while let Some(character) = rest.next() {
        if character == mark {
            return true;
        }
        if character == '\\' && mark != '\'' {
            rest.next();
        }
    }
    false
}

impl Script {
    /// The options that the Java machine gets whenever the script runs, as written: those of lines outside of every
    /// condition, of variables that no later line sets anew. A file that the script reads may still do so.
    pub fn certain_options(&self, bytes: &[u8], dialect: Dialect) -> Vec<&str> {
        let mut certain = Vec::new();
        for (number, assignment) in self.assignments.iter().enumerate() {
            if !assignment.certain || !assignment.is_options() {
                continue;
            }
            let later = self.assignments.get(number + 1..).unwrap_or_default();
            let is_kept = later.iter().all(|later| {
                later.name != assignment.name || later.references(dialect).contains(&&*later.name)
            });
            let end = assignment.statement.end;
            let mut opaque = self.opaque.iter().filter(|range| range.start >= end);
            let is_lost = opaque.any(|range| {
                let text = String::from_utf8_lossy(bytes.get(range.clone()).unwrap_or_default());
                text.lines().any(|line| resets(line, &assignment.name))
            });
            if is_kept && !is_lost {
                certain.extend(assignment.options.iter().map(|option| &*option.value));
                certain.extend(self.referred(number));
            }
        }
        certain
    }

    /// Words of the variables that an assignment of options refers to, as they are when it runs.
    fn referred(&self, number: usize) -> Vec<&str> {
        let (before, own) = self.assignments.split_at(number);
        let words = own.first().map(|own| own.words.as_slice());
        let names = words.unwrap_or_default().iter().filter_map(|word| {
            let name = word.value.strip_prefix('$')?;
            Some(name.trim_matches(['{', '}']))
        });
        names
            .filter_map(|name| before.iter().rfind(|other| other.name == name))
            .filter(|other| other.certain && !other.is_options())
            .flat_map(|other| other.written.split_whitespace())
            .collect()
    }

    /// Whether all options that begin like this are among [`Script::java_options`], and count.
    pub fn shows(&self, beginning: &str, dialect: Dialect) -> bool {
        let hides =
            |name: &str, written: &str| !OPTIONS.contains(&name) && written.contains(beginning);
        self.not_understood.is_empty()
            && !super::reference::resets(self, dialect)
            && !(self.assignments.iter()).any(|other| hides(&other.name, &other.written))
    }
}

/// Whether a line that is not understood takes from a variable what it had.
fn resets(line: &str, name: &str) -> bool {
    let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let mut places = line.match_indices(name).map(|(at, _)| {
        let before = line.get(..at).unwrap_or_default();
        (before, line.get(at + name.len()..).unwrap_or_default())
    });
    places.any(|(before, after)| {
        let is_whole = !before.ends_with(is_name) && !after.starts_with(is_name);
        let keeps = after.contains(&format!("${name}")) || after.contains(&format!("${{{name}"));
        is_whole && (before.contains("unset") || (after.starts_with('=') && !keeps))
    })
}

#[cfg(test)]
mod tests {
    use super::super::script;
    use super::*;

    const LINE: &str = "CATALINA_OPTS=\"$CATALINA_OPTS -Da=1\"\n";

    fn is_certain(before: &str, after: &str) -> bool {
        let text = format!("{before}{LINE}{after}");
        let script = script(text.as_bytes(), Dialect::Sh);
        script
            .certain_options(text.as_bytes(), Dialect::Sh)
            .contains(&"-Da=1")
    }

    #[test]
    fn lines_outside_of_conditions_are_certain() {
        for before in [
            "",
            "ulimit -n 9999\n",
            ". /etc/default/liferay # if\n",
            "if [ -n \"$X\" ]; then\n  A=1\nelse\n  B=2\nfi\n",
            "if [ -n \"$X\" ]; then A=1; fi\n",
            "[ -n \"$X\" ] && A=1\n",
            "for x in a b; do\n  while read y\n  do\n    echo \"if $y\"\n  done\ndone\n",
            "case \"$X\" in\n  a|b) A=1 ;;\n  (c) B=2 ;;\nesac\n",
            "f() {\n  A=1\n}\n",
            "A=$(id -u)\n",
            "echo 'if it'\"'\"'s so'\n",
            "[ -d /x ] || exit 1\n",
        ] {
            assert!(is_certain(before, ""), "{before}");
        }
    }

    #[test]
    fn lines_that_may_not_run_are_not() {
        for before in [
            "if [ -n \"$X\" ]; then\n",
            "if true; then if true; then\n  A=1\nfi\n",
            "case x in\nx)\n",
            "f() {\n",
            "(\n",
            "[ -n \"$X\" ] &&\n",
            "[ -n \"$X\" ] && \\\n",
            "[ -n \"$X\" ] && return\n",
            "cat <<END\n",
            "echo \"open\n",
            "fi\n",
        ] {
            assert!(!is_certain(before, ""), "{before}");
        }
        let text = "if a; then CATALINA_OPTS=\"-Da=1\"; fi\nCATALINA_OPTS=\"-Db=1\" run\n";
        let script = script(text.as_bytes(), Dialect::Sh);
        assert!(
            script
                .certain_options(text.as_bytes(), Dialect::Sh)
                .is_empty()
        );
    }

    #[test]
    fn what_a_later_line_sets_anew_is_not_certain() {
        for (after, expected) in [
            ("CATALINA_OPTS=\"-Db=1\"\n", false),
            ("unset CATALINA_OPTS\n", false),
            ("if a; then\n  CATALINA_OPTS=\"-Db=1\"\nfi\n", false),
            ("[ -n \"$X\" ] && CATALINA_OPTS=\"-Db=1\"\n", false),
            ("CATALINA_OPTS=\"$CATALINA_OPTS -Db=1\"\n", true),
            (
                "[ -n \"$X\" ] && CATALINA_OPTS=\"-Db=1 $CATALINA_OPTS\"\n",
                true,
            ),
            ("MY_CATALINA_OPTS=\"$(cat x)\"\n", true),
            ("JAVA_OPTS=\"-Db=1\"\n", true),
        ] {
            assert_eq!(is_certain("", after), expected, "{after}");
        }
    }

    #[test]
    fn options_of_another_variable_are_seen_through_its_name() {
        let text = "MEM=\"-Xmx1g -Da=1\"\nCATALINA_OPTS=\"$CATALINA_OPTS ${MEM}\"\nulimit -n 9\n";
        let script = script(text.as_bytes(), Dialect::Sh);
        assert_eq!(
            script.certain_options(text.as_bytes(), Dialect::Sh),
            ["-Xmx1g", "-Da=1"]
        );
        assert!(!script.shows("-Xmx", Dialect::Sh));
    }
}
