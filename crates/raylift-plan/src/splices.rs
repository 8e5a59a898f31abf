//! Edits out of splices: put in order, with the difference that a person reads.

use std::borrow::Cow;

use raylift_formats::edit::edited;
use raylift_model::digest::Digest;
use raylift_model::facts::SiteFacts;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Base, Edit, Piece, Splice};

use crate::difference::difference;

/// Permission bits of a file that the site does not have yet, and of one that takes over what may be a secret.
const NEW: u32 = 0o640;
const NEW_WITH_SECRETS: u32 = 0o600;

/// The edit of one file of the site, or of one that is made anew. The splices need no order, except that those at the
/// same place come in the given one.
pub(crate) fn edit(
    site: &SiteFacts,
    path: &RelativePath,
    base: Base,
    mut splices: Vec<Splice>,
) -> Edit {
    splices.sort_by_key(|splice| splice.at);
    let of_the_site = splices
        .iter()
        .flat_map(|splice| &splice.insert)
        .any(|piece| !matches!(piece, Piece::Text { .. }));
    let unknown = if of_the_site { NEW_WITH_SECRETS } else { NEW };
    let old = site.texts.get(path).map(|text| text.expose());
    let new = spliced(site, old.unwrap_or_default(), &splices);
    Edit {
        base,
        difference: difference(
            &String::from_utf8_lossy(old.unwrap_or_default()),
            &String::from_utf8_lossy(&new),
        ),
        splices,
        mode: site
            .files
            .iter()
            .find(|file| file.path == *path)
            .map_or(unknown, |file| file.mode),
        replaces: old.is_some(),
    }
}

/// What the run will write. The planner makes no edit that does not fit its file; one would show no difference, and the run
/// refuses it.
fn spliced(site: &SiteFacts, base: &[u8], splices: &[Splice]) -> Vec<u8> {
    let content = |path: &RelativePath, _: &Digest| {
        let text = site.texts.get(path).ok_or(())?;
        Ok(Cow::Borrowed(text.expose()))
    };
    edited(base, splices, &content).unwrap_or_else(|_: Option<()>| base.to_vec())
}
