//! Tomcat's `setenv.sh` and `setenv.bat`: variables, and the options of the Java machine in some of them one by one.

mod compare;
mod expected;
mod flow;
mod option;
mod reference;
mod script;

use std::collections::HashSet;
use std::ops::Range;

pub use option::option_name;
pub use script::{Assignment, Dialect, OPTIONS, Script, script};

use expected::Expected;

use super::list::{self, Element, List};
use super::{Item, Judge, Merged, Outcome, Part, Refused, Sides, Verb, Work, applied};
use crate::line_end;

/// Merges scripts that set variables. An option counts as being there in whichever variable of options it stands; which
/// of a repeated one counts is the last, as for the Java machine. A script with anything else in it than assignments is
/// not changed: what it would need is a conflict. So is what changed in a script whose lines depend on each other.
///
/// # Errors
/// [`Refused`] when two changes want the same place, or when the result would not read as it should.
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
        expected: Expected::of(&base),
        to_quote: HashSet::new(),
        at_the_end: Vec::new(),
    };
    let opaque = [Some(&base), Some(&other), old.as_ref()]
        .into_iter()
        .flatten()
        .any(|script| !script.not_understood.is_empty());
    if opaque || merge.is_woven() {
        merge.compare();
        return merge.work.finish();
    }
    merge.options();
    merge.scalars();
    merge.quote();
    merge.write_the_end();
    let expected = merge.expected;
    let merged = merge.work.finish()?;
    let is_right = merged.splices.is_empty()
        || applied(sides.base, sides.other, &merged.splices)
            .is_some_and(|result| expected.is_said_by(&result, dialect));
    if is_right {
        Ok(merged)
    } else {
        Err(Refused(
            "what would come of the merge does not read as it should".to_owned(),
        ))
    }
}

struct Merge<'a> {
    sides: Sides<'a>,
    dialect: Dialect,
    work: Work<'a>,
    old: Option<&'a Script>,
    base: &'a Script,
    other: &'a Script,
    expected: Expected,
    /// Places of the base's values that need quotation marks for what they get.
    to_quote: HashSet<Range<usize>>,
    /// New lines, each as parts without its line end.
    at_the_end: Vec<Vec<Part>>,
}

const NOT_UNDERSTOOD: &str = "the script does more than set variables";
const WOVEN: &str = "lines of the script depend on each other";
const QUOTES: &str = "it has a `$` in it, which means another thing between other quotation marks";
const HIDDEN: &str = "another variable of the script may hold it as well";
const REFERRED: &str = "other lines of the script depend on it";

impl Merge<'_> {
    fn is_woven(&self) -> bool {
        [Some(self.other), self.old]
            .into_iter()
            .flatten()
            .any(|script| reference::is_woven(script, self.base, self.dialect))
            || reference::resets(self.base, self.dialect)
            || reference::is_literal(self.base)
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
            let item = Item {
                place: &place,
                old: before.map(|(_, option)| option.value.as_str()),
                base: Some(&option.value),
                other: None,
            };
            match self.decide(&option.name, &item) {
                Outcome::Nothing => {}
                Outcome::Conflict(why) => {
                    self.work.conflict(&place, why, option.range.clone(), 0..0);
                }
                Outcome::Apply(verb) => {
                    removed.insert(option.range.clone());
                    self.expected.option(&option.name, None);
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
        self.gone_from_both();
        self.add_options();
    }

    /// What only the old script has the base may hold in another variable, where it cannot be taken out.
    fn gone_from_both(&mut self) {
        if !self.refers() {
            return;
        }
        let (bases, others) = (self.base.by_name(), self.other.by_name());
        let mut olds: Vec<_> = self.old.iter().flat_map(|old| old.by_name()).collect();
        olds.sort_by_key(|(_, (_, option))| option.range.start);
        for (name, (assignment, option)) in olds {
            if bases.contains_key(name) || others.contains_key(name) {
                continue;
            }
            let place = format!("{} {name}", assignment.name);
            let item = Item {
                place: &place,
                old: Some(&option.value),
                base: None,
                other: None,
            };
            if let Outcome::Conflict(why) = self.decide(name, &item) {
                let base = self.hidden(name).map_or(0..0, |(range, _)| range);
                self.work.conflict(&place, why, base, 0..0);
            }
        }
    }

    fn add_options(&mut self) {
        let other = self.other;
        let (bases, others) = (self.base.by_name(), other.by_name());
        let targets = self.base.variables();
        let olds = self.old.map(Script::by_name).unwrap_or_default();
        let mut seen = HashSet::new();
        let mut new_variables: Vec<(&Assignment, Vec<Part>)> = Vec::new();
        for (_, option) in other.options() {
            if !seen.insert(option.name.as_str()) {
                continue;
            }
            // Of one that is there more than once, the one that counts, with the marks around it.
            let Some((assignment, option)) = others.get(option.name.as_str()).copied() else {
                continue;
            };
            let here = bases.get(option.name.as_str()).copied();
            let before = olds.get(option.name.as_str());
            let place = format!("{} {}", assignment.name, option.name);
            let target = here.map(|(target, _)| target);
            let target = target.or(targets.get(assignment.name.as_str()).copied());
            let item = Item {
                place: &place,
                old: before.map(|(_, option)| option.value.as_str()),
                base: here.map(|(_, option)| option.value.as_str()),
                other: Some(&option.value),
            };
            let outcome = self.decide(&option.name, &item);
            let why = match outcome {
                Outcome::Nothing => continue,
                Outcome::Conflict(why) => Some(why),
                Outcome::Apply(_) if !self.means_the_same(assignment, option, target) => {
                    Some(QUOTES)
                }
                Outcome::Apply(verb) => {
                    self.work.changed(&place, verb);
                    None
                }
            };
            if let Some(why) = why {
                let hidden = || self.hidden(&option.name).map(|(range, _)| range);
                let base = here.map(|(_, option)| option.range.clone());
                let base = base.or_else(hidden).unwrap_or(0..0);
                self.work.conflict(&place, why, base, option.range.clone());
                continue;
            }
            self.expected.option(&option.name, Some(&option.value));
            let own = Part::Other(option.range.clone());
            if let Some(target) = target
                && target.mark.is_none()
            {
                self.to_quote.insert(target.value.clone());
            }
            if let Some((_, here)) = here {
                self.work.splice(here.range.clone(), vec![own]);
                continue;
            }
            let blank = Part::Glue(" ".to_owned());
            match target.map(|target| (target.words.last(), target.value.start)) {
                Some((Some(last), _)) => {
                    let at = last.range.end;
                    self.work.splice(at..at, vec![blank, own]);
                }
                Some((None, start)) => self.work.splice(start..start, vec![own, blank]),
                None => match new_variables
                    .iter_mut()
                    .find(|(new, _)| new.name == assignment.name)
                {
                    Some((_, parts)) => parts.extend([blank, own]),
                    None => new_variables.push((assignment, vec![own])),
                },
            }
        }
        self.exports(
            &new_variables
                .iter()
                .map(|(new, _)| new.name.as_str())
                .collect::<Vec<_>>(),
        );
        for (assignment, parts) in new_variables {
            let name = &assignment.name;
            // A script without the variable says nothing of its export, so that what the old one had does not count.
            let is_exported = self.other.exports(name);
            let export = if is_exported { "export " } else { "" };
            let (before, after) = match self.dialect {
                Dialect::Sh => (format!("{export}{name}=\"${name} "), "\"".to_owned()),
                Dialect::Bat => (format!("set \"{name}=%{name}% "), "\"".to_owned()),
            };
            if is_exported || self.base.exports(name) {
                self.expected.exported(name);
            }
            let line = [vec![Part::Glue(before)], parts, vec![Part::Glue(after)]].concat();
            self.at_the_end.push(line);
        }
    }

    /// Variables of options that the other script gives to children, too, but for those that are new as a whole.
    fn exports(&mut self, new: &[&str]) {
        let (base, other) = (self.base, self.other);
        let (targets, others) = (base.variables(), other.variables());
        for name in OPTIONS.into_iter().filter(|name| !new.contains(name)) {
            let (target, assignment) = (targets.get(name), others.get(name));
            let value = |script: &Script| script.exports(name).then_some("export");
            let place = format!("{name} export");
            let here = target.map_or(0..0, |target| target.statement.clone());
            let there = assignment.map_or(0..0, |assignment| assignment.statement.clone());
            match self.work.decide(&Item {
                place: &place,
                old: self.old.and_then(value),
                base: value(base),
                other: value(other),
            }) {
                Outcome::Nothing => {}
                Outcome::Apply(Verb::Added) if target.is_some() => {
                    let part = Part::Glue("export ".to_owned());
                    self.work.splice(here.start..here.start, vec![part]);
                    self.work.changed(&place, Verb::Added);
                    self.expected.exported(name);
                }
                Outcome::Apply(_) => {
                    let why = "only one side gives it to children";
                    self.work.conflict(&place, why, here, there);
                }
                Outcome::Conflict(why) => {
                    self.work.conflict(&place, why, here, there);
                }
            }
        }
    }

    /// Whether an option is the same between the target's quotation marks as between its own.
    fn means_the_same(
        &self,
        own: &Assignment,
        option: &Element,
        target: Option<&Assignment>,
    ) -> bool {
        let literal = |mark: Option<char>| mark == Some('\'');
        let there = target.is_some_and(|target| literal(target.mark));
        !option.value.contains(['$', '`', '\\']) || literal(own.mark) == there
    }

    /// What is to be done about an option. What another variable of the base's holds of it may be what counts, and is in
    /// nobody's place.
    fn decide(&self, name: &str, item: &Item<'_>) -> Outcome {
        let seen = self.work.decide(item);
        let hidden = match self.refers() || item.base.is_none() {
            true => self.hidden(name),
            false => None,
        };
        let Some((_, hidden)) = hidden else {
            return seen;
        };
        let behind = Item {
            base: Some(hidden),
            ..*item
        };
        match (&seen, self.work.decide(&behind)) {
            (Outcome::Nothing, Outcome::Nothing) => Outcome::Nothing,
            _ => Outcome::Conflict(HIDDEN),
        }
    }

    /// Whether options of the base have other variables in them.
    fn refers(&self) -> bool {
        let mut bases = self.base.assignments.iter();
        bases.any(|assignment| assignment.foreign(self.dialect))
    }

    /// This option in a variable that holds no options by its name, with the place of what sets that.
    fn hidden(&self, name: &str) -> Option<(Range<usize>, &str)> {
        let mut assignments = self.base.assignments.iter().rev();
        assignments.find_map(|assignment| {
            let mut words = assignment.written.split_whitespace().rev();
            let word = words.find(|word| option_name(word) == name)?;
            (!assignment.is_options()).then(|| (assignment.statement.clone(), word))
        })
    }

    /// Quotation marks around values that had none and may now hold blanks. Comes behind everything that changes values.
    fn quote(&mut self) {
        for value in std::mem::take(&mut self.to_quote) {
            let mark = || vec![Part::Glue("\"".to_owned())];
            let opening = super::Splice {
                range: value.start..value.start,
                insert: mark(),
            };
            self.work.merged.splices.insert(0, opening);
            self.work.splice(value.end..value.end, mark());
        }
    }

    fn scalars(&mut self) {
        let (base, other) = (self.base, self.other);
        let (bases, others) = (base.variables(), other.variables());
        let mut gone = HashSet::new();
        let mut seen = HashSet::new();
        for assignment in base.assignments.iter().chain(&other.assignments) {
            let name = assignment.name.as_str();
            if assignment.is_options() || !seen.insert(name) {
                continue;
            }
            let (here, there) = (bases.get(name).copied(), others.get(name).copied());
            let outcome = self.work.decide(&Item {
                place: name,
                old: self.old.and_then(|old| written(old, name)).as_deref(),
                base: written(base, name).as_deref(),
                other: written(other, name).as_deref(),
            });
            let (verb, why) = match outcome {
                Outcome::Nothing => continue,
                Outcome::Conflict(why) => (None, why),
                Outcome::Apply(verb) => (Some(verb), REFERRED),
            };
            let Some(verb) = verb.filter(|_| !self.is_referred(name)) else {
                let range = |assignment: Option<&Assignment>| {
                    assignment.map_or(0..0, |assignment| assignment.statement.clone())
                };
                self.work.conflict(name, why, range(here), range(there));
                continue;
            };
            self.expected.variable(name, there);
            match (here, there) {
                (Some(here), Some(there)) if here.exported == there.exported => {
                    let part = Part::Other(there.quoted.clone());
                    self.work.splice(here.quoted.clone(), vec![part]);
                }
                (Some(here), Some(there)) => {
                    let part = Part::Other(there.statement.clone());
                    self.work.splice(here.statement.clone(), vec![part]);
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

    /// Whether the base gives a variable its value more than once, exports it by itself, or has it in another's value.
    fn is_referred(&self, name: &str) -> bool {
        let (own, others): (Vec<_>, Vec<_>) = self
            .base
            .assignments
            .iter()
            .partition(|assignment| assignment.name == name);
        own.len() > 1
            || self.base.exports.iter().any(|exported| exported == name)
            || others
                .into_iter()
                .any(|assignment| assignment.references(self.dialect).contains(&name))
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

/// What a script says of a variable: all of it, since a value may have an earlier one in it.
fn written(script: &Script, name: &str) -> Option<String> {
    let export = if script.exports(name) { "export " } else { "" };
    let values: Vec<String> = script
        .assignments
        .iter()
        .filter(|assignment| assignment.name == name)
        .map(|assignment| {
            let literal = if assignment.is_literal() { "'" } else { "" };
            format!("{export}{literal}{}", assignment.written)
        })
        .collect();
    (!values.is_empty()).then(|| values.join("\n"))
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

    /// So the real 7.4 writes them.
    #[test]
    fn options_that_are_added_line_by_line_are_merged() {
        let new = "CATALINA_OPTS=\"$CATALINA_OPTS -Xmx2g\"\n\nexport JDK_JAVA_OPTIONS=\"$JDK_JAVA_OPTIONS --add-opens=a/b=ALL-UNNAMED\"\nexport JDK_JAVA_OPTIONS=\"$JDK_JAVA_OPTIONS --add-opens=a/c=ALL-UNNAMED\"\n";
        let old = "CATALINA_OPTS=\"$CATALINA_OPTS -Xmx2g\"\n";
        let base =
            "CATALINA_OPTS=\"$CATALINA_OPTS -Xmx2g\"\nCATALINA_OPTS=\"$CATALINA_OPTS -Dmine=1\"\n";
        let (text, conflicts) = merged(Some(old), base, new, Dialect::Sh);
        assert!(conflicts.is_empty(), "{conflicts:?}");
        let line = "export JDK_JAVA_OPTIONS=\"$JDK_JAVA_OPTIONS --add-opens=a/b=ALL-UNNAMED --add-opens=a/c=ALL-UNNAMED\"\n";
        assert_eq!(text, format!("{base}{line}"));
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
            "CATALINA_OPTS=\"${CATALINA_OPTS:--Dx=0 -Da=1}\"\n",
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
