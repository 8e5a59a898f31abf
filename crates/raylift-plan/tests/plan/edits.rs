//! Edits carried out on facts.

use raylift_model::facts::{ReleaseFacts, SiteFacts};
use raylift_model::plan::{Base, Edit, Piece};

/// What the run writes.
pub(crate) fn written(edit: &Edit, site: &SiteFacts, release: &ReleaseFacts) -> String {
    let base = match &edit.base {
        Base::Site { path, .. } => site.texts[path].expose().to_vec(),
        Base::Release { from, .. } => release.texts[from].0.clone().into_bytes(),
        Base::Nothing => Vec::new(),
    };
    let mut result = Vec::new();
    let mut at = 0;
    for splice in &edit.splices {
        result.extend_from_slice(&base[at..splice.at as usize]);
        for piece in &splice.insert {
            match piece {
                Piece::Text { text } => result.extend_from_slice(text.as_bytes()),
                Piece::Site {
                    path,
                    start,
                    length,
                    ..
                } => {
                    let range = *start as usize..(start + length) as usize;
                    result.extend_from_slice(&site.texts[path].expose()[range]);
                }
                // Written by the formats' own tests; here it matters that it is named.
                Piece::PropertyAsConfig { key, .. } => {
                    result.extend_from_slice(format!("<{key}>").as_bytes());
                }
                Piece::CfgAsConfig { path, .. } => {
                    result.extend_from_slice(format!("<{path}>").as_bytes());
                }
            }
        }
        at = (splice.at + splice.remove) as usize;
    }
    result.extend_from_slice(&base[at..]);
    String::from_utf8(result).unwrap()
}
