//! What becomes of the properties that the site sets.

use serde::{Deserialize, Serialize};

/// One key that the site sets, and what the new release makes of it. Values stand nowhere: they may be secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PropertyPlan {
    /// The key.
    pub key: String,
    /// Which properties it belongs to.
    pub set: PropertySet,
    /// Where the site sets it, the winning place last: files, `environment`, `JVM options`.
    pub places: Vec<String>,
    /// What the new release makes of it.
    pub fate: PropertyFate,
    /// The installed release does not read it either, so that the update takes nothing away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub already: bool,
    /// Who changes what has to be changed.
    pub handling: Handling,
}

/// The two sets of properties that the portal reads.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PropertySet {
    /// Portal properties: `portal-ext.properties` and what is read with it.
    Portal,
    /// System properties: `system-ext.properties`.
    System,
}

/// What a release makes of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "what", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PropertyFate {
    /// It is read as before, and what the release ships for it did not change.
    Unchanged,
    /// It is read as before; what the release ships for it changed.
    DefaultChanged {
        /// What the installed release ships.
        before: String,
        /// What the new release ships; absent when it ships nothing any more.
        after: String,
        /// How the site's value compares.
        own: OwnValue,
    },
    /// It has another name.
    Renamed {
        /// The new key, in the same set.
        to: String,
    },
    /// It belongs to the other set of properties.
    Moved {
        /// The key there.
        to: String,
    },
    /// A module's OSGi configuration has it now.
    Modularized {
        /// Symbolic name of the module.
        module: String,
        /// The PID and attribute, when the release's metatypes name one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attribute: Option<ConfigurationAttribute>,
    },
    /// The release says that it is no longer read.
    Obsolete,
    /// The installed release ships it, the new one neither ships it nor says what became of it.
    Gone,
    /// Neither release ships it: a key of the site's own, or one that has no default.
    Unknown,
}

/// A key in an OSGi configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigurationAttribute {
    /// The configuration's PID.
    pub pid: String,
    /// The attribute's id.
    pub id: String,
}

/// How the site's value compares with what the two releases ship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OwnValue {
    /// It is the installed release's: the site keeps what the new release gave up.
    AsBefore,
    /// It is the new release's already.
    AsAfter,
    /// It is another one.
    Own,
}

/// Who changes what has to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Handling {
    /// Nothing has to be changed.
    Nobody,
    /// raylift writes the changed files.
    Raylift,
    /// The person.
    Person {
        /// Why raylift does not.
        because: String,
    },
}
