//! The names of the product's libraries.

/// JAR names on the class path of two real homes, 7.2.1 GA2 and a 7.4 (real-tree files; 227 and 123 of them), sorted. The
/// product's file names carry no version and stay the same within a line.
const NAMES: &str = include_str!("libraries.txt");

/// True for the name of a library that the product is known to have.
pub(super) fn is_known(name: &str) -> bool {
    NAMES.lines().any(|known| known == name)
}

/// True for `name-1.2.3.jar`: the product names no library so, people who download one do.
pub(super) fn has_version(name: &str) -> bool {
    name.strip_suffix(".jar").is_some_and(|stem| {
        stem.char_indices().any(|(at, letter)| {
            letter == '-'
                && stem
                    .get(at + 1..)
                    .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_two_homes_are_known() {
        assert_eq!(NAMES.lines().count(), 268);
        assert!(NAMES.lines().is_sorted());
        for name in ["portal-impl.jar", "antlr3.jar", "hikaricp.jar", "jutf7.jar"] {
            assert!(is_known(name), "{name}");
        }
        assert!(!is_known("ojdbc8.jar"));
        // Some names of the product begin like one with a version, and are known by the whole name.
        assert!(has_version("log4j-1.2-api.jar") && is_known("log4j-1.2-api.jar"));
    }

    #[test]
    fn a_version_in_a_name_is_seen() {
        assert!(has_version("mysql-connector-java-8.0.30.jar"));
        assert!(!has_version("ojdbc8.jar"));
        assert!(!has_version("acme-tools.jar"));
    }
}
