//! The values of OSGi manifest headers: clauses with attributes and directives.

use crate::diagnostic::{Diagnostic, Parsed};

/// Names and parameters of one header that are read; the longest real headers have some thousand.
const MOST_PARTS: usize = 100_000;
/// Warnings about one header that are kept.
const MOST_REMARKS: usize = 100;

/// One clause of a header (OSGi Core, section 3.2.4): `name;other-name;directive:=value;attribute="value"`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clause {
    /// The paths before the parameters: mostly one.
    pub names: Vec<String>,
    /// `key=value` in order; a type (`key:Version=value`) stays in the key.
    pub attributes: Vec<(String, String)>,
    /// `key:=value` in order.
    pub directives: Vec<(String, String)>,
}

impl Clause {
    /// The first path, empty when there is none.
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// The value of an attribute.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a directive.
    pub fn directive(&self, key: &str) -> Option<&str> {
        self.directives
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }
}

/// Splits a header's value into its clauses. Commas, semicolons and equals signs between double quotes separate
/// nothing; a backslash inside quotes takes the next character as it stands.
pub fn clauses(text: &str) -> Parsed<Vec<Clause>> {
    let mut diagnostics = Vec::new();
    let mut found = Vec::new();
    let is_empty = text.trim().is_empty();
    let mut parts_left = MOST_PARTS;
    'clauses: for clause_text in split_outside_quotes(text, ',') {
        if clause_text.trim().is_empty() {
            if !is_empty {
                warn(&mut diagnostics, || "a clause is empty".to_owned());
            }
            continue;
        }
        let mut clause = Clause::default();
        for part in split_outside_quotes(clause_text, ';') {
            if parts_left == 0 {
                let message = format!("what follows {MOST_PARTS} parts is not read");
                diagnostics.push(Diagnostic::error(0, message));
                break 'clauses;
            }
            parts_left -= 1;
            add_part(&mut clause, part.trim(), &mut diagnostics);
        }
        found.push(clause);
    }
    if quotes_are_open(text) {
        diagnostics.push(Diagnostic::error(0, "a quotation mark is not closed"));
    }
    Parsed {
        value: found,
        diagnostics,
    }
}

fn warn(diagnostics: &mut Vec<Diagnostic>, message: impl FnOnce() -> String) {
    if diagnostics.len() < MOST_REMARKS {
        diagnostics.push(Diagnostic::warning(0, message()));
    }
}

fn add_part(clause: &mut Clause, part: &str, diagnostics: &mut Vec<Diagnostic>) {
    let Some(left) = split_outside_quotes(part, '=').next() else {
        return;
    };
    let left_length = left.len();
    match part.get(left_length + 1..) {
        Some(value) => {
            let value = unquote(value.trim());
            match left.strip_suffix(':') {
                Some(key) => clause.directives.push((key.trim().to_owned(), value)),
                None => clause.attributes.push((left.trim().to_owned(), value)),
            }
        }
        None if left.is_empty() => warn(diagnostics, || {
            "a part between semicolons is empty".to_owned()
        }),
        None => {
            if !clause.attributes.is_empty() || !clause.directives.is_empty() {
                warn(diagnostics, || {
                    format!("\"{left}\" stands after parameters")
                });
            }
            clause.names.push(unquote(left));
        }
    }
}

/// Follows the quotes through a text.
#[derive(Default)]
struct Quotes {
    open: bool,
    escaped: bool,
}

impl Quotes {
    /// Takes the next character; true when it stands outside quotes and is none itself.
    fn take(&mut self, character: char) -> bool {
        if self.escaped {
            self.escaped = false;
        } else if self.open && character == '\\' {
            self.escaped = true;
        } else if character == '"' {
            self.open = !self.open;
        } else {
            return !self.open;
        }
        false
    }
}

fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        // A separator stands outside quotes, so each part begins there.
        let mut quotes = Quotes::default();
        let end = text
            .char_indices()
            .find(|(_, character)| quotes.take(*character) && *character == separator);
        let Some((at, _)) = end else {
            return rest.take();
        };
        rest = text.get(at + separator.len_utf8()..);
        text.get(..at)
    })
}

fn quotes_are_open(text: &str) -> bool {
    let mut quotes = Quotes::default();
    text.chars().for_each(|character| {
        quotes.take(character);
    });
    quotes.open
}

fn unquote(text: &str) -> String {
    let Some(inner) = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return text.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => plain.extend(characters.next()),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_told_apart() {
        let read = clauses(
            r#"com.liferay.blogs.service;singleton:=true;x="a,b;c=d", b.c ; version = 1.0"#,
        );
        assert_eq!(read.diagnostics, []);
        let [first, second] = &read.value[..] else {
            panic!("{:?}", read.value)
        };
        assert_eq!(first.name(), "com.liferay.blogs.service");
        assert_eq!(first.directive("singleton"), Some("true"));
        assert_eq!(first.attribute("x"), Some("a,b;c=d"));
        assert_eq!(second.name(), "b.c");
        assert_eq!(second.attribute("version"), Some("1.0"));
    }

    #[test]
    fn ranges_and_filters_keep_their_commas() {
        let read =
            clauses(r#"org.eclipse.osgi; bundle-version="[3.10.0,4.0.0)"; extension:=framework"#);
        assert_eq!(
            read.value[0].attribute("bundle-version"),
            Some("[3.10.0,4.0.0)")
        );
        assert_eq!(read.value[0].directive("extension"), Some("framework"));
        let filter = clauses(r#"osgi.ee;filter:="(&(osgi.ee=JavaSE)(version=1.8))""#);
        assert_eq!(
            filter.value[0].directive("filter"),
            Some("(&(osgi.ee=JavaSE)(version=1.8))")
        );
    }

    #[test]
    fn escaped_quotes_stay_inside() {
        let read = clauses(r#"a;x="b\",c""#);
        assert_eq!(read.value.len(), 1);
        assert_eq!(read.value[0].attribute("x"), Some("b\",c"));
    }

    #[test]
    fn an_open_quotation_mark_is_an_error() {
        assert!(clauses("a;x=\"b").has_errors());
    }
}
