//! XML files of Tomcat, by element, attribute and text.

mod children;
mod identity;
mod place;

use std::collections::HashMap;
use std::ops::Range;

use roxmltree::{Document, Node, NodeType};

use super::{Item, Judge, Merged, Outcome, Part, Refused, Sides, Verb, Work, copied};
use crate::line_end;
use crate::xml::parse;

/// Elements in one another; Tomcat's files have fewer than ten.
const DEEPEST: usize = 64;

/// Merges XML files of Tomcat. Comments, processing instructions and the order of what both have stay as the base has
/// them; a change of order alone is no change.
///
/// # Errors
/// [`Refused`] when one of the files is no UTF-8, not well-formed, has a document type, entities of its own, prefixed
/// elements or CDATA, or when their root elements differ.
pub fn xml(sides: Sides<'_>, judge: Judge<'_>) -> Result<Merged, Refused> {
    let base_text = text(sides.base, "the file")?;
    let other_text = text(sides.other, "the file that it is merged with")?;
    let old_text = sides
        .old
        .map(|old| text(old, "the old release's file"))
        .transpose()?;
    let base = document(base_text, "the file")?;
    let other = document(other_text, "the file that it is merged with")?;
    let old = old_text
        .map(|old| document(old, "the old release's file"))
        .transpose()?;
    let roots = [Some(&other), old.as_ref()];
    let name = base.root_element().tag_name().name();
    if roots
        .iter()
        .flatten()
        .any(|document| document.root_element().tag_name().name() != name)
    {
        return Err(Refused("their root elements differ".to_owned()));
    }
    let mut merge = Merge {
        base: base_text,
        other: other_text,
        old: old_text.unwrap_or_default(),
        line_end: line_end::first(sides.base).unwrap_or("\n"),
        unit: place::unit(base_text, &base),
        work: Work::new(judge, old.is_some()),
    };
    merge.element(
        name,
        old.as_ref().map(Document::root_element),
        base.root_element(),
        other.root_element(),
    );
    let merged = merge.work.finish()?;
    let result = super::applied(sides.base, sides.other, &merged.splices)
        .and_then(|result| String::from_utf8(result).ok());
    let is_well_formed = result
        .is_some_and(|result| text(result.as_bytes(), "").is_ok() && document(&result, "").is_ok());
    if is_well_formed {
        Ok(merged)
    } else {
        Err(Refused(
            "what would come of the merge is not well-formed".to_owned(),
        ))
    }
}

/// The text of a file. One that declares another encoding than UTF-8 is taken when all of it is ASCII.
fn text<'a>(bytes: &'a [u8], what: &str) -> Result<&'a str, Refused> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refused(format!("{what} is not UTF-8")))?;
    let declaration = text
        .trim_start_matches('\u{feff}')
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split("?>").next())
        .unwrap_or_default();
    let encoding = declaration
        .split("encoding")
        .nth(1)
        .and_then(|rest| rest.split(['"', '\'']).nth(1))
        .unwrap_or("UTF-8");
    let is_utf8 = encoding.eq_ignore_ascii_case("UTF-8");
    if !is_utf8 && !text.is_ascii() {
        return Err(Refused(format!("{what} says that it is {encoding}")));
    }
    Ok(text)
}

fn document<'a>(text: &'a str, what: &str) -> Result<Document<'a>, Refused> {
    if text.contains("<![CDATA[") {
        return Err(Refused(format!("{what} has CDATA")));
    }
    let document =
        parse(text).map_err(|error| Refused(format!("{what} is no XML that is read: {error}")))?;
    let mut depths = HashMap::new();
    for node in document.descendants().filter(Node::is_element) {
        let above = node.parent().and_then(|parent| depths.get(&parent.id()));
        let depth: usize = above.map_or(1, |depth| depth + 1);
        if depth > DEEPEST {
            return Err(Refused(format!("{what} is nested too deep")));
        }
        depths.insert(node.id(), depth);
        let written = text.get(node.range()).unwrap_or_default();
        if !written
            .strip_prefix('<')
            .is_some_and(|rest| rest.starts_with(node.tag_name().name()))
        {
            return Err(Refused(format!("{what} has elements with a prefix")));
        }
    }
    Ok(document)
}

struct Merge<'a> {
    base: &'a str,
    other: &'a str,
    old: &'a str,
    /// The base's line end.
    line_end: &'static str,
    /// One step of the base's indentation.
    unit: String,
    work: Work<'a>,
}

impl Merge<'_> {
    fn element(
        &mut self,
        place: &str,
        old: Option<Node<'_, '_>>,
        base: Node<'_, '_>,
        other: Node<'_, '_>,
    ) {
        self.attributes(place, old, base, other);
        self.text(place, old, base, other);
        self.children(place, old, base, other);
    }

    fn attributes(
        &mut self,
        place: &str,
        old: Option<Node<'_, '_>>,
        base: Node<'_, '_>,
        other: Node<'_, '_>,
    ) {
        let mut names: Vec<&str> = Vec::new();
        for attribute in other.attributes().chain(base.attributes()) {
            if attribute.namespace().is_none() && !names.contains(&attribute.name()) {
                names.push(attribute.name());
            }
        }
        for name in names {
            let item_place = format!("{place}@{name}");
            let (here, there) = (base.attribute_node(name), other.attribute_node(name));
            let outcome = self.work.decide(&Item {
                place: &item_place,
                old: old.and_then(|old| old.attribute(name)),
                base: here.map(|attribute| attribute.value()),
                other: there.map(|attribute| attribute.value()),
            });
            let verb = match outcome {
                Outcome::Nothing => continue,
                Outcome::Apply(verb) => verb,
                Outcome::Conflict(why) => {
                    self.work.conflict(
                        &item_place,
                        why,
                        here.map_or_else(|| place::start_tag(base), |here| here.range()),
                        there.map_or_else(|| place::start_tag(other), |there| there.range()),
                    );
                    continue;
                }
            };
            match (here, there) {
                (Some(here), Some(there)) => {
                    let (range, part) = self.value(here.range_value(), there.range_value());
                    self.work.splice(range, vec![part]);
                }
                (Some(here), None) => {
                    let start = place::end_before(base, here.range().start);
                    self.work.splice(start..here.range().end, Vec::new());
                }
                (None, Some(there)) => {
                    let (at, blanks) = place::for_attribute(self.base, base);
                    self.work.splice(
                        at..at,
                        vec![
                            Part::Glue(format!("{blanks}{name}=")),
                            Part::Other(quoted(there.range_value())),
                        ],
                    );
                }
                (None, None) => continue,
            }
            self.work.changed(&item_place, verb);
        }
    }

    /// The place of a value and what comes there: without quotation marks where the base's do for the new one, too.
    fn value(&self, here: Range<usize>, there: Range<usize>) -> (Range<usize>, Part) {
        let mark = self
            .base
            .get(..here.start)
            .and_then(|before| before.chars().next_back())
            .unwrap_or('"');
        let fits = self
            .other
            .get(there.clone())
            .is_some_and(|value| !value.contains(mark));
        if fits {
            (here, Part::Other(there))
        } else {
            (quoted(here), Part::Other(quoted(there)))
        }
    }

    /// The text of an element. What stands in pieces, between comments or child elements, is compared, and not changed.
    fn text(
        &mut self,
        place: &str,
        old: Option<Node<'_, '_>>,
        base: Node<'_, '_>,
        other: Node<'_, '_>,
    ) {
        let (here, there) = (place::text(self.base, base), place::text(self.other, other));
        let old = old.and_then(|old| place::text(self.old, old));
        let value = |found: &Option<place::Text>| found.as_ref().map(|text| text.value.clone());
        let (old, base_value, other_value) = (value(&old), value(&here), value(&there));
        let outcome = self.work.decide(&Item {
            place,
            old: old.as_deref(),
            base: base_value.as_deref(),
            other: other_value.as_deref(),
        });
        let is_whole =
            |found: &Option<place::Text>| found.as_ref().is_none_or(|text| text.range.is_some());
        let all_whole = is_whole(&here) && is_whole(&there);
        let range = |found: Option<place::Text>, node: Node<'_, '_>| {
            found
                .and_then(|text| text.range)
                .unwrap_or_else(|| node.range())
        };
        let why = match outcome {
            Outcome::Nothing => return,
            // An element without text has no place for one that is known to be right.
            Outcome::Apply(Verb::Added) => "it has no text in one of the files",
            Outcome::Apply(_) if !all_whole => "its text stands in pieces in one of the files",
            Outcome::Apply(verb) => {
                let insert = there
                    .and_then(|text| text.range)
                    .map(|there| copied(self.other.as_bytes(), there, self.line_end))
                    .unwrap_or_default();
                self.work.splice(range(here, base), insert);
                self.work.changed(place, verb);
                return;
            }
            Outcome::Conflict(why) => why,
        };
        let (here, there) = (range(here, base), range(there, other));
        self.work.conflict(place, why, here, there);
    }
}

fn quoted(value: Range<usize>) -> Range<usize> {
    value.start.saturating_sub(1)..value.end + 1
}

/// An element by meaning: its name, its attributes in alphabetical order, its text and its children in their order.
fn canonical(node: Node<'_, '_>) -> String {
    let mut text = String::new();
    let mut attributes: Vec<(String, &str)> = node
        .attributes()
        .map(|attribute| {
            let namespace = attribute.namespace().unwrap_or_default();
            (
                format!("{namespace} {}", attribute.name()),
                attribute.value(),
            )
        })
        .collect();
    attributes.sort_unstable();
    text.push_str(&format!("{:?}{attributes:?}(", node.tag_name().name()));
    for child in node.children() {
        match child.node_type() {
            NodeType::Element => text.push_str(&canonical(child)),
            NodeType::Text => {
                let trimmed = child.text().unwrap_or_default().trim();
                if !trimmed.is_empty() {
                    text.push_str(&format!("{trimmed:?}"));
                }
            }
            _ => {}
        }
    }
    text.push(')');
    text
}
