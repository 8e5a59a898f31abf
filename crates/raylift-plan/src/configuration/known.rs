//! The configurations that bundles describe.

use std::collections::BTreeMap;

use raylift_model::facts::{BundleFacts, Metatype, MetatypeAttribute};

/// The metatypes of several bundles by PID; a factory's counts like any other.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    by_pid: BTreeMap<&'a str, Vec<&'a Metatype>>,
    /// Lower case to the PID as it is written.
    by_letters: BTreeMap<String, &'a str>,
}

impl<'a> Known<'a> {
    /// What the bundles describe.
    pub fn of(bundles: impl IntoIterator<Item = &'a BundleFacts>) -> Self {
        let mut known = Self::default();
        for definition in bundles
            .into_iter()
            .flat_map(|bundle| &bundle.metatypes.definitions)
        {
            for pid in definition.pids.iter().chain(&definition.factory_pids) {
                known.by_pid.entry(pid).or_default().push(definition);
                known.by_letters.insert(pid.to_ascii_lowercase(), pid);
            }
        }
        known
    }

    /// Some bundle describes the PID.
    pub fn has(&self, pid: &str) -> bool {
        self.by_pid.contains_key(pid)
    }

    /// Every PID, sorted.
    pub fn pids(&self) -> impl Iterator<Item = &'a str> {
        self.by_pid.keys().copied()
    }

    /// The PID that differs from this one in the case of its letters only.
    pub fn in_other_letters(&self, pid: &str) -> Option<&'a str> {
        let found = *self.by_letters.get(&pid.to_ascii_lowercase())?;
        (found != pid).then_some(found)
    }

    /// An attribute of a PID; `None` when the PID or the attribute is not described.
    pub fn attribute(&self, pid: &str, id: &str) -> Option<&'a MetatypeAttribute> {
        self.by_pid
            .get(pid)?
            .iter()
            .find_map(|definition| definition.attribute(id))
    }

    /// Ids of all attributes of a PID.
    pub fn attributes(&self, pid: &str) -> impl Iterator<Item = &'a str> {
        let definitions = self.by_pid.get(pid).cloned().unwrap_or_default();
        definitions
            .into_iter()
            .flat_map(|definition| &definition.attributes)
            .map(|attribute| attribute.id.as_str())
    }
}
