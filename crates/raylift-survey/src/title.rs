//! The title of an HTML page, by which a page is recognised again after an update.

/// The text between `<title>` and `</title>`, runs of blanks as one blank; `None` when there is none or it is empty.
/// Character references stay as written: the text is only compared with another page's.
pub fn title(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    let start = loop {
        let tag = from + lower.get(from..)?.find("<title")?;
        let after = tag + "<title".len();
        match lower.as_bytes().get(after)? {
            b'>' => break after + 1,
            byte if byte.is_ascii_whitespace() => break after + lower.get(after..)?.find('>')? + 1,
            _ => from = after,
        }
    };
    let length = lower.get(start..)?.find("</title")?;
    let title = text
        .get(start..start + length)?
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn titles_are_found_however_they_are_written() {
        for (page, expected) in [
            (
                "<html><title>Home - Liferay</title>",
                Some("Home - Liferay"),
            ),
            ("<TITLE lang=en>\n  Two\n words </TITLE>", Some("Two words")),
            ("<titles>no</titles><title>yes</title>", Some("yes")),
            ("<title>Größe &amp; more</title>", Some("Größe &amp; more")),
            ("<title></title>", None),
            ("<title>never closed", None),
            ("<title", None),
            ("plain text", None),
        ] {
            assert_eq!(title(page.as_bytes()).as_deref(), expected, "{page}");
        }
    }

    #[test]
    fn bytes_that_are_not_text_do_no_harm() {
        assert_eq!(
            title(b"\xff\xfe<title>a\xffb</title>").as_deref(),
            Some("a\u{fffd}b")
        );
    }
}
