//! What a merged script must say when it is read again.

use std::collections::{HashMap, HashSet};

use super::script::{Assignment, Dialect, Script, script};

/// What is expected of the result.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    /// Options by name, of several the last.
    options: HashMap<String, String>,
    /// Other variables, of several assignments the last.
    variables: HashMap<String, String>,
    exported: HashSet<String>,
}

impl Expected {
    pub(super) fn of(script: &Script) -> Self {
        let options = script.by_name();
        let variables = script.variables();
        let exported = variables.keys().filter(|name| script.exports(name));
        Self {
            options: options
                .into_iter()
                .map(|(name, (_, option))| (name.to_owned(), option.value.clone()))
                .collect(),
            exported: exported.map(|name| (*name).to_owned()).collect(),
            variables: variables
                .into_iter()
                .filter(|(_, assignment)| !assignment.is_options())
                .map(|(name, assignment)| (name.to_owned(), assignment.written.clone()))
                .collect(),
        }
    }

    pub(super) fn option(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.options.insert(name.to_owned(), value.to_owned()),
            None => self.options.remove(name),
        };
    }

    pub(super) fn exported(&mut self, name: &str) {
        self.exported.insert(name.to_owned());
    }

    pub(super) fn variable(&mut self, name: &str, assignment: Option<&Assignment>) {
        self.exported.remove(name);
        let Some(assignment) = assignment else {
            self.variables.remove(name);
            return;
        };
        if assignment.exported {
            self.exported(name);
        }
        let value = assignment.written.clone();
        self.variables.insert(name.to_owned(), value);
    }

    /// Whether a script says this and nothing else.
    pub(super) fn is_said_by(&self, bytes: &[u8], dialect: Dialect) -> bool {
        let script = script(bytes, dialect);
        script.not_understood.is_empty() && Self::of(&script) == *self
    }
}
