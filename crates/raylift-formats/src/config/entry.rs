//! What stands in a configuration file.

use raylift_model::facts::AttributeType;

use super::java_number;

/// The type of a value and the letter that stands for it (Felix, `org.apache.felix.cm.file.ConfigurationHandler`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// `T`, or no letter.
    String,
    /// `I`.
    Integer,
    /// `L`.
    Long,
    /// `F`.
    Float,
    /// `D`.
    Double,
    /// `X`.
    Byte,
    /// `S`.
    Short,
    /// `C`.
    Character,
    /// `B`.
    Boolean,
}

impl ValueType {
    /// The type of a letter, in either case.
    pub fn of_letter(letter: char) -> Option<Self> {
        Some(match letter.to_ascii_uppercase() {
            'T' => Self::String,
            'I' => Self::Integer,
            'L' => Self::Long,
            'F' => Self::Float,
            'D' => Self::Double,
            'X' => Self::Byte,
            'S' => Self::Short,
            'C' => Self::Character,
            'B' => Self::Boolean,
            _ => return None,
        })
    }

    /// The type of an attribute's values; none for one that metatypes do not know.
    pub fn of_attribute(attribute: AttributeType) -> Option<Self> {
        Some(match attribute {
            AttributeType::String | AttributeType::Password => Self::String,
            AttributeType::Integer => Self::Integer,
            AttributeType::Long => Self::Long,
            AttributeType::Float => Self::Float,
            AttributeType::Double => Self::Double,
            AttributeType::Byte => Self::Byte,
            AttributeType::Short => Self::Short,
            AttributeType::Character => Self::Character,
            AttributeType::Boolean => Self::Boolean,
            AttributeType::Unknown => return None,
        })
    }

    /// The letter to write; none for a string.
    pub fn letter(self) -> Option<char> {
        Some(match self {
            Self::String => return None,
            Self::Integer => 'I',
            Self::Long => 'L',
            Self::Float => 'F',
            Self::Double => 'D',
            Self::Byte => 'X',
            Self::Short => 'S',
            Self::Character => 'C',
            Self::Boolean => 'B',
        })
    }

    /// The name of the Java class without its package, such as `Integer`.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Integer => "Integer",
            Self::Long => "Long",
            Self::Float => "Float",
            Self::Double => "Double",
            Self::Byte => "Byte",
            Self::Short => "Short",
            Self::Character => "Character",
            Self::Boolean => "Boolean",
        }
    }

    /// True when the text is a value of this type, written as [`ConfigEntry`] holds it.
    pub fn accepts(self, text: &str) -> bool {
        let units: Vec<u32> = text.encode_utf16().map(u32::from).collect();
        match self {
            Self::String => true,
            Self::Boolean => {
                text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
            }
            Self::Character => units.len() == 1,
            Self::Float | Self::Double => java_number::decimal(text).is_some(),
            Self::Integer => in_range(&units, i64::from(i32::MIN), i64::from(i32::MAX)),
            Self::Short => in_range(&units, i64::from(i16::MIN), i64::from(i16::MAX)),
            Self::Byte => in_range(&units, i64::from(i8::MIN), i64::from(i8::MAX)),
            Self::Long => in_range(&units, i64::MIN, i64::MAX),
        }
    }
}

fn in_range(units: &[u32], least: i64, most: i64) -> bool {
    java_number::integer(units, 10, least, most).is_some()
}

/// One value or several.
///
/// Each is the text of its value: escapes resolved, integers in decimal digits, `true` or `false`, one character,
/// numbers with a point as decimals or `NaN`, `Infinity`, `-Infinity` (never as bits). A value that holds a variable of
/// the machine ([`Config::variables`]) is the text with `${…}` in it, of whatever type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// `"…"`.
    Scalar(String),
    /// `["…", …]`.
    Array(Vec<String>),
    /// `("…", …)`.
    Collection(Vec<String>),
}

impl Shape {
    /// `scalar`, `array` or `collection`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Scalar(_) => "scalar",
            Self::Array(_) => "array",
            Self::Collection(_) => "collection",
        }
    }

    /// All values in their order; one for a scalar.
    pub fn texts(&self) -> &[String] {
        match self {
            Self::Scalar(text) => std::slice::from_ref(text),
            Self::Array(texts) | Self::Collection(texts) => texts,
        }
    }
}

/// One key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEntry {
    /// The key.
    pub key: String,
    /// Its type.
    pub value_type: ValueType,
    /// Its value or values.
    pub shape: Shape,
    /// Line on which it starts, from one.
    pub line: u32,
}

impl ConfigEntry {
    /// The text of a single value.
    pub fn text(&self) -> Option<&str> {
        match &self.shape {
            Shape::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a key that means a Boolean, with or without its letter: the server converts by the metatype.
    pub fn boolean(&self) -> Option<bool> {
        match self.text()?.trim() {
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }
}

/// What the server takes out of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// Its keys, each once, in the order in which they first stand there.
    pub entries: Vec<ConfigEntry>,
    /// The server takes nothing out of the file, or never comes to an end with it; a diagnostic says why.
    pub refused: bool,
    /// Keys whose value depends on the machine, each with the variables that are in it, a hundred at most.
    pub variables: Vec<(String, Vec<String>)>,
}

impl Config {
    /// The entry of a key.
    pub fn get(&self, key: &str) -> Option<&ConfigEntry> {
        self.entries.iter().rev().find(|entry| entry.key == key)
    }

    /// The variables of the machine in the value of a key; none when the value is known.
    pub fn variables_of(&self, key: &str) -> &[String] {
        self.variables
            .iter()
            .find(|(name, _)| name == key)
            .map_or(&[], |(_, variables)| variables)
    }
}
