//! Three-way merges by meaning: what changed from an old file to another one is put on a third, the base.
//!
//! The result is splices on the base: everything they do not name stays to the byte. What cannot be decided is a conflict
//! and changes nothing. Whose change counts is the caller's to say, item by item ([`Judge`]).

mod list;
mod properties;
mod shell;
mod splices;
mod xml;

use std::ops::Range;

pub use properties::properties;
pub use shell::{Assignment, Dialect, OPTIONS, Script, option_name, script, shell};
pub use splices::applied;
pub use xml::xml;

/// The files of a merge.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    /// What both come from. Without it only what the other file has and the base has not is certain.
    pub old: Option<&'a [u8]>,
    /// The file that is changed.
    pub base: &'a [u8],
    /// The file whose changes go in.
    pub other: &'a [u8],
}

/// A part of what is inserted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Blanks, line ends, separators, and names of keys: nothing of a file's values.
    Glue(String),
    /// Bytes of the other file.
    Other(Range<usize>),
}

/// Some bytes of the base that are replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// The bytes that go.
    pub range: Range<usize>,
    /// What comes there.
    pub insert: Vec<Part>,
}

/// What is done to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// It is new in the base.
    Added,
    /// It has another value.
    Changed,
    /// It is gone from the base.
    Removed,
}

/// A change that was merged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where: `Server/Service[Catalina]/Connector[8080]@URIEncoding`, `common.loader`, `CATALINA_OPTS -Xmx`. Never a value
    /// that may be a secret.
    pub place: String,
    /// What.
    pub verb: Verb,
}

/// A change that was not merged in, because the base has something else there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Where.
    pub place: String,
    /// Why, a phrase.
    pub why: &'static str,
    /// Bytes of the base; empty when it has nothing there.
    pub base: Range<usize>,
    /// Bytes of the other file; empty when it has nothing there.
    pub other: Range<usize>,
    /// Of files that are compared as a whole: lines of the other one that the base has not, or not all of.
    pub lacks: Vec<Range<usize>>,
}

/// What came of a merge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// In the order of their places, none touching another.
    pub splices: Vec<Splice>,
    /// What the splices do.
    pub changes: Vec<Change>,
    /// What is left to a person.
    pub conflicts: Vec<Conflict>,
}

/// Why files are not merged at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// One item with its values by meaning; `None` where a file has no such item.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    /// Where, as in [`Change::place`].
    pub place: &'a str,
    /// The old file's value. `None` also when there is no old file.
    pub old: Option<&'a str>,
    /// The base's.
    pub base: Option<&'a str>,
    /// The other file's.
    pub other: Option<&'a str>,
}

/// What a caller says about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// By comparison with the old file.
    Usual,
    /// The base keeps what it has.
    Leave,
    /// The other file's counts, whatever the base has.
    Take,
}

/// Whose change counts. Asked for every item in which base and other file differ.
pub type Judge<'a> = &'a dyn Fn(&Item<'_>) -> Ruling;

/// What is to be done about an item.
enum Outcome {
    Nothing,
    Apply(Verb),
    Conflict(&'static str),
}

/// Collects what is found while a merge goes on.
struct Work<'a> {
    judge: Judge<'a>,
    has_old: bool,
    merged: Merged,
}

impl<'a> Work<'a> {
    fn new(judge: Judge<'a>, has_old: bool) -> Self {
        Self {
            judge,
            has_old,
            merged: Merged::default(),
        }
    }

    fn decide(&self, item: &Item<'_>) -> Outcome {
        if item.base == item.other {
            return Outcome::Nothing;
        }
        let verb = match (item.base, item.other) {
            (None, _) => Verb::Added,
            (_, None) => Verb::Removed,
            _ => Verb::Changed,
        };
        match (self.judge)(item) {
            Ruling::Leave => return Outcome::Nothing,
            Ruling::Take => return Outcome::Apply(verb),
            Ruling::Usual => {}
        }
        if !self.has_old {
            return match verb {
                Verb::Added => Outcome::Apply(verb),
                Verb::Removed => Outcome::Nothing,
                Verb::Changed => {
                    Outcome::Conflict("both have a value, and what it was before is not known")
                }
            };
        }
        match () {
            () if item.old == item.other => Outcome::Nothing,
            () if item.old == item.base => Outcome::Apply(verb),
            () if item.old.is_none() => Outcome::Conflict("both added it, with different values"),
            () if item.base.is_none() => {
                Outcome::Conflict("one side removed it, the other changed it")
            }
            () if item.other.is_none() => {
                Outcome::Conflict("one side changed it, the other removed it")
            }
            () => Outcome::Conflict("both changed it"),
        }
    }

    fn splice(&mut self, range: Range<usize>, insert: Vec<Part>) {
        self.merged.splices.push(Splice { range, insert });
    }

    fn changed(&mut self, place: &str, verb: Verb) {
        self.merged.changes.push(Change {
            place: place.to_owned(),
            verb,
        });
    }

    fn conflict(
        &mut self,
        place: &str,
        why: &'static str,
        base: Range<usize>,
        other: Range<usize>,
    ) {
        self.merged.conflicts.push(Conflict {
            place: place.to_owned(),
            why,
            base,
            other,
            lacks: Vec::new(),
        });
    }

    /// The same for files that are compared as a whole.
    fn whole(
        &mut self,
        place: &str,
        why: &'static str,
        sides: &Sides<'_>,
        lacks: Vec<Range<usize>>,
    ) {
        self.conflict(place, why, 0..sides.base.len(), 0..sides.other.len());
        if let Some(conflict) = self.merged.conflicts.last_mut() {
            conflict.lacks = lacks;
        }
    }

    /// The result, its splices in order.
    ///
    /// # Errors
    /// When two splices want the same bytes.
    fn finish(mut self) -> Result<Merged, Refused> {
        self.merged.splices = splices::in_order(self.merged.splices)?;
        Ok(self.merged)
    }
}

/// Bytes of the other file as parts, with the base's line ends.
fn copied(other: &[u8], range: Range<usize>, base_line_end: &'static str) -> Vec<Part> {
    let bytes = other.get(range.clone()).unwrap_or_default();
    let mut parts = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let length = match (byte, bytes.get(at + 1)) {
            (b'\r', Some(b'\n')) => 2,
            (b'\r' | b'\n', _) => 1,
            _ => {
                at += 1;
                continue;
            }
        };
        let own = bytes.get(at..at + length).unwrap_or_default();
        if own == base_line_end.as_bytes() {
            at += length;
            continue;
        }
        if start < at {
            parts.push(Part::Other(range.start + start..range.start + at));
        }
        parts.push(Part::Glue(base_line_end.to_owned()));
        at += length;
        start = at;
    }
    if start < bytes.len() {
        parts.push(Part::Other(range.start + start..range.end));
    }
    parts
}
