//! What a run leaves beside the site until a person or a command removes it, and notes of it that readers of a journal
//! understand.

use std::fmt;

use serde::Serialize;

const MARK: &str = "kept: ";
const END: &str = " (to remove it: ";

/// Something that stays beside the site. As a text it is a note of an action in the journal; see [`Kept::of`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// What it is, in a few words without a colon.
    pub what: String,
    /// A folder, a database on its server, or a repository of backups.
    pub place: String,
    /// How it goes: a command, or what a person does.
    pub removal: String,
}

impl Kept {
    /// How a folder goes that nobody but a person removes.
    pub const BY_HAND: &'static str = "rm -r that folder";

    /// One thing.
    pub fn new(
        what: impl Into<String>,
        place: impl Into<String>,
        removal: impl Into<String>,
    ) -> Self {
        Self {
            what: what.into(),
            place: place.into(),
            removal: removal.into(),
        }
    }

    /// A folder that nobody but a person removes.
    pub fn folder(what: impl Into<String>, folder: &std::path::Path) -> Self {
        Self::new(what, folder.display().to_string(), Self::BY_HAND)
    }

    /// What a note tells of, if it is such a note.
    pub fn of(text: &str) -> Option<Self> {
        let (what, rest) = text.strip_prefix(MARK)?.split_once(": ")?;
        let (place, removal) = rest.strip_suffix(')')?.rsplit_once(END)?;
        Some(Self::new(what, place, removal))
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            place,
            removal,
        } = self;
        write!(formatter, "{MARK}{what}: {place}{END}{removal})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_read_back() {
        for kept in [
            Kept::new(
                "the newer database",
                "database a: b (x) on its server",
                "DROP DATABASE \"a: b (x)\";",
            ),
            Kept::folder("the newer documents", std::path::Path::new("/a: b (to)/c")),
        ] {
            assert_eq!(Kept::of(&kept.to_string()), Some(kept));
        }
        assert_eq!(Kept::of("documents as of now"), None);
        assert_eq!(Kept::of("kept: half"), None);
    }
}
