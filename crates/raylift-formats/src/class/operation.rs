//! The instructions that the interpreter tells apart.

use super::value::Value;

/// Name of a method as a call names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MethodName {
    /// Internal name of the class.
    pub class: String,
    /// The method.
    pub name: String,
    /// Its descriptor.
    pub descriptor: String,
}

/// How a method is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// `invokevirtual`.
    Virtual,
    /// `invokeinterface`.
    Interface,
    /// `invokespecial`: constructors, private methods, methods of the superclass.
    Special,
    /// `invokestatic`.
    Static,
}

/// The comparison of a conditional branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Equal.
    Equal,
    /// Not equal.
    NotEqual,
    /// Less.
    Less,
    /// Greater or equal.
    GreaterOrEqual,
    /// Greater.
    Greater,
    /// Less or equal.
    LessOrEqual,
}

impl Condition {
    /// Whether it holds between two numbers.
    pub fn holds(self, left: i32, right: i32) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::GreaterOrEqual => left >= right,
            Self::Greater => left > right,
            Self::LessOrEqual => left <= right,
        }
    }
}

/// One instruction, as far as the interpreter tells it apart from others
/// (The Java Virtual Machine Specification, section 6.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Push a constant of one slot.
    Push(Value),
    /// Push a constant of two slots.
    PushWide(Value),
    /// Push a local variable.
    Load(u16),
    /// Pop into a local variable.
    Store(u16),
    /// Add to a local `int`.
    Increment(u16, i16),
    /// `pop`, `pop2`, `swap` and the `dup` family, by mnemonic.
    Shuffle(&'static str),
    /// `iadd` and `isub`.
    Add {
        /// The second operand is taken off.
        negative: bool,
    },
    /// `checkcast`: leaves the value as it is.
    Cast,
    /// `anewarray`, `newarray`: pop a length, push an array of nulls or zeros.
    NewArray {
        /// What stands in a fresh element.
        fresh: Value,
    },
    /// `aaload`, `iaload` and the like: pop index and array, push the element.
    LoadElement,
    /// `aastore`, `iastore` and the like: pop value, index and array.
    StoreElement,
    /// `arraylength`.
    Length,
    /// `new`: the class's internal name.
    New(String),
    /// `getfield`, `getstatic`.
    GetField {
        /// Internal name of the class.
        class: String,
        /// The field.
        name: String,
        /// Its descriptor.
        descriptor: String,
        /// `getstatic`.
        is_static: bool,
    },
    /// `putfield`, `putstatic`.
    PutField {
        /// Internal name of the class.
        class: String,
        /// The field.
        name: String,
        /// `putstatic`.
        is_static: bool,
    },
    /// A call.
    Call(CallKind, MethodName),
    /// `invokedynamic`: pops the arguments of the descriptor, pushes the value.
    Dynamic {
        /// Descriptor of the call site.
        descriptor: String,
        /// What it makes, when the bootstrap method is that of lambdas.
        makes: Value,
    },
    /// A branch that compares with zero (`one_operand`) or compares two operands.
    Branch {
        /// What it tests.
        condition: Condition,
        /// Compares with zero.
        one_operand: bool,
        /// The operands are references, not numbers.
        references: bool,
        /// Position in the code.
        target: i64,
    },
    /// `goto`.
    Goto(i64),
    /// The end of the method; with or without a value.
    Return {
        /// A value is on the stack.
        value: bool,
    },
    /// `athrow`.
    Throw,
    /// `monitorenter`, `monitorexit`: pops one.
    Monitor,
    /// `nop`.
    Nothing,
    /// Anything else, by mnemonic.
    Other(String),
}
