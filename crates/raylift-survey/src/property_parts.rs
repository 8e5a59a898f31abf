//! What a release says about portal properties: out of `portal-impl.jar`, and out of files that come before it on the
//! class path.

use std::cell::RefCell;
use std::collections::BTreeMap;

use raylift_formats::bundle::{Jar, JarError};
use raylift_formats::properties::{Encoding, read};
use raylift_formats::{Level, property_tables};
use raylift_model::facts::{PropertyDefaults, PropertyTables};

use crate::core_registry::is_shielded;

/// The largest of the two files that is read, in bytes; real ones have up to 500 KB.
const LARGEST: u64 = 8 << 20;

/// What the files give; they are met one by one, in any order.
///
/// A home may hold both layouts, when an update by hand left JARs of 7.3 behind: those behind the shield of 7.4 count.
#[derive(Debug, Default)]
pub(crate) struct PropertyParts {
    shielded: bool,
    implementation: Option<(PropertyDefaults, PropertyTables)>,
    /// Files of the web application, which come before those in JARs.
    portal: Option<Read>,
    system: Option<Read>,
}

type Read = Result<BTreeMap<String, String>, String>;

/// One of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shipped {
    /// `portal.properties`.
    Portal,
    /// `system.properties`.
    System,
}

impl Shipped {
    const BOTH: [Self; 2] = [Self::Portal, Self::System];

    /// The file at a path of a release or a home, where it lies on the portal's class path outside of JARs.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/')?;
        Self::BOTH.into_iter().find(|shipped| {
            shipped.name() == name && folder.ends_with("/webapps/ROOT/WEB-INF/classes")
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Portal => "portal.properties",
            Self::System => "system.properties",
        }
    }

    fn read(self, bytes: &[u8]) -> Read {
        let encoding = match self {
            Self::Portal => Encoding::Utf8,
            Self::System => Encoding::Latin1,
        };
        let read = read(bytes, encoding);
        if let Some(error) = read
            .diagnostics
            .iter()
            .find(|diagnostic| diagnostic.severity == Level::Error)
        {
            return Err(format!("{}: {error}", self.name()));
        }
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        for property in read.value.entries() {
            match values.get_mut(&property.key) {
                Some(value) if self == Self::Portal => {
                    value.push(',');
                    value.push_str(&property.value);
                }
                Some(value) => property.value.clone_into(value),
                None => {
                    values.insert(property.key.clone(), property.value.clone());
                }
            }
        }
        Ok(values)
    }
}

impl PropertyParts {
    /// What `portal-impl.jar` gives.
    pub(crate) fn implementation(path: &str, bytes: &[u8]) -> Self {
        let facts = match Jar::open(bytes) {
            Ok(mut jar) => (defaults(&mut jar), tables(jar)),
            Err(error) => undetermined(&format!("portal-impl.jar: {error}")),
        };
        Self {
            shielded: is_shielded(path),
            implementation: Some(facts),
            ..Self::default()
        }
    }

    /// What a file of the web application gives.
    pub(crate) fn file(shipped: Shipped, bytes: &[u8]) -> Self {
        let read = Some(shipped.read(bytes));
        match shipped {
            Shipped::Portal => Self {
                portal: read,
                ..Self::default()
            },
            Shipped::System => Self {
                system: read,
                ..Self::default()
            },
        }
    }

    /// Takes what another file gave; the first of its kind counts.
    pub(crate) fn add(&mut self, other: Self) {
        if self.implementation.is_none() || other.shielded && !self.shielded {
            self.implementation = other.implementation.or(self.implementation.take());
            self.shielded = other.shielded;
        }
        self.portal = self.portal.take().or(other.portal);
        self.system = self.system.take().or(other.system);
    }

    /// The facts; undetermined, because of `missing`, without `portal-impl.jar`.
    pub(crate) fn facts(self, missing: &str) -> (PropertyDefaults, PropertyTables) {
        let (mut defaults, tables) = self.implementation.unwrap_or_else(|| undetermined(missing));
        let files = [
            (Shipped::Portal, self.portal, &mut defaults.portal),
            (Shipped::System, self.system, &mut defaults.system),
        ];
        for (shipped, read, values) in files {
            let Some(read) = read else { continue };
            defaults
                .undetermined
                .retain(|reason| !reason.starts_with(shipped.name()));
            match read {
                Ok(read) => *values = read,
                Err(reason) => defaults.undetermined.push(reason),
            }
        }
        (defaults, tables)
    }
}

fn defaults(jar: &mut Jar<'_>) -> PropertyDefaults {
    let mut defaults = PropertyDefaults::default();
    for shipped in Shipped::BOTH {
        let name = shipped.name();
        let read = jar
            .read(name, LARGEST)
            .map_err(|error: JarError| format!("{name}: {error}"))
            .and_then(|bytes| {
                let bytes = bytes.ok_or_else(|| format!("{name} is not in portal-impl.jar"))?;
                shipped.read(&bytes)
            });
        match (read, shipped) {
            (Ok(values), Shipped::Portal) => defaults.portal = values,
            (Ok(values), Shipped::System) => defaults.system = values,
            (Err(reason), _) => defaults.undetermined.push(reason),
        }
    }
    defaults
}

fn tables(jar: Jar<'_>) -> PropertyTables {
    let jar = RefCell::new(jar);
    property_tables::read(&|class| jar.borrow_mut().class(class))
}

fn undetermined(reason: &str) -> (PropertyDefaults, PropertyTables) {
    let defaults = PropertyDefaults {
        undetermined: vec![reason.to_owned()],
        ..PropertyDefaults::default()
    };
    let tables = PropertyTables {
        undetermined: vec![reason.to_owned()],
        ..PropertyTables::default()
    };
    (defaults, tables)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(parts: PropertyParts) -> PropertyDefaults {
        parts.facts("missing").0
    }

    #[test]
    fn values_of_repeated_keys_are_joined_in_the_portals_file_only() {
        let mut parts = PropertyParts::file(Shipped::Portal, b"a=1\na=2\nb=x\\\n  y\n");
        parts.add(PropertyParts::file(Shipped::System, b"a=1\na=2\n"));
        let defaults = values(parts);
        assert_eq!(defaults.portal["a"], "1,2");
        assert_eq!(defaults.portal["b"], "xy");
        assert_eq!(defaults.system["a"], "2");
        assert_eq!(defaults.undetermined, ["missing"]);
    }

    #[test]
    fn what_java_would_refuse_is_undetermined() {
        let defaults = values(PropertyParts::file(Shipped::Portal, b"a=\\u12"));
        assert!(defaults.portal.is_empty());
        assert_eq!(defaults.undetermined.len(), 2);
    }

    #[test]
    fn files_are_told_by_their_place() {
        for (path, expected) in [
            (
                "tomcat-9.0.56/webapps/ROOT/WEB-INF/classes/portal.properties",
                Some(Shipped::Portal),
            ),
            (
                "tomcat/webapps/ROOT/WEB-INF/classes/system.properties",
                Some(Shipped::System),
            ),
            (
                "tomcat/webapps/ROOT/WEB-INF/classes/a/portal.properties",
                None,
            ),
            ("portal.properties", None),
        ] {
            assert_eq!(Shipped::of(path), expected, "{path}");
        }
    }
}
