//! One file of a release.

use std::io::Read;

use raylift_model::codes;
use raylift_model::facts::{FileKind, ReleaseFacts, ReleaseForm};
use raylift_model::names::RelativePath;

use crate::source::{ReleaseSource, SourceError};

/// The content of one file of a release, at most `limit` bytes of it; `None` when there is none of that name. `path` is
/// relative to the release's top folder.
///
/// # Errors
/// Those of [`ReleaseSource::visit`].
pub fn read_file(
    source: &dyn ReleaseSource,
    release: &ReleaseFacts,
    path: &RelativePath,
    limit: u64,
) -> Result<Option<Vec<u8>>, SourceError> {
    let wanted = match release.form {
        ReleaseForm::Folder => path.clone(),
        _ => RelativePath::new(release.layout.top.as_str()).join(path.as_str()),
    };
    let mut found = None;
    source.visit(&mut |entry, reader| {
        if entry.path == wanted.as_str() && entry.kind == FileKind::File {
            let mut content = Vec::new();
            reader
                .take(limit)
                .read_to_end(&mut content)
                .map_err(|error| SourceError {
                    code: codes::ARCHIVE_UNREADABLE,
                    message: format!("{} cannot be unpacked", entry.path),
                    source: Some(Box::new(error)),
                })?;
            found = Some(content);
        }
        Ok(())
    })?;
    Ok(found)
}
