//! What a file's name says: the PID, and the name of a factory's configuration.

use raylift_formats::config::{self, Dialect};
use raylift_model::facts::ConfigurationKind;

/// What the ending makes of a file.
pub(super) fn kind(file_name: &str) -> ConfigurationKind {
    match file_name.rsplit_once('.') {
        Some((_, "config")) => ConfigurationKind::Config,
        Some((_, "cfg")) => ConfigurationKind::Cfg,
        _ => ConfigurationKind::Other,
    }
}

/// The name as 7.2 and before split it.
pub(super) fn older(file_name: &str) -> (String, Option<String>) {
    split(file_name, Dialect::Felix)
}

/// The name as 7.3 and later split it.
pub(super) fn later(file_name: &str) -> (String, Option<String>) {
    split(file_name, Dialect::Liferay)
}

/// A name that the server does not read is nothing but itself.
fn split(file_name: &str, dialect: Dialect) -> (String, Option<String>) {
    config::file_name(file_name, dialect).map_or_else(
        || {
            let stem = file_name.rsplit_once('.');
            (stem.map_or(file_name, |(stem, _)| stem).to_owned(), None)
        },
        |name| (name.pid, name.name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_as_the_two_installers_do() {
        let whole = |pid: &str| (pid.to_owned(), None);
        let part = |pid: &str, name: &str| (pid.to_owned(), Some(name.to_owned()));
        for (name, in_7_2, in_7_4) in [
            ("a.b.config", whole("a.b"), whole("a.b")),
            ("a.b-c.config", part("a.b", "c"), part("a.b", "c")),
            ("a.b_c.config", whole("a.b_c"), part("a.b", "c")),
            ("a.b~c-d_e.cfg", part("a.b~c", "d_e"), part("a.b", "c-d_e")),
            ("-a.config", whole("-a"), whole("-a")),
            ("~a_b.config", whole("~a_b"), part("~a", "b")),
        ] {
            assert_eq!(older(name), in_7_2, "{name}");
            assert_eq!(later(name), in_7_4, "{name}");
        }
    }

    #[test]
    fn letters_of_the_ending_count_in_their_case() {
        assert_eq!(kind("a.config"), ConfigurationKind::Config);
        assert_eq!(kind("a.cfg"), ConfigurationKind::Cfg);
        for name in ["a.Config", "a.config.bak", "config", "a.properties"] {
            assert_eq!(kind(name), ConfigurationKind::Other, "{name}");
        }
    }
}
