//! `${…}` in values.

use std::collections::VecDeque;

use super::java_text::{BACKSLASH, Unit};

/// Why a value cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    /// The server throws, and so takes nothing out of the file.
    Refused(String),
    /// The server never comes to an end.
    Endless,
    /// A variable of the machine decides; the key that holds it.
    NotDetermined(String),
    /// It takes more steps than this reader goes.
    TooMuch,
}

/// What one file may cost: units put into values by substitution, the values themselves included. The server has no
/// limit, and ten lines of variables in variables make a value longer than its memory.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
}

impl Budget {
    /// Enough for a file of some bytes whose values take some from each other.
    pub(super) fn of_file(length: usize) -> Self {
        Self {
            left: length.saturating_mul(4).saturating_add(1 << 20),
        }
    }

    /// Takes some of it.
    pub(super) fn take(&mut self, units: usize) -> Result<(), Stop> {
        self.left = self.left.checked_sub(units).ok_or(Stop::TooMuch)?;
        Ok(())
    }
}

const DOLLAR: Unit = 0x24;
const OPEN: Unit = 0x7b;
const CLOSE: Unit = 0x7d;

/// True when there is nothing in a value that one of the functions here would change.
pub(super) fn is_plain(units: &[Unit]) -> bool {
    !units.iter().any(|unit| matches!(*unit, DOLLAR | BACKSLASH))
}

/// What stands for a variable.
pub(super) type Lookup<'a> = dyn FnMut(&[Unit], &mut Budget) -> Result<Vec<Unit>, Stop> + 'a;

/// A value after its variables were put in.
#[derive(Debug)]
pub(super) struct Substituted {
    /// The value.
    pub(super) units: Vec<Unit>,
    /// A `${` that nothing closes stands in it, and the last `}` has a backslash before it.
    pub(super) only_escaped_end: bool,
}

/// Puts variables in, innermost first: the first `}` without a backslash before it ends the last `${` before it; what
/// comes in its place is looked through again (`InterpolationHelper.doSubstVars` of Felix 3.6.4,
/// `InterpolationUtil.substVars` of Liferay, which begin anew at the start of the value each time).
pub(super) fn substitute(
    value: &[Unit],
    budget: &mut Budget,
    lookup: &mut Lookup<'_>,
) -> Result<Substituted, Stop> {
    budget.take(value.len())?;
    let mut out: Vec<Unit> = Vec::with_capacity(value.len());
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    let mut inserted: VecDeque<Unit> = VecDeque::new();
    loop {
        let unit = match inserted.pop_front() {
            Some(unit) => unit,
            None => match value.get(at) {
                Some(unit) => {
                    at += 1;
                    *unit
                }
                None => break,
            },
        };
        let before = out.last().copied();
        if unit == CLOSE
            && before != Some(BACKSLASH)
            && let Some(start) = open.pop()
        {
            let name = out.split_off(start.saturating_add(2).min(out.len()));
            out.truncate(start);
            let meaning = lookup(&name, budget)?;
            budget.take(meaning.len().saturating_add(1))?;
            for unit in meaning.into_iter().rev() {
                inserted.push_front(unit);
            }
            continue;
        }
        out.push(unit);
        if unit == OPEN && before == Some(DOLLAR) {
            open.push(out.len().saturating_sub(2));
        }
    }
    let only_escaped_end = !open.is_empty()
        && out
            .iter()
            .rposition(|unit| *unit == CLOSE)
            .and_then(|end| out.get(end.checked_sub(1)?))
            == Some(&BACKSLASH);
    Ok(Substituted {
        units: out,
        only_escaped_end,
    })
}

/// Felix's `InterpolationHelper.unescape`: `$__` becomes `$`, then a backslash before `{`, `}` or a backslash goes.
pub(super) fn unescape(units: &[Unit]) -> Vec<Unit> {
    const UNDERSCORE: Unit = 0x5f;
    let mut unmarked = Vec::with_capacity(units.len());
    let mut rest = units;
    while let [first, after @ ..] = rest {
        unmarked.push(*first);
        rest = match rest {
            [DOLLAR, UNDERSCORE, UNDERSCORE, after @ ..] => after,
            _ => after,
        };
    }
    let mut plain = Vec::with_capacity(unmarked.len());
    let mut rest = unmarked.as_slice();
    while let [first, after @ ..] = rest {
        rest = match rest {
            [BACKSLASH, second @ (OPEN | CLOSE | BACKSLASH), after @ ..] => {
                plain.push(*second);
                after
            }
            _ => {
                plain.push(*first);
                after
            }
        };
    }
    plain
}
