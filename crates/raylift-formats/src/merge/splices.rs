//! Splices in order, and what comes of them.

use super::{Part, Refused, Splice};

/// Sorts splices by place and joins those that touch. Of those at one place the earlier made comes first.
pub(super) fn in_order(mut splices: Vec<Splice>) -> Result<Vec<Splice>, Refused> {
    splices.sort_by_key(|splice| (splice.range.start, splice.range.end));
    let mut ordered: Vec<Splice> = Vec::with_capacity(splices.len());
    for splice in splices {
        match ordered.last_mut() {
            Some(last) if splice.range.start < last.range.end => {
                return Err(Refused(
                    "two changes want the same place, so that none is made".to_owned(),
                ));
            }
            Some(last) if splice.range.start == last.range.end => {
                last.range.end = splice.range.end;
                last.insert.extend(splice.insert);
            }
            _ => ordered.push(splice),
        }
    }
    ordered.retain(|splice| !splice.range.is_empty() || !splice.insert.is_empty());
    Ok(ordered)
}

/// The base with the splices made; `None` when one does not fit the files.
pub fn applied(base: &[u8], other: &[u8], splices: &[Splice]) -> Option<Vec<u8>> {
    let mut result = Vec::with_capacity(base.len());
    let mut at = 0;
    for splice in splices {
        result.extend_from_slice(base.get(at..splice.range.start)?);
        for part in &splice.insert {
            match part {
                Part::Glue(text) => result.extend_from_slice(text.as_bytes()),
                Part::Other(range) => result.extend_from_slice(other.get(range.clone())?),
            }
        }
        at = splice.range.end;
    }
    result.extend_from_slice(base.get(at..)?);
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splice(range: std::ops::Range<usize>, text: &str) -> Splice {
        Splice {
            range,
            insert: vec![Part::Glue(text.to_owned())],
        }
    }

    #[test]
    fn touching_splices_become_one() {
        let ordered = in_order(vec![
            splice(3..3, "b"),
            splice(1..3, "a"),
            splice(3..3, "c"),
        ]);
        assert_eq!(
            applied(b"01234", b"", &ordered.clone().unwrap()).unwrap(),
            b"0abc34"
        );
        assert_eq!(ordered.unwrap().len(), 1);
        assert!(in_order(vec![splice(0..2, ""), splice(1..3, "")]).is_err());
    }

    #[test]
    fn splices_that_do_not_fit_make_nothing() {
        assert_eq!(applied(b"01", b"", &[splice(1..3, "a")]), None);
    }
}
