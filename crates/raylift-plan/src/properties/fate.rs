//! What a release makes of a key, from its own tables and defaults.

use std::collections::{BTreeMap, BTreeSet};

use raylift_model::facts::{
    ModularizedKey, MovedKey, PropertyDefaults, PropertyTables, ReleaseFacts, SiteFacts,
};
use raylift_model::plan::{ConfigurationAttribute, OwnValue, PropertyFate, PropertySet};

use super::attribute::Attributes;

/// Both releases' knowledge.
pub(super) struct Fates<'a> {
    before: Tables<'a>,
    after: Tables<'a>,
    old: &'a PropertyDefaults,
    new: &'a PropertyDefaults,
    attributes: &'a Attributes<'a>,
}

/// The tables of one release.
struct Tables<'a> {
    portal: Keys<'a>,
    system: Keys<'a>,
}

/// The tables about one set of properties, by key.
struct Keys<'a> {
    renamed: BTreeMap<&'a str, &'a str>,
    moved: BTreeMap<&'a str, &'a str>,
    modularized: BTreeMap<&'a str, &'a ModularizedKey>,
    obsolete: BTreeSet<&'a str>,
}

/// Where a chain of table rows ends.
enum End<'a> {
    Renamed(&'a str),
    Moved(&'a str),
    Modularized(&'a ModularizedKey),
    Obsolete,
}

impl<'a> Fates<'a> {
    pub(super) fn of(
        site: &'a SiteFacts,
        release: &'a ReleaseFacts,
        attributes: &'a Attributes<'a>,
    ) -> Self {
        Self {
            before: Tables::of(&site.property_tables),
            after: Tables::of(&release.property_tables),
            old: &site.defaults,
            new: &release.defaults,
            attributes,
        }
    }

    /// A key by which the new release may refuse to start.
    pub(super) fn is_migrated(&self, key: &str) -> bool {
        self.after.portal.moved.contains_key(key)
    }

    /// The fate of a key, and whether the installed release does not read it either. `own` is the site's value.
    pub(super) fn of_key(
        &self,
        set: PropertySet,
        key: &str,
        own: Option<&str>,
    ) -> (PropertyFate, bool) {
        let Some(end) = self.after.end(set, key) else {
            return (self.by_defaults(set, key, own), false);
        };
        // Whatever it says of the key: the installed release does not read it.
        let already = self.before.end(set, key).is_some();
        let fate = match end {
            End::Renamed(to) => PropertyFate::Renamed { to: to.to_owned() },
            End::Moved(to) => PropertyFate::Moved { to: to.to_owned() },
            End::Obsolete => PropertyFate::Obsolete,
            End::Modularized(row) => PropertyFate::Modularized {
                module: row.module.clone(),
                attribute: self
                    .attributes
                    .find(key, row)
                    .map(|found| ConfigurationAttribute {
                        pid: found.pid.to_owned(),
                        id: found.attribute.id.clone(),
                    }),
            },
        };
        (fate, already)
    }

    fn by_defaults(&self, set: PropertySet, key: &str, own: Option<&str>) -> PropertyFate {
        let defaults = |defaults: &'a PropertyDefaults| match set {
            PropertySet::Portal => &defaults.portal,
            PropertySet::System => &defaults.system,
        };
        let (old, new) = (defaults(self.old), defaults(self.new));
        // Without one of the two files nothing can be compared.
        if old.is_empty() || new.is_empty() {
            return PropertyFate::Unchanged;
        }
        match (old.get(key), new.get(key)) {
            (None, None) => PropertyFate::Unknown,
            (Some(_), None) => PropertyFate::Gone,
            (Some(before), Some(after)) if before.trim() != after.trim() => {
                PropertyFate::DefaultChanged {
                    before: before.clone(),
                    after: after.clone(),
                    own: match own.map(str::trim) {
                        Some(own) if own == before.trim() => OwnValue::AsBefore,
                        Some(own) if own == after.trim() => OwnValue::AsAfter,
                        _ => OwnValue::Own,
                    },
                }
            }
            (None | Some(_), Some(_)) => PropertyFate::Unchanged,
        }
    }
}

impl<'a> Tables<'a> {
    fn of(tables: &'a PropertyTables) -> Self {
        Self {
            portal: Keys::of(
                &tables.renamed_portal,
                &tables.migrated_portal,
                &tables.modularized_portal,
                &tables.obsolete_portal,
            ),
            system: Keys::of(
                &tables.renamed_system,
                &tables.migrated_system,
                &tables.modularized_system,
                &tables.obsolete_system,
            ),
        }
    }

    /// Follows a key into the other set, too, where its new name may be an old one again.
    fn end(&self, set: PropertySet, key: &str) -> Option<End<'a>> {
        let (own, other) = match set {
            PropertySet::Portal => (&self.portal, &self.system),
            PropertySet::System => (&self.system, &self.portal),
        };
        match own.end(key)? {
            End::Moved(to) => Some(match other.end(to) {
                None => End::Moved(to),
                // There and back again: this set's first word counts.
                Some(End::Moved(_)) => End::Moved(to),
                Some(End::Renamed(to)) => End::Moved(to),
                Some(end) => end,
            }),
            end => Some(end),
        }
    }
}

impl<'a> Keys<'a> {
    fn of(
        renamed: &'a [MovedKey],
        moved: &'a [MovedKey],
        modularized: &'a [ModularizedKey],
        obsolete: &'a [String],
    ) -> Self {
        let by_key = |rows: &'a [MovedKey]| {
            rows.iter()
                .map(|row| (row.from.as_str(), row.to.as_str()))
                .collect()
        };
        Self {
            renamed: by_key(renamed),
            moved: by_key(moved),
            modularized: modularized
                .iter()
                .map(|row| (row.from.as_str(), row))
                .collect(),
            obsolete: obsolete.iter().map(String::as_str).collect(),
        }
    }

    /// Follows renamings: the new name may itself be old in another row (`dl.hook.s3.*`, say). A key that is both
    /// modularized and obsolete has its configuration (`dl.store.file.system.root.dir` in 2025).
    fn end(&self, key: &str) -> Option<End<'a>> {
        let mut seen = BTreeSet::from([key.to_owned()]);
        let mut end = None;
        let mut key = key;
        loop {
            if let Some(to) = self.moved.get(key) {
                return Some(End::Moved(to));
            }
            if let Some(row) = self.modularized.get(key) {
                return Some(End::Modularized(row));
            }
            match self.renamed.get(key) {
                Some(to) if seen.insert((*to).to_owned()) => {
                    end = Some(End::Renamed(to));
                    key = to;
                }
                _ if self.obsolete.contains(key) => return Some(End::Obsolete),
                _ => return end,
            }
        }
    }
}
