//! Documents as the portal lists them.

/// One line of `/lab/documents`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Document {
    /// Identifier that the portal gave it.
    pub id: String,
    /// Title.
    pub title: String,
    /// Size in bytes, as the portal found it.
    pub size: u64,
    /// SHA-256 of the content, lowercase hexadecimal, read through rows and files.
    pub sha256: String,
}

impl Document {
    /// Reads one line: identifier, title, size, digest, separated by tabs.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split('\t').map(str::to_owned);
        let document = Document {
            id: fields.next()?,
            title: fields.next()?,
            size: fields.next()?.parse().ok()?,
            sha256: fields.next()?,
        };
        fields.next().is_none().then_some(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_line_has_four_fields() {
        let line = "101\tA title\t5\t2cf24d";
        assert_eq!(Document::parse(line).map(|document| document.size), Some(5));
        assert_eq!(Document::parse("101\tA title\t5"), None);
        assert_eq!(Document::parse("101\tA title\tx\t2cf24d"), None);
        assert_eq!(Document::parse("101\tA title\t5\t2cf24d\tmore"), None);
    }
}
