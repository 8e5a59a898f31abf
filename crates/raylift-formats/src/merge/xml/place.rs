//! Where things stand in the text, and where new ones go.

use std::ops::Range;

use roxmltree::{Document, Node};

/// One step of indentation: what the first child of the root has more than the root; two blanks where that says nothing.
pub(super) fn unit(text: &str, document: &Document<'_>) -> String {
    document
        .root_element()
        .first_element_child()
        .and_then(|child| indent(text, child.range().start))
        .filter(|indent| !indent.is_empty())
        .unwrap_or("  ")
        .to_owned()
}

/// The blanks before a place, when nothing else stands before it on its line.
pub(super) fn indent(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let blanks = before.get(start..)?;
    blanks.chars().all(is_blank).then_some(blanks)
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

/// The end of a line's rest when nothing but blanks and comments that end on it stand there; else the place itself.
pub(super) fn after_comments(text: &str, at: usize) -> usize {
    let mut end = at;
    loop {
        let rest = text.get(end..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
        let rest = rest.get(blanks..).unwrap_or_default();
        if rest.is_empty() || rest.starts_with(['\n', '\r']) {
            return end;
        }
        let comment = rest
            .starts_with("<!--")
            .then(|| rest.find("-->"))
            .flatten()
            .and_then(|length| rest.get(..length + 3))
            .filter(|comment| !comment.contains(['\n', '\r']));
        match comment {
            Some(comment) => end += blanks + comment.len(),
            None => return at,
        }
    }
}

/// What goes when an element goes: its whole lines, when it stands alone on them.
pub(super) fn removal(text: &str, element: Range<usize>) -> Range<usize> {
    let Some(indent) = indent(text, element.start) else {
        return element;
    };
    let rest = text.get(element.end..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
    let after = rest.get(blanks..).unwrap_or_default();
    let line_end = match after.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => return element,
    };
    element.start - indent.len()..element.end + blanks + line_end
}

/// The tag that opens an element.
pub(super) fn start_tag(node: Node<'_, '_>) -> Range<usize> {
    let start = node.range().start;
    let end = node.first_child().map_or_else(
        || {
            node.attributes()
                .next_back()
                .map_or(node.range().end, |last| last.range().end)
        },
        |child| child.range().start,
    );
    start..end
}

/// End of what comes before an attribute in its tag.
pub(super) fn end_before(node: Node<'_, '_>, attribute: usize) -> usize {
    node.attributes()
        .map(|other| other.range().end)
        .filter(|end| *end <= attribute)
        .max()
        .unwrap_or_else(|| name_end(node))
        .max(declarations_end(node, attribute))
}

fn name_end(node: Node<'_, '_>) -> usize {
    node.range().start + 1 + node.tag_name().name().len()
}

/// Declarations of namespaces are no attributes to the reader, but they stand among them.
fn declarations_end(node: Node<'_, '_>, before: usize) -> usize {
    let start = name_end(node);
    let written = node
        .document()
        .input_text()
        .get(start..before)
        .unwrap_or_default();
    start + written.trim_end().len()
}

/// Where a new attribute goes, and the blanks before it: those before the last one.
pub(super) fn for_attribute<'a>(text: &'a str, node: Node<'_, '_>) -> (usize, &'a str) {
    let last = node
        .attributes()
        .max_by_key(|attribute| attribute.range().end);
    match last {
        None => (name_end(node), " "),
        Some(last) => {
            let range = last.range();
            let before = end_before(node, range.start);
            (range.end, text.get(before..range.start).unwrap_or(" "))
        }
    }
}

/// What an element says besides its child elements.
pub(super) struct Text {
    /// All of it, without the blanks around it; never empty.
    pub(super) value: String,
    /// Its place, when it stands in one piece and beside no child element; comments may stand beside it.
    pub(super) range: Option<Range<usize>>,
}

/// The text of an element; `None` when there is none.
pub(super) fn text(text: &str, node: Node<'_, '_>) -> Option<Text> {
    let pieces = || node.children().filter(Node::is_text);
    let joined: String = pieces().filter_map(|piece| piece.text()).collect();
    let value = joined.trim();
    let mut written = pieces().filter_map(|piece| {
        let written = text.get(piece.range())?;
        let blanks = written.len() - written.trim_start().len();
        let start = piece.range().start + blanks;
        let length = written.trim().len();
        (length > 0).then(|| start..start + length)
    });
    let only = match (written.next(), written.next()) {
        (Some(only), None) if node.first_element_child().is_none() => Some(only),
        _ => None,
    };
    (!value.is_empty()).then(|| Text {
        value: value.to_owned(),
        range: only,
    })
}
