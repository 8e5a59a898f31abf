//! Elements that come and go.

use std::collections::HashSet;
use std::ops::Range;

use roxmltree::Node;

use super::super::{Item, Outcome, Part, Verb, copied};
use super::{Merge, canonical, identity, place};

/// Where new children go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Anchor<'a, 'i> {
    /// Behind this child.
    After(Node<'a, 'i>),
    /// Behind the tag that opens the parent.
    First,
}

impl Merge<'_> {
    pub(super) fn children(
        &mut self,
        place: &str,
        old: Option<Node<'_, '_>>,
        base: Node<'_, '_>,
        other: Node<'_, '_>,
    ) {
        let olds = match old {
            Some(old) => old.children().filter(Node::is_element).collect(),
            None => Vec::new(),
        };
        let bases: Vec<Node<'_, '_>> = base.children().filter(Node::is_element).collect();
        let others: Vec<Node<'_, '_>> = other.children().filter(Node::is_element).collect();
        let keys = |nodes: &[Node<'_, '_>]| -> HashSet<_> {
            nodes.iter().map(|node| identity::key(*node)).collect()
        };
        let known = keys(&olds);
        let new_in_both = keys(&bases)
            .intersection(&keys(&others))
            .filter(|key| !known.contains(*key))
            .cloned()
            .collect();
        let old_to_base = identity::pairs(&olds, &bases, &new_in_both);
        let other_to_old = identity::pairs(&others, &olds, &new_in_both);
        let other_to_base = directly(&bases, &others, &old_to_base, &other_to_old);

        let mut anchor = Anchor::First;
        let mut additions: Vec<(Anchor<'_, '_>, Vec<Node<'_, '_>>)> = Vec::new();
        let mut kept = vec![false; bases.len()];
        for (index, child) in others.iter().enumerate() {
            let before = other_to_old.get(index).copied().flatten();
            let here = match before {
                Some(before) => old_to_base.get(before).copied().flatten(),
                None => other_to_base.get(index).copied().flatten(),
            };
            let before = before.and_then(|before| olds.get(before)).copied();
            let child_place = format!("{place}/{}", identity::title(*child));
            if let Some((index, node)) = here.and_then(|here| Some((here, *bases.get(here)?))) {
                self.element(&child_place, before, node, *child);
                anchor = Anchor::After(node);
                if let Some(kept) = kept.get_mut(index) {
                    *kept = true;
                }
                continue;
            }
            let (old_value, new_value) = (before.map(canonical), canonical(*child));
            match self.work.decide(&Item {
                place: &child_place,
                old: old_value.as_deref(),
                base: None,
                other: Some(&new_value),
            }) {
                Outcome::Nothing => {}
                Outcome::Conflict(why) => {
                    let nothing = place::start_tag(base).end;
                    self.work
                        .conflict(&child_place, why, nothing..nothing, child.range());
                }
                Outcome::Apply(verb) => {
                    match additions.last_mut() {
                        Some((last, nodes)) if *last == anchor => nodes.push(*child),
                        _ => additions.push((anchor, vec![*child])),
                    }
                    self.work.changed(&child_place, verb);
                }
            }
        }
        let mut came_from = vec![None; bases.len()];
        for (before, here) in olds.iter().zip(&old_to_base) {
            if let Some(place) = here.and_then(|here| came_from.get_mut(here)) {
                *place = Some(*before);
            }
        }
        let mut removed = 0;
        for (index, child) in bases.iter().enumerate() {
            if kept.get(index).copied().unwrap_or(true) {
                continue;
            }
            let before = came_from.get(index).copied().flatten();
            removed += usize::from(self.gone(place, before, *child, other));
        }
        for (anchor, nodes) in additions {
            self.add(base, anchor, &nodes, removed == bases.len() && removed > 0);
        }
    }

    /// A child of the base that the other file does not have; true when it is taken out.
    fn gone(
        &mut self,
        place: &str,
        old: Option<Node<'_, '_>>,
        child: Node<'_, '_>,
        other: Node<'_, '_>,
    ) -> bool {
        let place = format!("{place}/{}", identity::title(child));
        let (old_value, value) = (old.map(canonical), canonical(child));
        match self.work.decide(&Item {
            place: &place,
            old: old_value.as_deref(),
            base: Some(&value),
            other: None,
        }) {
            Outcome::Nothing => false,
            Outcome::Conflict(why) => {
                let nothing = place::start_tag(other).end;
                self.work
                    .conflict(&place, why, child.range(), nothing..nothing);
                false
            }
            Outcome::Apply(_) => {
                let range = place::removal(self.base, child.range());
                self.work.splice(range, Vec::new());
                self.work.changed(&place, Verb::Removed);
                true
            }
        }
    }

    fn add(
        &mut self,
        parent: Node<'_, '_>,
        anchor: Anchor<'_, '_>,
        nodes: &[Node<'_, '_>],
        all_removed: bool,
    ) {
        let base = self.base;
        let parent_indent = place::indent(base, parent.range().start).unwrap_or_default();
        let sibling = match anchor {
            Anchor::After(node) => Some(node),
            Anchor::First => parent.first_element_child(),
        };
        let deeper = format!("{parent_indent}{}", self.unit);
        // Where the neighbours stand in one line, so does the new one.
        let blanks = match sibling.map(|node| place::indent(base, node.range().start)) {
            Some(Some(indent)) => Some(indent.to_owned()),
            Some(None) => None,
            None => Some(deeper),
        };
        let mut insert = Vec::new();
        for node in nodes {
            if let Some(blanks) = &blanks {
                insert.push(Part::Glue(format!("{}{blanks}", self.line_end)));
            }
            let range = self.with_comment(*node);
            insert.extend(copied(self.other.as_bytes(), range, self.line_end));
        }
        let end_of_line = |text: &str| format!("{}{text}", self.line_end);
        match (anchor, parent.first_child()) {
            (Anchor::After(node), _) => {
                let at = match blanks {
                    Some(_) => place::after_comments(base, node.range().end),
                    None => node.range().end,
                };
                self.work.splice(at..at, insert);
            }
            (Anchor::First, Some(first)) => {
                let start = first.range().start;
                let at = match blanks {
                    Some(_) => place::after_comments(base, start),
                    None => start,
                };
                let rest = base.get(at..).unwrap_or_default();
                if blanks.is_some() && !rest.starts_with(['\r', '\n']) && !all_removed {
                    insert.push(Part::Glue(end_of_line(parent_indent)));
                }
                self.work.splice(at..at, insert);
            }
            (Anchor::First, None) => {
                let range = parent.range();
                let written = base.get(range.clone()).unwrap_or_default();
                insert.push(Part::Glue(end_of_line(parent_indent)));
                if let Some(before) = written.strip_suffix("/>") {
                    let name = parent.tag_name().name();
                    insert.insert(0, Part::Glue(">".to_owned()));
                    insert.push(Part::Glue(format!("</{name}>")));
                    let at = range.start + before.trim_end().len();
                    self.work.splice(at..range.end, insert);
                } else {
                    let at = range.start + written.rfind("</").unwrap_or(0);
                    self.work.splice(at..at, insert);
                }
            }
        }
    }

    /// The element with the comment right above it, when neither of the other files has that comment.
    fn with_comment(&self, node: Node<'_, '_>) -> Range<usize> {
        let range = node.range();
        let comment = node
            .prev_sibling()
            .filter(Node::is_text)
            .filter(|blanks| {
                let text = blanks.text().unwrap_or_default();
                text.trim().is_empty() && text.matches('\n').count() == 1
            })
            .and_then(|blanks| blanks.prev_sibling())
            .filter(Node::is_comment)
            .filter(|comment| {
                let written = self.other.get(comment.range()).unwrap_or_default();
                !self.base.contains(written) && !self.old.contains(written)
            });
        comment.map_or(range.clone(), |comment| comment.range().start..range.end)
    }
}

/// For each of the other file's children that the old file does not have its partner among the base's that the old file
/// does not have either.
fn directly(
    bases: &[Node<'_, '_>],
    others: &[Node<'_, '_>],
    old_to_base: &[Option<usize>],
    other_to_old: &[Option<usize>],
) -> Vec<Option<usize>> {
    let mut is_new = vec![true; bases.len()];
    for here in old_to_base.iter().flatten() {
        if let Some(is_new) = is_new.get_mut(*here) {
            *is_new = false;
        }
    }
    let new_bases: Vec<usize> = (0..bases.len())
        .filter(|index| is_new.get(*index) == Some(&true))
        .collect();
    let new_others: Vec<usize> = (0..others.len())
        .filter(|index| other_to_old.get(*index).copied().flatten().is_none())
        .collect();
    let bases_left: Vec<Node<'_, '_>> = new_bases
        .iter()
        .filter_map(|index| bases.get(*index).copied())
        .collect();
    let others_left: Vec<Node<'_, '_>> = new_others
        .iter()
        .filter_map(|index| others.get(*index).copied())
        .collect();
    let mut found = vec![None; others.len()];
    for (partner, index) in identity::pairs(&others_left, &bases_left, &HashSet::new())
        .into_iter()
        .zip(new_others)
    {
        let partner = partner.and_then(|partner| new_bases.get(partner)).copied();
        if let Some(place) = found.get_mut(index) {
            *place = partner;
        }
    }
    found
}
