//! Edits as lists of splices: which bytes of a file give way to which text.
//!
//! A plan carries edits in this form, so that a person can read them and the run applies exactly what was read.

use std::ops::Range;

/// One replaced stretch of a file. It may hold a secret that a file holds, so it has neither `Debug` nor `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub struct Splice {
    /// The bytes that go; an empty range only inserts.
    pub range: Range<usize>,
    /// What comes in their place.
    pub replacement: String,
}

impl Splice {
    /// Replaces a stretch.
    pub fn replace(range: Range<usize>, replacement: impl Into<String>) -> Self {
        Self {
            range,
            replacement: replacement.into(),
        }
    }

    /// Inserts before the byte `at`.
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::replace(at..at, text)
    }

    /// Takes a stretch out.
    pub fn delete(range: Range<usize>) -> Self {
        Self::replace(range, "")
    }
}

/// Why splices do not fit a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    /// A stretch begins or ends behind the end of the file, or ends before it begins.
    #[error("an edit reaches beyond the file")]
    Outside,
    /// Two edits want the same bytes.
    #[error("two edits overlap")]
    Overlap,
}

/// Applies all splices to one file; their ranges count in the bytes as they are before any of them. The order given
/// does not matter, except that insertions at the same place come in it. Linear in file and edits, but for the sorting.
///
/// # Errors
/// When a range lies outside of the file or overlaps another one.
pub fn apply(bytes: &[u8], splices: &[Splice]) -> Result<Vec<u8>, SpliceError> {
    let mut ordered: Vec<&Splice> = splices.iter().collect();
    ordered.sort_by_key(|splice| (splice.range.start, splice.range.end));
    let mut edited = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for splice in ordered {
        if splice.range.start > splice.range.end || splice.range.end > bytes.len() {
            return Err(SpliceError::Outside);
        }
        let kept = bytes
            .get(at..splice.range.start)
            .ok_or(SpliceError::Overlap)?;
        edited.extend_from_slice(kept);
        edited.extend_from_slice(splice.replacement.as_bytes());
        at = splice.range.end;
    }
    edited.extend_from_slice(bytes.get(at..).unwrap_or_default());
    Ok(edited)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_applied_together() {
        let splices = [
            Splice::insert(6, "!"),
            Splice::delete(1..3),
            Splice::insert(6, "?"),
            Splice::replace(3..4, "DD"),
        ];
        assert_eq!(
            apply(b"abcdef", &splices).as_deref(),
            Ok(b"aDDef!?".as_slice())
        );
        assert_eq!(apply(b"ab", &[]).as_deref(), Ok(b"ab".as_slice()));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let overlap = [Splice::delete(0..3), Splice::delete(2..4)];
        assert_eq!(apply(b"abcdef", &overlap), Err(SpliceError::Overlap));
        assert_eq!(
            apply(b"ab", &[Splice::delete(1..3)]),
            Err(SpliceError::Outside)
        );
        #[allow(clippy::reversed_empty_ranges, reason = "that is what is refused")]
        let reversed = [Splice::delete(2..1)];
        assert_eq!(apply(b"ab", &reversed), Err(SpliceError::Outside));
    }
}
