//! Remarks that say when the site answered, in a form that readers of a journal understand.

use std::fmt;

const LAST: &str = "last good answer before the stop at ";
const FIRST: &str = "first good answer after the start at ";

/// A moment at which the site answered well, as whoever carries a run out has seen it. Written into the journal as
/// the text of an [`crate::event::Event::Remark`]; with it downtime is what users saw, not what raylift did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The last good answer before the server was stopped, on either way. UTC, RFC 3339.
    Last(String),
    /// The first good answer after the server was started again, on either way. UTC, RFC 3339.
    First(String),
}

impl Answer {
    /// The answer that a remark's text tells of, if it is such a remark.
    pub fn of(text: &str) -> Option<Self> {
        if let Some(time) = text.strip_prefix(LAST) {
            Some(Self::Last(time.to_owned()))
        } else {
            text.strip_prefix(FIRST)
                .map(|time| Self::First(time.to_owned()))
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last(time) => write!(formatter, "{LAST}{time}"),
            Self::First(time) => write!(formatter, "{FIRST}{time}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for answer in [
            Answer::Last("2026-11-23T18:00:00.000Z".to_owned()),
            Answer::First("2026-11-23T18:00:31.250Z".to_owned()),
        ] {
            assert_eq!(Answer::of(&answer.to_string()), Some(answer));
        }
        assert_eq!(Answer::of("a good answer"), None);
    }
}
