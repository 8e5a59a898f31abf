//! What the interpreter knows about a value.

/// A value as far as it is known. It is a copy: later changes of an array do not reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// An `int`, `short`, `byte`, `char` or `boolean`.
    Integer(i32),
    /// A `long`.
    Long(i64),
    /// A string constant.
    Text(String),
    /// A class constant; the internal name (`com/liferay/A`).
    Class(String),
    /// An object made by `new`.
    New {
        /// Internal name of its class.
        class: String,
        /// Arguments of the constructor.
        arguments: Vec<Value>,
    },
    /// An array.
    Array(Vec<Value>),
    /// What a method returned that was not looked into.
    Called {
        /// Internal name of the class that the call names.
        class: String,
        /// The method.
        method: String,
        /// Its descriptor.
        descriptor: String,
        /// The arguments, without the receiver.
        arguments: Vec<Value>,
        /// Internal name of the class whose code makes the call.
        caller: String,
    },
    /// A lambda or a method reference.
    Lambda {
        /// Internal name of the class that holds the code.
        class: String,
        /// The method with the code.
        method: String,
    },
    /// What stands in a field that was not looked into.
    Field {
        /// Internal name of the class that the access names.
        class: String,
        /// The field.
        name: String,
        /// Its descriptor.
        descriptor: String,
    },
    /// The object whose method is read, or one of its parameters.
    Given(String),
    /// Not known, and why.
    Unknown(String),
}

impl Value {
    /// Why the value, or some part of it, is not known.
    pub fn unknown_part(&self) -> Option<&str> {
        match self {
            Self::Unknown(reason) => Some(reason),
            Self::New { arguments, .. }
            | Self::Called { arguments, .. }
            | Self::Array(arguments) => arguments.iter().find_map(Self::unknown_part),
            _ => None,
        }
    }

    /// The text of a string constant.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// What lies on the interpreter's stack or in a local variable: a plain value, or an object with an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// A value that nothing can change any more.
    Plain(Value),
    /// Index of an object in [`super::Machine::object`].
    Object(usize),
    /// A value of two slots (`long`, `double`).
    Wide(Value),
}

impl Slot {
    /// A value that is not known.
    pub fn unknown(reason: impl Into<String>) -> Self {
        Self::Plain(Value::Unknown(reason.into()))
    }
}

/// An object that the interpreter keeps an identity for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// An array; `spoiled` says to whom it was handed, who may have changed it.
    Array {
        /// Its elements.
        elements: Vec<Slot>,
        /// Who may have changed it.
        spoiled: Option<String>,
    },
    /// An object made by `new`.
    Instance {
        /// Internal name of its class.
        class: String,
        /// Arguments of the constructor, once that was called.
        arguments: Option<Vec<Value>>,
    },
    /// The object whose method is read, or one of its parameters.
    Given {
        /// What it is, for reasons.
        label: String,
        /// Internal name of its class, when that is certain.
        class: Option<String>,
    },
}
