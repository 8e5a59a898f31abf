//! Splices of a merge as splices of a plan.

use raylift_formats::merge::{self, Part, Ruling, Sides, applied};
use raylift_model::digest::Digest;
use raylift_model::facts::{FileFact, ReleaseFacts};
use raylift_model::finding::Finding;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Base, Decision, Edit, FileDecision, Piece, Splice};

use super::formats::Format;
use super::{Parts, findings, heap};
use crate::difference::difference;

/// A file below a release's Tomcat folder.
pub(super) fn of<'a>(release: &'a ReleaseFacts, name: &str) -> Option<&'a str> {
    let path = release.layout.tomcat.join(name);
    release.texts.get(&path).map(|text| text.0.as_str())
}

/// A splice whose pieces come from the release's file: text that is no secret.
pub(super) fn with_text(splice: &merge::Splice, other: &str) -> Splice {
    let mut text = String::new();
    for part in &splice.insert {
        match part {
            Part::Glue(glue) => text.push_str(glue),
            Part::Other(range) => text.push_str(other.get(range.clone()).unwrap_or_default()),
        }
    }
    let insert = if text.is_empty() {
        Vec::new()
    } else {
        vec![Piece::Text { text }]
    };
    Splice {
        at: splice.range.start as u64,
        remove: splice.range.len() as u64,
        insert,
    }
}

/// A splice whose pieces lie in the site's file, which may hold secrets.
fn with_places(splice: &merge::Splice, path: &RelativePath, here: &FileFact) -> Option<Splice> {
    let digest = here.digest.as_ref()?;
    let piece = |part: &Part| match part {
        Part::Glue(text) => Piece::Text { text: text.clone() },
        Part::Other(range) => Piece::Site {
            path: path.clone(),
            digest: digest.clone(),
            start: range.start as u64,
            length: range.len() as u64,
        },
    };
    Some(Splice {
        at: splice.range.start as u64,
        remove: splice.range.len() as u64,
        insert: splice.insert.iter().map(piece).collect(),
    })
}

/// The bundle's file with everything that the site changed in it.
///
/// # Errors
/// Nothing when raylift does not merge such a file, or not without the old release's; else a finding: what a person has
/// to resolve.
pub(crate) fn bundle(
    parts: &Parts<'_>,
    path: &RelativePath,
    from: &RelativePath,
    file: &FileFact,
    here: &FileFact,
) -> Result<(FileDecision, Finding), Option<Box<Finding>>> {
    let name = path.below(parts.tomcat).ok_or(None)?;
    let format = Format::of(name);
    let new = parts.of_release(name);
    let text = parts.site.texts.get(path).map(|text| text.expose());
    let (Some(new), Some(text), Some(old), Some(digest)) =
        (new, text, parts.of_old(name), file.digest.clone())
    else {
        return Err(None);
    };
    if format == Format::Other {
        return Err(None);
    }
    let sides = Sides {
        old: Some(old.as_bytes()),
        base: new.as_bytes(),
        other: text,
    };
    let merged = format
        .merge(sides, &|_| Ruling::Usual)
        .map_err(|refused| Some(Box::new(findings::bundle_refused(path, name, &refused))))?;
    if !merged.conflicts.is_empty() {
        let finding = findings::bundle_conflicts(path, name, &merged, new.as_bytes(), text);
        return Err(Some(Box::new(finding)));
    }
    let result = applied(sides.base, sides.other, &merged.splices).ok_or(None)?;
    heap::fits(format, text, &result)
        .map_err(|refused| Some(Box::new(findings::bundle_refused(path, name, &refused))))?;
    let splices = merged
        .splices
        .iter()
        .map(|splice| with_places(splice, path, here))
        .collect::<Option<Vec<Splice>>>()
        .ok_or(None)?;
    let finding = findings::merged(
        path,
        &merged,
        "what the site changed is put into the bundle's file",
    );
    // Both releases ship the same here, so that the site's file is the result. An exchange could not be told from none.
    if result == text {
        let decision = FileDecision {
            path: path.clone(),
            decision: Decision::Carry {
                digest: Some(Digest::of(text)),
            },
            reason: "the site's: the bundle changes nothing in it".to_owned(),
        };
        return Ok((decision, finding));
    }
    let decision = FileDecision {
        path: path.clone(),
        decision: Decision::Edit(Edit {
            base: Base::Release {
                from: from.clone(),
                digest,
            },
            splices,
            mode: file.mode,
            replaces: true,
            difference: difference(
                &String::from_utf8_lossy(text),
                &String::from_utf8_lossy(&result),
            ),
        }),
        reason: "the bundle's, with what the site changed".to_owned(),
    };
    Ok((decision, finding))
}
