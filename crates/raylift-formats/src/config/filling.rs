//! Variables in the values of 7.2.

use std::collections::HashSet;

use super::java_text::{LAST_UNIT, QUOTE, Unit, Variables, units as units_of};
use super::store::Store;
use super::substitute::{Budget, Stop, is_plain, substitute, unescape};
use super::value::{self, Text};
use super::{Reading, Variable};

/// How many values may take from each other in a chain; Java's stack ends at some thousands.
const DEEPEST: usize = 200;

/// `TypedProperties.DynamicMap`: values are computed one after the other, and a value that others take is computed
/// anew each time from what stands there by then.
pub(super) struct Filling<'a, 'b> {
    budget: Budget,
    variables: Variables,
    cycles: HashSet<String>,
    depth: usize,
    typed: bool,
    reading: &'a Reading<'b>,
}

impl<'a, 'b> Filling<'a, 'b> {
    /// Nothing is filled yet; what it costs is measured by the length of the file in bytes.
    pub(super) fn new(length: usize, typed: bool, reading: &'a Reading<'b>) -> Self {
        Self {
            budget: Budget::of_file(length),
            variables: Variables::default(),
            cycles: HashSet::new(),
            depth: 0,
            typed,
            reading,
        }
    }

    /// The variables of the machine in all values.
    pub(super) fn variables(&self) -> &Variables {
        &self.variables
    }

    /// The value at a place of the store with its variables put in; none when it stays as it is.
    pub(super) fn changed(
        &mut self,
        store: &Store,
        place: usize,
    ) -> Result<Option<Vec<Unit>>, Stop> {
        let stays = |entry: &(String, Vec<Unit>, u32)| is_plain(&entry.1);
        if store.values.get(place).is_none_or(stays) {
            return Ok(None);
        }
        self.compute(store, place).map(Some)
    }

    fn compute(&mut self, store: &Store, place: usize) -> Result<Vec<Unit>, Stop> {
        let Some((key, value, _)) = store.values.get(place) else {
            return Ok(Vec::new());
        };
        if self.depth >= DEEPEST {
            return Err(Stop::TooMuch);
        }
        self.depth += 1;
        self.cycles.insert(key.clone());
        // The budget goes along with each call, so that it is not borrowed twice.
        let mut budget = std::mem::replace(&mut self.budget, Budget::of_file(0));
        let filled = substitute(value, &mut budget, &mut |name, budget| {
            std::mem::swap(&mut self.budget, budget);
            let meaning = self.meaning(store, name);
            std::mem::swap(&mut self.budget, budget);
            meaning
        });
        self.budget = budget;
        self.cycles.remove(key);
        self.depth -= 1;
        Ok(unescape(&filled?.units))
    }

    /// What stands for a variable, with `:-` (when it is empty) and `:+` (when it is not).
    fn meaning(&mut self, store: &Store, original: &[Unit]) -> Result<Vec<Unit>, Stop> {
        let end = operator(original).unwrap_or(original.len());
        let (units, operator) = original.split_at_checked(end).unwrap_or((original, &[]));
        let (name, _) = self.variables.render(units);
        if self.cycles.contains(&name) {
            return Err(Stop::Refused(format!(
                "variable {name} leads back to itself"
            )));
        }
        let is_unknown_name = units.iter().any(|unit| *unit > LAST_UNIT);
        let found = if name.is_empty() {
            Variable::Unset
        } else if is_unknown_name {
            Variable::Unknown
        } else {
            match self.of_the_file(store, &name)? {
                Some(value) => return Ok(with_operator(value, operator)),
                None => (self.reading.variable)(&name),
            }
        };
        let value = match found {
            Variable::Unknown => {
                let (shown, _) = self.variables.render(original);
                self.budget.take(shown.len())?;
                return Ok(vec![self.variables.add(&shown)]);
            }
            Variable::Unset => Vec::new(),
            Variable::Set(text) => units_of(&text),
        };
        Ok(with_operator(value, operator))
    }

    /// The value of another key, as text.
    fn of_the_file(&mut self, store: &Store, name: &str) -> Result<Option<Vec<Unit>>, Stop> {
        let Some(place) = store.place(name) else {
            return Ok(None);
        };
        let value = self.compute(store, place)?;
        if !self.typed {
            return Ok(Some(value));
        }
        let several = |unit: Option<&Unit>| matches!(unit, Some(0x5b | 0x28));
        let rest = match value.first() {
            Some(0x5b | 0x28) => return Err(cannot(name, "is an array")),
            Some(&QUOTE) => value.as_slice(),
            Some(_) if several(value.get(1)) => return Err(cannot(name, "is an array")),
            Some(_) if value.len() > 1 => value.get(1..).unwrap_or_default(),
            _ => return Err(cannot(name, "is empty")),
        };
        match value::text(rest, &self.variables) {
            Text::Of(text) => Ok(Some(text)),
            Text::None => Ok(None),
            Text::NotDetermined => Err(Stop::NotDetermined(name.to_owned())),
            Text::Failed => Err(cannot(name, "is no text")),
        }
    }
}

fn cannot(name: &str, reason: &str) -> Stop {
    Stop::Refused(format!("variable {name} {reason}"))
}

/// Place of the last `:-` or `:+`; the earlier of both.
fn operator(name: &[Unit]) -> Option<usize> {
    let last = |mark: Unit| name.windows(2).rposition(|pair| *pair == [0x3a, mark]);
    match (last(0x2d), last(0x2b)) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (left, right) => left.or(right),
    }
}

fn with_operator(value: Vec<Unit>, operator: &[Unit]) -> Vec<Unit> {
    match operator {
        [_, 0x2d, text @ ..] if value.is_empty() => text.to_vec(),
        [_, 0x2b, text @ ..] if !value.is_empty() => text.to_vec(),
        _ => value,
    }
}
