//! What a bundle says about its configurations: OSGi metatypes.

use serde::{Deserialize, Serialize};

/// The metatypes of one bundle: its documents `OSGI-INF/metatype/*.xml` (OSGi Compendium, section 105.7).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metatypes {
    /// The object classes that some PID is designated to, in the order of the documents' names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub definitions: Vec<Metatype>,
    /// Why a document, or a part of one, could not be read; empty when all were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undetermined: Vec<String>,
}

impl Metatypes {
    /// The bundle has no metatype, and nothing that could be one.
    pub fn is_empty(&self) -> bool {
        self.definitions.is_empty() && self.undetermined.is_empty()
    }
}

/// One object class definition and the configurations it describes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metatype {
    /// `OCD` attribute `id`: for those that bnd makes, the configuration interface.
    pub class: String,
    /// PIDs of single configurations: `Designate` with `pid` only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pids: Vec<String>,
    /// PIDs of factories, of whose configurations there may be several: `Designate` with `factoryPid`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factory_pids: Vec<String>,
    /// Its attributes in the order of the document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<MetatypeAttribute>,
}

impl Metatype {
    /// The attribute with an id, which is the key in a configuration; letters count in their case.
    pub fn attribute(&self, id: &str) -> Option<&MetatypeAttribute> {
        self.attributes.iter().find(|attribute| attribute.id == id)
    }
}

/// One attribute: a key that the configuration may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetatypeAttribute {
    /// `AD` attribute `id`: the key.
    pub id: String,
    /// `AD` attribute `type`.
    pub value_type: AttributeType,
    /// `AD` attribute `cardinality` (section 105.3.3): zero for one value, a positive number for an array of at most so
    /// many, a negative one for a collection of at most so many; bnd writes 2147483647 and -2147483648 for any number.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cardinality: i32,
    /// `AD` attribute `default`, as written: several values stand in one text. Those of bnd's annotation `Meta.AD` are
    /// separated by `|`, those of OSGi's annotations by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// `AD` attribute `required`; true when it is not written.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub required: bool,
    /// `Option` elements: the values that may be chosen. Nothing but the form in the portal insists on them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

impl MetatypeAttribute {
    /// One value, an array or a collection.
    pub fn shape(&self) -> AttributeShape {
        match self.cardinality {
            0 => AttributeShape::Scalar,
            1.. => AttributeShape::Array,
            _ => AttributeShape::Collection,
        }
    }
}

/// The type of an attribute's values (OSGi Compendium, section 105.7, type `Tscalar`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AttributeType {
    /// `String`.
    String,
    /// `Integer`.
    Integer,
    /// `Long`.
    Long,
    /// `Float`.
    Float,
    /// `Double`.
    Double,
    /// `Byte`.
    Byte,
    /// `Short`.
    Short,
    /// `Character`, in the first version of the format `Char`.
    Character,
    /// `Boolean`.
    Boolean,
    /// `Password`: a text that is not shown (version 1.2 and later).
    Password,
    /// Another name, or none: the format has no such type.
    Unknown,
}

/// How many values an attribute has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AttributeShape {
    /// One.
    Scalar,
    /// An array.
    Array,
    /// A `java.util.Vector`; Felix reads and writes collections.
    Collection,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_zero(number: &i32) -> bool {
    *number == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_true(value: &bool) -> bool {
    *value
}

fn yes() -> bool {
    true
}
