//! How something that is wrong with a release becomes a [`SourceError`].

use std::error::Error;
use std::path::Path;

use raylift_model::codes;
use raylift_survey::source::SourceError;

/// What is wrong, before it is known in which archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// One of [`codes`].
    pub(super) code: &'static str,
    /// Lower-case fragment.
    pub(super) detail: String,
}

impl Fault {
    pub(super) fn damaged(detail: impl Into<String>) -> Self {
        Self::new(codes::ARCHIVE_UNREADABLE, detail)
    }

    pub(super) fn unsafe_entry(name: &str, detail: &str) -> Self {
        Self::new(
            codes::ARCHIVE_UNSAFE,
            format!("entry {name:?} is not accepted: {detail}"),
        )
    }

    pub(super) fn duplicate(name: &str) -> Self {
        Self::new(
            codes::ARCHIVE_DUPLICATE,
            format!("entry {name:?} is there twice"),
        )
    }

    pub(super) fn bomb(detail: impl Into<String>) -> Self {
        Self::new(codes::ARCHIVE_BOMB, detail)
    }

    fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }

    /// The error with the archive's path and a cause.
    pub(super) fn at(
        self,
        place: &Path,
        source: Option<Box<dyn Error + Send + Sync>>,
    ) -> SourceError {
        SourceError {
            code: self.code,
            message: format!("{}: {}", place.display(), self.detail),
            source,
        }
    }
}

/// The archive's content does not decode, or ends before it should.
pub(super) fn damaged(
    place: &Path,
    detail: &str,
    source: impl Into<Box<dyn Error + Send + Sync>>,
) -> SourceError {
    Fault::damaged(format!("the archive is damaged or cut short: {detail}"))
        .at(place, Some(source.into()))
}

/// The file or folder cannot be read at all.
pub(super) fn unreadable(place: &Path, source: std::io::Error) -> SourceError {
    Fault::damaged("cannot be read").at(place, Some(source.into()))
}
