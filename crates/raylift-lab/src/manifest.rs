//! Reading and writing the main section of a JAR's manifest.

/// Longest line in bytes, without its end (JAR specification, "Line length").
const LINE: usize = 72;

/// The main attributes of a manifest, in file order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    attributes: Vec<(String, String)>,
}

impl Manifest {
    /// Reads the main section; continuation lines are joined, later sections are left out.
    pub(crate) fn parse(text: &str) -> Self {
        let mut attributes: Vec<(String, String)> = Vec::new();
        for line in text.lines().map(|line| line.trim_end_matches('\r')) {
            if line.is_empty() {
                break;
            }
            if let Some(continuation) = line.strip_prefix(' ') {
                if let Some((_, value)) = attributes.last_mut() {
                    value.push_str(continuation);
                }
            } else if let Some((name, value)) = line.split_once(": ") {
                attributes.push((name.to_owned(), value.to_owned()));
            }
        }
        Self { attributes }
    }

    /// The value of an attribute; names compare without regard to case.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Sets an attribute, in place when it is there, else at the end. An empty value is left out.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let found = self
            .attributes
            .iter_mut()
            .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name));
        match found {
            Some((_, old)) => *old = value.to_owned(),
            None => self.attributes.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Attributes whose names begin with `prefix`.
    pub(crate) fn with_prefix(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        self.attributes
            .iter()
            .filter(move |(name, _)| name.starts_with(prefix))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The file's text: `Manifest-Version` first, lines folded at 72 bytes, CRLF, an empty line
    /// at the end.
    pub(crate) fn text(&self) -> String {
        let version = self.get("Manifest-Version").unwrap_or("1.0");
        let mut text = format!("Manifest-Version: {version}\r\n");
        for (name, value) in &self.attributes {
            if !name.eq_ignore_ascii_case("Manifest-Version") {
                fold(&format!("{name}: {value}"), &mut text);
            }
        }
        text.push_str("\r\n");
        text
    }
}

fn fold(line: &str, text: &mut String) {
    let mut used = 0;
    for character in line.chars() {
        if used + character.len_utf8() > LINE {
            text.push_str("\r\n ");
            used = 1;
        }
        text.push(character);
        used += character.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_survive_folding() {
        let mut manifest = Manifest::default();
        let value = "Liferay Community Edition Portal 7.2.1 CE GA2 ".repeat(5);
        manifest.set("Liferay-Portal-Release-Info", value.trim_end());
        let text = manifest.text();
        assert!(text.lines().all(|line| line.len() <= LINE));
        assert_eq!(
            Manifest::parse(&text).get("liferay-portal-release-info"),
            Some(value.trim_end())
        );
    }

    #[test]
    fn only_the_main_section_counts() {
        let manifest = Manifest::parse("Manifest-Version: 1.0\r\nA: 1\r\n\r\nName: x\r\nA: 2\r\n");
        assert_eq!(manifest.get("A"), Some("1"));
    }
}
