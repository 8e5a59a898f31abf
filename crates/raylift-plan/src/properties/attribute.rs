//! Which OSGi attribute took the place of a modularized key.

use std::collections::BTreeMap;

use raylift_model::facts::{Metatype, MetatypeAttribute, ModularizedKey, ReleaseFacts};

/// Keys whose PID and attribute are known by reading Liferay's configuration interfaces or its documentation, for those
/// that the table's module and short key do not lead to. Columns: key, PID, attribute.
const KNOWN: &str = include_str!("known_attributes.tsv");

/// All metatypes of a release.
pub(super) struct Attributes<'a> {
    by_module: BTreeMap<&'a str, Vec<&'a Metatype>>,
    by_pid: BTreeMap<&'a str, &'a Metatype>,
}

/// An attribute of a single configuration.
pub(super) struct Found<'a> {
    pub(super) pid: &'a str,
    pub(super) attribute: &'a MetatypeAttribute,
}

impl<'a> Attributes<'a> {
    pub(super) fn of(release: &'a ReleaseFacts) -> Self {
        let mut by_module: BTreeMap<&str, Vec<&Metatype>> = BTreeMap::new();
        let mut by_pid = BTreeMap::new();
        for bundle in &release.bundles {
            for metatype in &bundle.metatypes.definitions {
                by_module
                    .entry(bundle.symbolic_name.as_str())
                    .or_default()
                    .push(metatype);
                for pid in &metatype.pids {
                    by_pid.insert(pid.as_str(), metatype);
                }
            }
        }
        Self { by_module, by_pid }
    }

    /// The attribute of a row's module that is called like its short key (`a.b.c` is `aBC`; inferred), if there is only
    /// one; else the known one, if the release has it.
    pub(super) fn find(&self, key: &str, row: &ModularizedKey) -> Option<Found<'a>> {
        self.in_module(row).or_else(|| self.known(key))
    }

    /// What a PID and an attribute's id stand for.
    pub(super) fn named(&self, pid: &str, id: &str) -> Option<&'a MetatypeAttribute> {
        self.by_pid.get(pid)?.attribute(id)
    }

    fn in_module(&self, row: &ModularizedKey) -> Option<Found<'a>> {
        let wanted = letters(&row.key);
        let mut found = self
            .by_module
            .get(row.module.as_str())?
            .iter()
            .flat_map(|metatype| {
                let fitting = metatype
                    .attributes
                    .iter()
                    .filter(|attribute| letters(&attribute.id) == wanted);
                metatype
                    .pids
                    .iter()
                    .flat_map(move |pid| fitting.clone().map(move |attribute| (pid, attribute)))
            });
        let (pid, attribute) = found.next()?;
        found.next().is_none().then_some(Found { pid, attribute })
    }

    fn known(&self, key: &str) -> Option<Found<'a>> {
        KNOWN.lines().find_map(|line| {
            let mut columns = line.split('\t');
            let (known, pid, id) = (columns.next()?, columns.next()?, columns.next()?);
            let (pid, metatype) = self.by_pid.get_key_value(pid).filter(|_| known == key)?;
            Some(Found {
                pid,
                attribute: metatype.attribute(id)?,
            })
        })
    }
}

/// Letters and digits in lower case, by which `display.templates.config` and `displayTemplatesConfig` are the same.
fn letters(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect()
}
