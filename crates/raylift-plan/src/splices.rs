//! Edits out of splices: put in order, with the difference that a person reads.

use raylift_formats::config;
use raylift_formats::properties::{Encoding, read};
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

/// What the run will write. Places that the base does not have add nothing: the run refuses them.
fn spliced(site: &SiteFacts, base: &[u8], splices: &[Splice]) -> Vec<u8> {
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(base.len());
    let mut text = Vec::with_capacity(base.len());
    let mut at = 0;
    for splice in splices {
        text.extend_from_slice(base.get(at..place(splice.at)).unwrap_or_default());
        for piece in &splice.insert {
            text.extend(bytes_of(site, piece));
        }
        at = place(splice.at.saturating_add(splice.remove));
    }
    text.extend_from_slice(base.get(at..).unwrap_or_default());
    text
}

fn bytes_of(site: &SiteFacts, piece: &Piece) -> Vec<u8> {
    let content = |path: &RelativePath| site.texts.get(path).map(|text| text.expose());
    match piece {
        Piece::Text { text } => text.as_bytes().to_vec(),
        Piece::Site {
            path,
            start,
            length,
            ..
        } => {
            let start = usize::try_from(*start).unwrap_or(usize::MAX);
            let end = start.saturating_add(usize::try_from(*length).unwrap_or(usize::MAX));
            content(path)
                .and_then(|bytes| bytes.get(start..end))
                .unwrap_or_default()
                .to_vec()
        }
        Piece::PropertyAsConfig { path, key, .. } => {
            let read = read(content(path).unwrap_or_default(), Encoding::Utf8).value;
            config::escaped(read.get(key).unwrap_or_default()).into_bytes()
        }
        Piece::CfgAsConfig {
            path,
            before_7_3,
            keys,
            ..
        } => config::cfg_as_planned(content(path).unwrap_or_default(), *before_7_3, keys)
            .value
            .into_bytes(),
    }
}
