//! `.properties` files of Tomcat, by key, and by element where a value is a list.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::list::{self, List, elements, separator};
use super::{Item, Judge, Merged, Outcome, Part, Refused, Sides, Work, applied, copied};
use crate::line_end;
use crate::properties::{Encoding, Properties, Property, read};

/// Keys whose values are lists with commas: of `catalina.properties` the class loaders
/// (`org.apache.catalina.startup.Bootstrap`) and the scanner's lists, of `logging.properties` the handlers
/// (`org.apache.juli.ClassLoaderLogManager`). Loggers' own `handlers` end in `.handlers`.
const LISTS: [&str; 8] = [
    "common.loader",
    "server.loader",
    "shared.loader",
    "package.access",
    "package.definition",
    "tomcat.util.scan.StandardJarScanFilter.jarsToSkip",
    "tomcat.util.scan.StandardJarScanFilter.jarsToScan",
    "handlers",
];

fn is_list(key: &str) -> bool {
    LISTS.contains(&key) || key.ends_with(".handlers")
}

/// Merges property files, which Tomcat reads as ISO-8859-1 (`Properties.load(InputStream)`). Of a repeated key the last
/// entry counts, as in Java.
///
/// # Errors
/// [`Refused`] when the result would not read as it should.
pub fn properties(sides: Sides<'_>, judge: Judge<'_>) -> Result<Merged, Refused> {
    let read = |bytes: &[u8]| read(bytes, Encoding::Latin1).value;
    let (base, other) = (read(sides.base), read(sides.other));
    let old = sides.old.map(|bytes| (bytes, read(bytes)));
    let (bases, others) = (by_key(&base), by_key(&other));
    let olds = old.as_ref().map(|(_, old)| by_key(old)).unwrap_or_default();
    let mut merge = Merge {
        sides,
        base: &base,
        line_end: line_end::first(sides.base).unwrap_or("\n"),
        work: Work::new(judge, old.is_some()),
        expected: base
            .entries()
            .iter()
            .map(|entry| {
                (
                    entry.key.clone(),
                    Some(Expected::Exactly(entry.value.clone())),
                )
            })
            .collect(),
    };
    let mut seen = HashSet::new();
    for key in base.entries().iter().chain(other.entries()) {
        if !seen.insert(key.key.as_str()) {
            continue;
        }
        let name = key.key.as_str();
        let before = olds.get(name).copied();
        let (here, there) = (bases.get(name).copied(), others.get(name).copied());
        match (here, there) {
            (Some(here), Some(there)) if is_list(&key.key) => {
                let before = old.as_ref().map(|(bytes, _)| *bytes).zip(before);
                merge.list(&key.key, before, here, there);
            }
            _ => merge.scalar(&key.key, before, here, there),
        }
    }
    merge.remove();
    merge.add(&olds, &bases, &others, &other);
    let expected = merge.expected;
    let merged = merge.work.finish()?;
    let result = applied(sides.base, sides.other, &merged.splices)
        .map(|result| crate::properties::read(&result, Encoding::Latin1).value);
    let is_right = result.is_some_and(|result| {
        let found = by_key(&result);
        let keys = expected.iter().filter(|(_, value)| value.is_some()).count();
        found.len() == keys
            && expected.iter().all(|(key, value)| match value {
                Some(Expected::Exactly(value)) => found
                    .get(key.as_str())
                    .is_some_and(|found| found.value == *value),
                Some(Expected::Anything) => found.contains_key(key.as_str()),
                None => true,
            })
    });
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
    base: &'a Properties,
    line_end: &'static str,
    work: Work<'a>,
    /// What the result must say, by key.
    expected: HashMap<String, Option<Expected>>,
}

/// What a key's value must be.
enum Expected {
    Exactly(String),
    Anything,
}

impl Merge<'_> {
    /// A key with one value; new keys wait for [`Merge::add`].
    fn scalar(
        &mut self,
        key: &str,
        old: Option<&Property>,
        here: Option<&Property>,
        there: Option<&Property>,
    ) {
        let Some(here) = here else {
            return;
        };
        match self.work.decide(&item(key, old, Some(here), there)) {
            Outcome::Nothing => {}
            Outcome::Conflict(why) => {
                let other = there.map_or(0..0, entry);
                self.work.conflict(key, why, entry(here), other);
            }
            Outcome::Apply(verb) => match there {
                Some(there) => {
                    let parts = copied(self.sides.other, there.value_bytes.clone(), self.line_end);
                    // A key without a separator has no place for a value; its whole line gives way.
                    if here.value_bytes.start == here.key_bytes.end {
                        let line = copied(self.sides.other, entry(there), self.line_end);
                        self.work.splice(entry(here), line);
                    } else {
                        self.work.splice(here.value_bytes.clone(), parts);
                    }
                    self.expect(key, Some(Expected::Exactly(there.value.clone())));
                    self.work.changed(key, verb);
                }
                None => {
                    self.expect(key, None);
                    self.work.changed(key, verb);
                }
            },
        }
    }

    fn list(
        &mut self,
        key: &str,
        old: Option<(&[u8], &Property)>,
        here: &Property,
        there: &Property,
    ) {
        let olds = old.map(|(bytes, old)| elements(bytes, old.value_bytes.clone()));
        let bases = elements(self.sides.base, here.value_bytes.clone());
        let others = elements(self.sides.other, there.value_bytes.clone());
        let separator = separator(self.sides.base, &bases);
        let list = |elements| List {
            elements,
            empty_at: here.value_bytes.start,
        };
        let before = self.work.merged.splices.len();
        list::merge(
            &mut self.work,
            olds.as_deref().map(list).as_ref(),
            &list(&bases),
            &List {
                elements: &others,
                empty_at: there.value_bytes.start,
            },
            &separator,
            &|name| format!("{key} {name}"),
        );
        if self.work.merged.splices.len() > before {
            self.expect(key, Some(Expected::Anything));
        }
    }

    /// New keys, each behind the line of the key before it in the other file.
    fn add(
        &mut self,
        olds: &HashMap<&str, &Property>,
        bases: &HashMap<&str, &Property>,
        others: &HashMap<&str, &Property>,
        other: &Properties,
    ) {
        let mut behind: Option<Range<usize>> = None;
        let mut seen = HashSet::new();
        for property in other.entries() {
            let key = property.key.as_str();
            if let Some(here) = bases.get(key) {
                let stays = self.expected.get(key).is_some_and(Option::is_some);
                if stays {
                    behind = Some(entry(here));
                }
                continue;
            }
            // The last of several counts.
            let Some(there) = others.get(key).copied().filter(|_| seen.insert(key)) else {
                continue;
            };
            let before = olds.get(key).copied();
            match self.work.decide(&item(key, before, None, Some(there))) {
                Outcome::Nothing => {}
                Outcome::Conflict(why) => self.work.conflict(key, why, 0..0, entry(there)),
                Outcome::Apply(verb) => {
                    let line = copied(self.sides.other, entry(there), self.line_end);
                    let end = Part::Glue(self.line_end.to_owned());
                    let (at, insert) = match &behind {
                        Some(behind) => (behind.end, [vec![end], line].concat()),
                        None => (self.sides.base.len(), self.at_the_end(line)),
                    };
                    self.work.splice(at..at, insert);
                    self.expect(key, Some(Expected::Exactly(there.value.clone())));
                    self.work.changed(key, verb);
                }
            }
        }
    }

    fn at_the_end(&self, line: Vec<Part>) -> Vec<Part> {
        let end = Part::Glue(self.line_end.to_owned());
        let open =
            !self.sides.base.is_empty() && !self.sides.base.ends_with(self.line_end.as_bytes());
        if open {
            [vec![end], line].concat()
        } else {
            [line, vec![end]].concat()
        }
    }

    /// Takes the lines of removed keys out, all of a repeated one.
    fn remove(&mut self) {
        let base = self.base;
        for entry in base.entries() {
            if matches!(self.expected.get(&entry.key), Some(None)) {
                let range = self.line(entry);
                self.work.splice(range, Vec::new());
            }
        }
    }

    fn expect(&mut self, key: &str, value: Option<Expected>) {
        self.expected.insert(key.to_owned(), value);
    }

    /// An entry with its line end and the blanks before it.
    fn line(&self, property: &Property) -> Range<usize> {
        let bytes = self.sides.base;
        let range = entry(property);
        let blanks = bytes
            .get(..range.start)
            .unwrap_or_default()
            .iter()
            .rev()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | 0x0c))
            .count();
        let line_end = match bytes.get(range.end..).unwrap_or_default() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => 0,
        };
        range.start - blanks..range.end + line_end
    }
}

/// The last entry of each key.
fn by_key(properties: &Properties) -> HashMap<&str, &Property> {
    let entries = properties.entries().iter();
    entries.map(|entry| (entry.key.as_str(), entry)).collect()
}

fn item<'i>(
    key: &'i str,
    old: Option<&'i Property>,
    base: Option<&'i Property>,
    other: Option<&'i Property>,
) -> Item<'i> {
    fn value(property: Option<&Property>) -> Option<&str> {
        property.map(|property| property.value.as_str())
    }
    Item {
        place: key,
        old: value(old),
        base: value(base),
        other: value(other),
    }
}

/// From the key to before the line end.
fn entry(property: &Property) -> Range<usize> {
    property.key_bytes.start..property.value_bytes.end
}

#[cfg(test)]
mod tests {
    use super::super::Ruling;
    use super::*;

    fn merged(old: Option<&str>, base: &str, other: &str) -> (String, Vec<String>) {
        let sides = Sides {
            old: old.map(str::as_bytes),
            base: base.as_bytes(),
            other: other.as_bytes(),
        };
        let merged = properties(sides, &|_| Ruling::Usual).unwrap();
        let text = applied(sides.base, sides.other, &merged.splices).unwrap();
        let conflicts = merged.conflicts.into_iter().map(|conflict| conflict.place);
        (String::from_utf8(text).unwrap(), conflicts.collect())
    }

    #[test]
    fn loaders_are_merged_element_by_element() {
        let old = "# c\ncommon.loader=\"${catalina.home}/lib/ext\",\"${catalina.home}/lib/ext/*.jar\",\"a\",\"b\"\nx=1\n";
        let base = "# mine\r\ncommon.loader=\"${catalina.home}/lib/ext\",\"${catalina.home}/lib/ext/*.jar\",\"a\",\"/opt/driver/*.jar\",\"b\"\r\nx=1";
        let other = "common.loader=\"support.jar\",\"a\",\"b\"\nx=1\n";
        assert_eq!(
            merged(Some(old), base, other).0,
            "# mine\r\ncommon.loader=\"support.jar\",\"a\",\"/opt/driver/*.jar\",\"b\"\r\nx=1"
        );
    }

    #[test]
    fn lists_with_an_element_a_line_keep_their_form() {
        let key = "tomcat.util.scan.StandardJarScanFilter.jarsToSkip";
        let old = format!("{key}=\\\na.jar,\\\nb.jar\n");
        let base = format!("{key}=\\\na.jar,\\\nmine.jar,\\\nb.jar\n");
        let other = format!("{key}=\\\na.jar,\\\nb.jar,\\\nc.jar\n");
        assert_eq!(
            merged(Some(&old), &base, &other).0,
            format!("{key}=\\\na.jar,\\\nmine.jar,\\\nb.jar,\\\nc.jar\n")
        );
    }

    #[test]
    fn keys_come_change_and_go() {
        let old = "a=1\nb=2\nc=3\n";
        let base = "# mine\n a = 1\nb=2\nc=mine\nd=4";
        let (text, conflicts) = merged(Some(old), base, "a=9\nnew = \\\n  x\nc=4\n");
        assert_eq!(text, "# mine\n a = 9\nnew = \\\n  x\nc=mine\nd=4");
        assert_eq!(conflicts, ["c"]);
    }

    #[test]
    fn without_an_old_file_only_what_is_missing_comes() {
        let (text, conflicts) = merged(None, "a=1\nmine=2\n", "a=2\nb=3\n");
        assert_eq!(text, "a=1\nb=3\nmine=2\n");
        assert_eq!(conflicts, ["a"]);
    }

    #[test]
    fn an_empty_list_is_filled() {
        assert_eq!(
            merged(
                Some("shared.loader=\n"),
                "shared.loader=\n",
                "shared.loader=a,b\n"
            )
            .0,
            "shared.loader=a,b\n"
        );
        assert_eq!(
            merged(
                Some("shared.loader=a,b"),
                "shared.loader=a,b",
                "shared.loader=\n"
            )
            .0,
            "shared.loader="
        );
    }
}
