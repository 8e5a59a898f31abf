//! Tomcat's `setenv.sh` and `setenv.bat`: variables, and the options of the Java machine in some of them one by one.

mod option;
mod script;

use std::collections::HashSet;
use std::ops::Range;

pub use option::option_name;
pub use script::{Assignment, Dialect, OPTIONS, Script, script};

use super::list::{self, Element, List};
use super::{Item, Judge, Merged, Outcome, Part, Refused, Sides, Work};
use crate::line_end;

/// Merges scripts that set variables. An option counts as being there in whichever variable of options it stands; which
/// of a repeated one counts is the last, as for the Java machine. A script with anything else in it than assignments is
/// not changed: what it would need is a conflict.
///
/// # Errors
/// [`Refused`] when two changes want the same place.
pub fn shell(sides: Sides<'_>, dialect: Dialect, judge: Judge<'_>) -> Result<Merged, Refused> {
    let base = script(sides.base, dialect);
    let other = script(sides.other, dialect);
    let old = sides.old.map(|old| script(old, dialect));
    let mut merge = Merge {
        sides,
        dialect,
        work: Work::new(judge, old.is_some()),
        old: old.as_ref(),
        base: &base,
        other: &other,
        at_the_end: Vec::new(),
    };
    let opaque = [Some(&base), Some(&other), old.as_ref()]
        .into_iter()
        .flatten()
        .any(|script| !script.not_understood.is_empty());
    if opaque {
        merge.compare();
    } else {
        merge.options();
        merge.scalars();
    }
    merge.write_the_end();
    merge.work.finish()
}

struct Merge<'a> {
    sides: Sides<'a>,
    dialect: Dialect,
    work: Work<'a>,
    old: Option<&'a Script>,
    base: &'a Script,
    other: &'a Script,
    /// New lines, each as parts without its line end.
    at_the_end: Vec<Vec<Part>>,
}

const NOT_UNDERSTOOD: &str = "the script does more than set variables";

impl Merge<'_> {
    /// For scripts that are not understood: what of the other is not in the base, letter by letter.
    fn compare(&mut self) {
        if self.sides.old == Some(self.sides.other) || self.sides.base == self.sides.other {
            return;
        }
        let text = String::from_utf8_lossy(self.sides.base).into_owned();
        let before = self
            .sides
            .old
            .map(|old| String::from_utf8_lossy(old).into_owned())
            .unwrap_or_default();
        let whole = (0..self.sides.base.len(), 0..self.sides.other.len());
        let mut found = !self.other.not_understood.is_empty();
        for assignment in &self.other.assignments {
            let words: Vec<(String, &str)> = if assignment.is_options() {
                let name = &assignment.name;
                let named = |option: &'_ Element| format!("{name} {}", option.name);
                assignment
                    .options
                    .iter()
                    .map(|option| (named(option), option.value.as_str()))
                    .collect()
            } else {
                vec![(assignment.name.clone(), assignment.written.as_str())]
            };
            for (place, word) in words {
                let value = |text: &str| text.contains(word).then(|| word.to_owned());
                let (here, old) = (value(&text), value(&before));
                let outcome = self.work.decide(&Item {
                    place: &place,
                    old: old.as_deref(),
                    base: here.as_deref(),
                    other: Some(word),
                });
                found |= !matches!(outcome, Outcome::Nothing);
            }
        }
        if found {
            self.work
                .conflict("the script", NOT_UNDERSTOOD, whole.0, whole.1);
        }
    }

    fn options(&mut self) {
        let base = self.base;
        let other = self.other;
        let others = other.by_name();
        let olds = self.old.map(Script::by_name).unwrap_or_default();
        let mut removed: HashSet<Range<usize>> = HashSet::new();
        for (assignment, option) in base.options() {
            if others.contains_key(option.name.as_str()) {
                continue;
            }
            let place = format!("{} {}", assignment.name, option.name);
            let before = olds.get(option.name.as_str());
            match self.work.decide(&Item {
                place: &place,
                old: before.map(|(_, option)| option.value.as_str()),
                base: Some(&option.value),
                other: None,
            }) {
                Outcome::Nothing => {}
                Outcome::Conflict(why) => {
                    self.work.conflict(&place, why, option.range.clone(), 0..0);
                }
                Outcome::Apply(verb) => {
                    removed.insert(option.range.clone());
                    self.work.changed(&place, verb);
                }
            }
        }
        for assignment in &base.assignments {
            let gone: Vec<bool> = assignment
                .words
                .iter()
                .map(|word| removed.contains(&word.range))
                .collect();
            let list = List {
                elements: &assignment.words,
                empty_at: assignment.value.start,
            };
            list::remove(&mut self.work, &list, &gone);
        }
        self.add_options();
    }

    fn add_options(&mut self) {
        let other = self.other;
        let (bases, others) = (self.base.by_name(), other.by_name());
        let targets = self.base.variables();
        let olds = self.old.map(Script::by_name).unwrap_or_default();
        let mut seen = HashSet::new();
        let mut new_variables: Vec<(&str, Vec<Part>)> = Vec::new();
        for (assignment, option) in other.options() {
            if !seen.insert(option.name.as_str()) {
                continue;
            }
            let Some((_, option)) = others.get(option.name.as_str()) else {
                continue;
            };
            let here = bases.get(option.name.as_str()).map(|(_, option)| *option);
            let before = olds.get(option.name.as_str());
            let place = format!("{} {}", assignment.name, option.name);
            match self.work.decide(&Item {
                place: &place,
                old: before.map(|(_, option)| option.value.as_str()),
                base: here.map(|option| option.value.as_str()),
                other: Some(&option.value),
            }) {
                Outcome::Nothing => continue,
                Outcome::Conflict(why) => {
                    let base = here.map_or(0..0, |option| option.range.clone());
                    self.work.conflict(&place, why, base, option.range.clone());
                    continue;
                }
                Outcome::Apply(verb) => self.work.changed(&place, verb),
            }
            let own = Part::Other(option.range.clone());
            if let Some(here) = here {
                self.work.splice(here.range.clone(), vec![own]);
                continue;
            }
            let target = targets.get(assignment.name.as_str());
            let blank = Part::Glue(" ".to_owned());
            match target.map(|target| (target.words.last(), target.value.start)) {
                Some((Some(last), _)) => {
                    let at = last.range.end;
                    self.work.splice(at..at, vec![blank, own]);
                }
                Some((None, start)) => self.work.splice(start..start, vec![own, blank]),
                None => match new_variables
                    .iter_mut()
                    .find(|(name, _)| *name == assignment.name)
                {
                    Some((_, parts)) => parts.extend([blank, own]),
                    None => new_variables.push((&assignment.name, vec![own])),
                },
            }
        }
        for (name, parts) in new_variables {
            let (before, after) = match self.dialect {
                Dialect::Sh => (format!("{name}=\"${name} "), "\"".to_owned()),
                Dialect::Bat => (format!("set \"{name}=%{name}% "), "\"".to_owned()),
            };
            let line = [vec![Part::Glue(before)], parts, vec![Part::Glue(after)]].concat();
            self.at_the_end.push(line);
        }
    }

    fn scalars(&mut self) {
        let (base, other) = (self.base, self.other);
        let (bases, others) = (base.variables(), other.variables());
        let olds = self.old.map(Script::variables).unwrap_or_default();
        let mut gone = HashSet::new();
        let mut seen = HashSet::new();
        for assignment in base.assignments.iter().chain(&other.assignments) {
            let name = assignment.name.as_str();
            if assignment.is_options() || !seen.insert(name) {
                continue;
            }
            let (here, there) = (bases.get(name).copied(), others.get(name).copied());
            let before = olds.get(name).copied();
            fn written(assignment: Option<&Assignment>) -> Option<&str> {
                assignment.map(|assignment| assignment.written.as_str())
            }
            let verb = match self.work.decide(&Item {
                place: name,
                old: written(before),
                base: written(here),
                other: written(there),
            }) {
                Outcome::Nothing => continue,
                Outcome::Conflict(why) => {
                    let range = |assignment: Option<&Assignment>| {
                        assignment.map_or(0..0, |assignment| assignment.statement.clone())
                    };
                    self.work.conflict(name, why, range(here), range(there));
                    continue;
                }
                Outcome::Apply(verb) => verb,
            };
            match (here, there) {
                (Some(here), Some(there)) => {
                    let part = Part::Other(there.quoted.clone());
                    self.work.splice(here.quoted.clone(), vec![part]);
                }
                (Some(_), None) => {
                    gone.insert(name);
                }
                (None, Some(there)) => {
                    self.at_the_end
                        .push(vec![Part::Other(there.statement.clone())]);
                }
                (None, None) => continue,
            }
            self.work.changed(name, verb);
        }
        for assignment in &base.assignments {
            if gone.contains(assignment.name.as_str()) {
                self.work.splice(assignment.statement.clone(), Vec::new());
            }
        }
    }

    fn write_the_end(&mut self) {
        let bytes = self.sides.base;
        let line_end = line_end::first(bytes).unwrap_or("\n");
        let end = || Part::Glue(line_end.to_owned());
        let closed = bytes.is_empty() || bytes.ends_with(b"\n") || bytes.ends_with(b"\r");
        for line in std::mem::take(&mut self.at_the_end) {
            let parts = if closed {
                [line, vec![end()]].concat()
            } else {
                [vec![end()], line].concat()
            };
            self.work.splice(bytes.len()..bytes.len(), parts);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Ruling, applied};
    use super::*;

    fn merged(
        old: Option<&str>,
        base: &str,
        other: &str,
        dialect: Dialect,
    ) -> (String, Vec<String>) {
        let sides = Sides {
            old: old.map(str::as_bytes),
            base: base.as_bytes(),
            other: other.as_bytes(),
        };
        let merged = shell(sides, dialect, &|_| Ruling::Usual).unwrap();
        let text = applied(sides.base, sides.other, &merged.splices).unwrap();
        let conflicts = merged.conflicts.into_iter().map(|conflict| conflict.place);
        (String::from_utf8(text).unwrap(), conflicts.collect())
    }

    const OLD: &str = "CATALINA_OPTS=\"$CATALINA_OPTS -Dfile.encoding=UTF-8 -Xms2560m -Xmx2560m -XX:NewSize=1536m\"";
    const NEW: &str = "CATALINA_OPTS=\"$CATALINA_OPTS -Dfile.encoding=UTF-8 -Xms2560m -Xmx3g\"\n\nJDK_JAVA_OPTIONS=\"$JDK_JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.net=ALL-UNNAMED\"";

    #[test]
    fn options_are_merged_one_by_one() {
        let base = "#!/bin/sh\n# ours\nexport JAVA_HOME=/opt/java\nCATALINA_OPTS=\"$CATALINA_OPTS -Xms2560m -Dfile.encoding=UTF-8 -Dmine=1 -Xmx2560m -XX:NewSize=1536m\" # heap\n";
        let (text, conflicts) = merged(Some(OLD), base, NEW, Dialect::Sh);
        assert_eq!(
            text,
            "#!/bin/sh\n# ours\nexport JAVA_HOME=/opt/java\nCATALINA_OPTS=\"$CATALINA_OPTS -Xms2560m -Dfile.encoding=UTF-8 -Dmine=1 -Xmx3g\" # heap\nJDK_JAVA_OPTIONS=\"$JDK_JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.net=ALL-UNNAMED\"\n"
        );
        assert!(conflicts.is_empty());
    }

    #[test]
    fn the_sites_own_value_is_a_conflict_and_stays() {
        let base =
            "CATALINA_OPTS='-Xmx8g'\r\nJAVA_OPTS=\"--add-opens=java.base/java.lang=ALL-UNNAMED\"";
        let (text, conflicts) = merged(Some(OLD), base, NEW, Dialect::Sh);
        assert_eq!(
            text,
            "CATALINA_OPTS='-Xmx8g'\r\nJAVA_OPTS=\"--add-opens=java.base/java.lang=ALL-UNNAMED\"\r\nJDK_JAVA_OPTIONS=\"$JDK_JAVA_OPTIONS --add-opens=java.base/java.net=ALL-UNNAMED\""
        );
        assert_eq!(conflicts, ["CATALINA_OPTS -Xmx"]);
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        for base in [
            "if [ -n \"$X\" ]; then\n  CATALINA_OPTS=\"-Xmx1g\"\nfi\n",
            ". /etc/default/liferay\n",
            "CATALINA_OPTS=\"$(cat options)\"\n",
            "CATALINA_OPTS=\"-Dx='a b'\"\n",
            "f() {\nCATALINA_OPTS=1\n}\n",
            "A=1 B=2 command\n",
            "case x in\nx) A=1;;\nesac\n",
            "CATALINA_OPTS=\"open\n",
        ] {
            let (text, conflicts) = merged(Some(OLD), base, NEW, Dialect::Sh);
            assert_eq!(text, base);
            assert_eq!(conflicts, ["the script"], "{base}");
        }
        let all = format!("ulimit -n 9999\n{NEW}\n");
        assert_eq!(
            merged(Some(OLD), &all, NEW, Dialect::Sh),
            (all.clone(), vec![])
        );
    }

    #[test]
    fn batch_files_are_merged_as_well() {
        let old = "set \"CATALINA_OPTS=%CATALINA_OPTS% -Xmx2560m\"";
        let base =
            "@echo off\r\nrem ours\r\nset \"CATALINA_OPTS=%CATALINA_OPTS% -Dmine=1 -Xmx2560m\"\r\n";
        let other = "set \"CATALINA_OPTS=%CATALINA_OPTS% -Xmx3g\"\n\nset \"JDK_JAVA_OPTIONS=%JDK_JAVA_OPTIONS% --add-opens=a/b=ALL-UNNAMED\"";
        assert_eq!(
            merged(Some(old), base, other, Dialect::Bat).0,
            "@echo off\r\nrem ours\r\nset \"CATALINA_OPTS=%CATALINA_OPTS% -Dmine=1 -Xmx3g\"\r\nset \"JDK_JAVA_OPTIONS=%JDK_JAVA_OPTIONS% --add-opens=a/b=ALL-UNNAMED\"\r\n"
        );
    }

    #[test]
    fn variables_come_change_and_go() {
        let (text, _) = merged(
            Some("A=1\nB=2\nC=\"x y\"\n"),
            "A=1\nB=2 # two\nMINE=3\nC=\"x y\"\n",
            "A='9 9'\nC=\"x y\"\nexport D=\"new one\"\n",
            Dialect::Sh,
        );
        assert_eq!(
            text,
            "A='9 9'\n # two\nMINE=3\nC=\"x y\"\nexport D=\"new one\"\n"
        );
    }
}
