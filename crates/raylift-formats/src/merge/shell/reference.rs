//! What of a script's meaning depends on its other lines, so that it cannot be carried to another script line by line.

use std::collections::HashSet;

use super::script::{Assignment, Dialect, Script};

impl Assignment {
    /// Names of the variables that the value refers to.
    pub(super) fn references(&self, dialect: Dialect) -> Vec<&str> {
        references(&self.written, self.mark, dialect)
    }

    /// Whether it is one more line of options for a variable that keeps what it has (`export JDK_JAVA_OPTIONS="$JDK_JAVA_OPTIONS …"`,
    /// as the releases' own scripts write it). What stands before the variable's own value comes earlier than the lines
    /// before, so that it is not one more line.
    fn adds_to_itself(&self, dialect: Dialect) -> bool {
        let own = self.own(dialect);
        let first = self.words.first();
        self.is_options() && first.is_some_and(|word| own.contains(&word.value))
    }

    /// The words that stand for the variable's own earlier value.
    fn own(&self, dialect: Dialect) -> Vec<String> {
        let name = &self.name;
        match (dialect, self.mark) {
            (Dialect::Sh, Some('\'')) => Vec::new(),
            (Dialect::Sh, _) => vec![format!("${name}"), format!("${{{name}}}")],
            (Dialect::Bat, _) => vec![format!("%{name}%")],
        }
    }

    /// Whether signs in the value mean themselves that would mean something else between double quotation marks.
    pub(super) fn is_literal(&self) -> bool {
        self.mark == Some('\'') && self.written.contains(['$', '`', '\\'])
    }

    /// Words that stand for what other variables hold. The variable's own earlier value is none of these.
    pub(super) fn foreign(&self, dialect: Dialect) -> bool {
        let own = self.own(dialect);
        let mut words = self.words.iter();
        words.any(|word| !self.options.contains(word) && !own.contains(&word.value))
    }
}

/// Names of the variables that a text between such quotation marks refers to.
fn references(text: &str, mark: Option<char>, dialect: Dialect) -> Vec<&str> {
    let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let (sign, opening) = match dialect {
        Dialect::Sh if mark == Some('\'') => return Vec::new(),
        Dialect::Sh => ('$', "{"),
        Dialect::Bat => ('%', ""),
    };
    let pieces = text.split(sign).skip(1).map(|piece| {
        let piece = piece.strip_prefix(opening).unwrap_or(piece);
        let end = piece.find(|character| !is_name(character));
        piece.get(..end.unwrap_or(piece.len())).unwrap_or_default()
    });
    pieces.filter(|name| !name.is_empty()).collect()
}

/// Whether lines of a script depend on each other, or on lines of the base: a name that gets its value twice, an `export`
/// by itself, options that other variables hold or that are taken literally, a value with one of the scripts' variables in it.
pub(super) fn is_woven(script: &Script, base: &Script, dialect: Dialect) -> bool {
    let mut seen = HashSet::new();
    !script.exports.is_empty()
        || is_literal(script)
        || script.assignments.iter().any(|assignment| {
            let name = assignment.name.as_str();
            let refers = |reference: &str| {
                reference != name && (script.assigns(reference) || base.assigns(reference))
            };
            let own = |option: &super::Element| {
                references(&option.value, assignment.mark, dialect).contains(&name)
            };
            (!seen.insert(name) && !assignment.adds_to_itself(dialect))
                || assignment.foreign(dialect)
                || assignment.options.iter().any(own)
                || assignment.references(dialect).into_iter().any(refers)
        })
}

/// Whether options are written with signs that mean themselves.
pub(super) fn is_literal(script: &Script) -> bool {
    let mut assignments = script.assignments.iter();
    assignments.any(|assignment| assignment.is_options() && assignment.is_literal())
}

/// Whether a variable of options loses what the script gave it before.
pub(super) fn resets(script: &Script, dialect: Dialect) -> bool {
    let mut seen = HashSet::new();
    script.assignments.iter().any(|assignment| {
        let name = assignment.name.as_str();
        let again = !seen.insert(name);
        again && assignment.is_options() && !assignment.adds_to_itself(dialect)
    })
}
