//! What a release says about portal properties: the values it ships, and what became of older keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The properties as a release ships them. They are no secrets: everybody has them.
///
/// Both files lie at the top of `portal-impl.jar` in every release from 7.1 to 7.4 that was looked at (3.26.3, 4.3.0,
/// 4.12.11, 5.26.1, 52.1.1, 93.0.0). One of that name in `WEB-INF/classes` would come before it on the class path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyDefaults {
    /// `portal.properties`, without `include-and-override` lines resolved and placeholders as written. The values of a
    /// key that stands there several times are joined by commas, as the portal's reader does
    /// (layout-and-artifacts 4.1, Commons Configuration).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub portal: BTreeMap<String, String>,
    /// `system.properties` as `java.util.Properties` reads it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub system: BTreeMap<String, String>,
    /// Why one of the files could not be read; empty when both were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undetermined: Vec<String>,
}

/// The eight tables of `com.liferay.portal.verify.VerifyProperties`, in 2025 renamed `PreupgradeVerifyProperties`, by
/// which a release complains of keys that it no longer reads. In the order of the class, repeated rows included.
///
/// Portal keys are compared with the keys in `portal.properties` and the files that it includes, system keys with the
/// system properties (read in the classes of 7.2.1, 7.3.6, 7.4.3.41 and 7.4.3.103).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyTables {
    /// `_MIGRATED_PORTAL_KEYS`: portal key, system key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub migrated_portal: Vec<MovedKey>,
    /// `_MIGRATED_SYSTEM_KEYS`: system key, portal key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub migrated_system: Vec<MovedKey>,
    /// `_RENAMED_PORTAL_KEYS`: two portal keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed_portal: Vec<MovedKey>,
    /// `_RENAMED_SYSTEM_KEYS`: two system keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed_system: Vec<MovedKey>,
    /// `_OBSOLETE_PORTAL_KEYS`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obsolete_portal: Vec<String>,
    /// `_OBSOLETE_SYSTEM_KEYS`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obsolete_system: Vec<String>,
    /// `_MODULARIZED_PORTAL_KEYS`: portal key, short key, module.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modularized_portal: Vec<ModularizedKey>,
    /// `_MODULARIZED_SYSTEM_KEYS`: system key, short key, module.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modularized_system: Vec<ModularizedKey>,
    /// What the release does when it meets a migrated portal key. No other table stops anything.
    pub on_migrated: OnMigratedKeys,
    /// Why a table, or what the release does, could not be read; empty when everything was. What begins with
    /// [`PropertyTables::ONE_TABLE`] and a name is said of that table alone, and what begins with
    /// [`PropertyTables::REACTION`] of none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undetermined: Vec<String>,
}

impl PropertyTables {
    /// Before the name of the one table that a reason is about.
    pub const ONE_TABLE: &'static str = "table ";
    /// Before the reason why it is not known what the release does with migrated keys.
    pub const REACTION: &'static str = "what becomes of migrated keys";

    /// Whether every table about portal keys could be read.
    pub fn knows_portal_keys(&self) -> bool {
        self.knows("_PORTAL_")
    }

    /// Whether every table about system keys could be read.
    pub fn knows_system_keys(&self) -> bool {
        self.knows("_SYSTEM_")
    }

    /// A table whose name says neither may be about both.
    fn knows(&self, own: &str) -> bool {
        let is_about = |reason: &String| {
            let table = reason
                .strip_prefix(Self::ONE_TABLE)
                .and_then(|rest| rest.split([' ', ':']).next());
            match table {
                Some(table) => {
                    table.contains(own)
                        || !(table.contains("_PORTAL_") || table.contains("_SYSTEM_"))
                }
                None => !reason.starts_with(Self::REACTION),
            }
        };
        !self.undetermined.iter().any(is_about)
    }
}

/// A key that has another name, or another place, now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedKey {
    /// The key that is no longer read.
    pub from: String,
    /// The key that is read in its place.
    pub to: String,
}

/// A key whose meaning a module's OSGi configuration has now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModularizedKey {
    /// The key that is no longer read.
    pub from: String,
    /// The short key: `a.b.c` for an attribute that is as a rule called `aBC` (inferred).
    pub key: String,
    /// The module's symbolic name; it says nothing about the PID.
    pub module: String,
}

/// What a release does when the site's portal properties still have a migrated key.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum OnMigratedKeys {
    /// An error in the log.
    Logged,
    /// `System.exit`: the server, or the upgrade client, ends.
    EndsTheJvm,
    /// An exception: the check before the upgrade fails.
    FailsTheCheck,
    /// It could not be read.
    #[default]
    Undetermined,
}
