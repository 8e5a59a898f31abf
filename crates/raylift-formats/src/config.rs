//! OSGi configuration files: `osgi/configs/PID.config` in the format of Felix.

mod read;
mod write;

pub use read::read;
pub use write::{escaped, write};

/// The type letter of a value (Felix, `org.apache.felix.cm.file.ConfigurationHandler`).
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
}

/// One value or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// `"…"`.
    Scalar(String),
    /// `["…", …]`.
    Array(Vec<String>),
    /// `("…", …)`.
    Collection(Vec<String>),
}

/// One key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEntry {
    /// The key.
    pub key: String,
    /// Its type.
    pub value_type: ValueType,
    /// Its value or values, escapes resolved.
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

/// All keys of one file in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The entries.
    pub entries: Vec<ConfigEntry>,
}

impl Config {
    /// The last entry of a key.
    pub fn get(&self, key: &str) -> Option<&ConfigEntry> {
        self.entries.iter().rev().find(|entry| entry.key == key)
    }
}
