//! XML without document type, and without what makes reading it take time squared.

use roxmltree::Document;

/// Declarations of namespaces in one file; real files have one for each component. Each element is compared with all
/// that are open above it.
const MOST_NAMESPACES: usize = 200;
/// Equals signs between two opening brackets, which bound the attributes of one element; they are compared with each
/// other.
const MOST_ATTRIBUTES: usize = 300;

/// Why a text is no XML that is read.
#[derive(Debug, thiserror::Error)]
pub enum XmlError {
    /// It is not well-formed, or has a DTD, which is refused.
    #[error(transparent)]
    NotWellFormed(#[from] roxmltree::Error),
    /// It was not made to be read.
    #[error(
        "it has more than {MOST_NAMESPACES} namespaces, or an element with more than {MOST_ATTRIBUTES} attributes"
    )]
    TooMuch,
}

/// The document in a text.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, XmlError> {
    let namespaces = text.matches("xmlns").take(MOST_NAMESPACES + 1).count();
    // An opening bracket cannot stand inside a tag (XML 1.0, production 10).
    let is_wide = |part: &str| part.bytes().filter(|byte| *byte == b'=').count() > MOST_ATTRIBUTES;
    if namespaces > MOST_NAMESPACES || text.split('<').any(is_wide) {
        return Err(XmlError::TooMuch);
    }
    Ok(Document::parse(text)?)
}
