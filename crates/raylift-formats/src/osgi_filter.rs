//! OSGi filters such as the targets by which components wait for a `Release`.

mod parse;

use raylift_model::version::OsgiVersion;

/// A filter (OSGi Core, section 3.2.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All hold.
    And(Vec<Filter>),
    /// At least one holds.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// The attribute is there.
    Present(String),
    /// The attribute compares with a value.
    Compare {
        /// Name of the attribute; compared without case.
        attribute: String,
        /// How.
        operator: Operator,
        /// The value, escapes resolved.
        value: String,
    },
    /// The attribute is a text with these parts in this order; the first one starts it, the last one ends it.
    Substring {
        /// Name of the attribute; compared without case.
        attribute: String,
        /// Parts between asterisks, escapes resolved; the first and the last may be empty.
        parts: Vec<String>,
    },
}

/// How a filter compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`.
    Equal,
    /// `~=`: equal without regard to case and blanks.
    Approximate,
    /// `>=`.
    AtLeast,
    /// `<=`.
    AtMost,
}

/// A text that is not a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not an OSGi filter: {reason} at byte {position}")]
pub struct FilterError {
    /// The text as given.
    pub text: String,
    /// Where it breaks off, in bytes from zero.
    pub position: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

/// The value of a service property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceProperty {
    /// A string.
    Text(String),
    /// An OSGi version, such as `release.schema.version` from 7.1 on.
    Version(OsgiVersion),
    /// A whole number, such as `release.state`.
    Number(i64),
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// [`FilterError`] when the text is not one.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::filter(text)
    }

    /// Whether the filter holds for a service; `property` gives the value of a property by its name in lower case.
    pub fn matches(&self, property: &dyn Fn(&str) -> Option<ServiceProperty>) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.matches(property)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(property)),
            Self::Not(part) => !part.matches(property),
            Self::Present(attribute) => property(&attribute.to_lowercase()).is_some(),
            Self::Compare {
                attribute,
                operator,
                value,
            } => property(&attribute.to_lowercase())
                .is_some_and(|found| compare(&found, *operator, value)),
            Self::Substring { attribute, parts } => match property(&attribute.to_lowercase()) {
                Some(ServiceProperty::Text(text)) => has_parts(&text, parts),
                _ => false,
            },
        }
    }

    /// Every value that the attribute is required to be equal to anywhere in the filter: the names of the bundles in
    /// `(release.bundle.symbolic.name=a.b)`.
    pub fn equal_values(&self, attribute: &str) -> Vec<&str> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts
                .iter()
                .flat_map(|part| part.equal_values(attribute))
                .collect(),
            Self::Compare {
                attribute: own,
                operator: Operator::Equal,
                value,
            } if own.eq_ignore_ascii_case(attribute) => {
                vec![value]
            }
            _ => Vec::new(),
        }
    }
}

fn compare(found: &ServiceProperty, operator: Operator, value: &str) -> bool {
    match found {
        ServiceProperty::Text(text) => match operator {
            Operator::Equal => text == value,
            Operator::Approximate => normal(text) == normal(value),
            Operator::AtLeast => text.as_str() >= value,
            Operator::AtMost => text.as_str() <= value,
        },
        // A value that cannot be made the property's type never matches.
        ServiceProperty::Version(version) => value
            .trim()
            .parse::<OsgiVersion>()
            .is_ok_and(|value| ordered(version.cmp(&value), operator)),
        ServiceProperty::Number(number) => value
            .trim()
            .parse::<i64>()
            .is_ok_and(|value| ordered(number.cmp(&value), operator)),
    }
}

fn ordered(ordering: std::cmp::Ordering, operator: Operator) -> bool {
    match operator {
        Operator::Equal | Operator::Approximate => ordering.is_eq(),
        Operator::AtLeast => ordering.is_ge(),
        Operator::AtMost => ordering.is_le(),
    }
}

fn normal(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

fn has_parts(text: &str, parts: &[String]) -> bool {
    let [first, middle @ .., last] = parts else {
        return false;
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    for part in middle {
        match rest.split_once(part.as_str()) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: &str = "(&(release.bundle.symbolic.name=a.b)(&(release.schema.version>=1.0.0)\
                          (!(release.schema.version>=2.0.0)))(|(!(release.state=*))(release.state=0)))";

    fn matches(filter: &str, version: &str, state: Option<i64>) -> bool {
        Filter::parse(filter).unwrap().matches(&|name| match name {
            "release.bundle.symbolic.name" => Some(ServiceProperty::Text("a.b".to_owned())),
            "release.schema.version" => Some(ServiceProperty::Version(version.parse().unwrap())),
            "release.state" => state.map(ServiceProperty::Number),
            _ => None,
        })
    }

    #[test]
    fn a_release_target_compares_versions_as_versions() {
        assert!(matches(TARGET, "1.0.0", None));
        assert!(matches(TARGET, "1.10.3", Some(0)));
        assert!(!matches(TARGET, "2.0.0", None));
        assert!(!matches(TARGET, "0.9.9", None));
        assert!(!matches(TARGET, "1.0.0", Some(1)));
        assert_eq!(
            Filter::parse(TARGET)
                .unwrap()
                .equal_values("Release.Bundle.Symbolic.Name"),
            ["a.b"]
        );
    }

    #[test]
    fn a_value_of_another_type_never_matches() {
        assert!(!matches(
            "(release.schema.version=1.0.0-step-1)",
            "1.0.0",
            None
        ));
        assert!(!matches("(release.state=good)", "1.0.0", Some(0)));
    }

    #[test]
    fn texts_compare_by_parts() {
        for (filter, expected) in [
            ("(release.bundle.symbolic.name=a*)", true),
            ("(release.bundle.symbolic.name=*.b)", true),
            ("(release.bundle.symbolic.name=*x*)", false),
            ("(release.bundle.symbolic.name=*)", true),
            ("(release.bundle.symbolic.name~= A.B )", true),
            ("(release.bundle.symbolic.name=a\\*)", false),
            ("(nothing=*)", false),
        ] {
            assert_eq!(matches(filter, "1.0.0", None), expected, "{filter}");
        }
    }

    #[test]
    fn rubbish_is_refused_with_its_place() {
        for text in [
            "",
            "a=b",
            "(a=b",
            "(&)",
            "(!(a=b)(c=d))",
            "(a>b)",
            "(=b)",
            "(a=b)x",
            "(a=(b)",
            "(a=b\\",
        ] {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
        assert_eq!(Filter::parse("(&(a=b)c)").unwrap_err().position, 7);
        assert!(Filter::parse(&"(!".repeat(100_000)).is_err());
    }
}
