//! The code of a method, decoded into the interpreter's operations.

use noak::reader::attributes::{
    ArrayType, BootstrapMethod, BootstrapMethods, Code as CodeAttribute, RawInstruction as Raw,
};
use noak::reader::cpool::{self, ConstantPool, Item};

use super::file::{ClassError, MOST_NAMES, Names, text};
use super::operation::{CallKind, Condition, MethodName, Operation};
use super::value::Value;
use super::weight::{text_of_method, text_of_operation};

/// The bootstrap class of lambdas and method references (`java.lang.invoke.LambdaMetafactory`).
const LAMBDA_FACTORY: &str = "java/lang/invoke/LambdaMetafactory";

/// The last position in the code of a method (section 4.7.3: fewer than 65536 bytes).
const LAST_POSITION: i64 = 65_534;

/// The operations of one method with their positions in the code, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    operations: Vec<(i64, Operation)>,
    text: usize,
}

impl Code {
    /// The operation with the given number.
    pub fn operation(&self, number: usize) -> Option<&Operation> {
        self.operations.get(number).map(|(_, operation)| operation)
    }

    /// The position in bytes of the operation with the given number.
    pub fn position(&self, number: usize) -> Option<i64> {
        self.operations.get(number).map(|(position, _)| *position)
    }

    /// What decoding it cost, in operations of the interpreter.
    pub(super) fn effort(&self) -> usize {
        self.operations.len() / 4 + self.text / 256
    }

    /// The number of the operation at a position in bytes.
    pub fn number_at(&self, position: i64) -> Option<usize> {
        self.operations
            .binary_search_by_key(&position, |(at, _)| *at)
            .ok()
    }
}

pub(super) fn decode(
    code: &CodeAttribute<'_>,
    pool: &ConstantPool<'_>,
    bootstrap: Option<&BootstrapMethods<'_>>,
) -> Result<Code, ClassError> {
    let bootstrap = bootstrap_methods(bootstrap);
    let mut operations = Vec::new();
    let mut text = 0;
    for instruction in code.raw_instructions() {
        let (index, raw) = instruction?;
        let position = i64::from(index.as_u32());
        if position > LAST_POSITION {
            return Err(ClassError::Damaged(format!(
                "a method has more than {} bytes of code",
                LAST_POSITION + 1
            )));
        }
        let operation = operation(&raw, position, pool, &bootstrap)?;
        text += text_of_operation(&operation);
        if text > MOST_NAMES {
            return Err(ClassError::TooManyNames);
        }
        operations.push((position, operation));
    }
    Ok(Code { operations, text })
}

/// Those up to the first damaged one.
fn bootstrap_methods<'class>(
    attribute: Option<&BootstrapMethods<'class>>,
) -> Vec<BootstrapMethod<'class>> {
    attribute
        .into_iter()
        .flat_map(|attribute| attribute.methods().iter())
        .map_while(Result::ok)
        .collect()
}

pub(super) fn all_calls(
    code: &CodeAttribute<'_>,
    pool: &ConstantPool<'_>,
    calls: &mut Vec<MethodName>,
    names: &mut Names,
) -> Result<(), ClassError> {
    for instruction in code.raw_instructions() {
        let (_, raw) = instruction?;
        if let Some(Operation::Call(_, name)) = call(&raw, pool)? {
            names.add(text_of_method(&name))?;
            calls.push(name);
        }
    }
    Ok(())
}

fn operation(
    raw: &Raw<'_>,
    position: i64,
    pool: &ConstantPool<'_>,
    bootstrap: &[BootstrapMethod<'_>],
) -> Result<Operation, ClassError> {
    if let Some(operation) = constant(raw, pool)?
        .or_else(|| variable(raw))
        .or_else(|| branch(raw, position))
    {
        return Ok(operation);
    }
    if let Some(operation) = call(raw, pool)?.or(member(raw, pool)?) {
        return Ok(operation);
    }
    if let Raw::InvokeDynamic { index } = raw {
        return dynamic(pool, *index, bootstrap);
    }
    Ok(plain(raw))
}

fn integer(value: impl Into<i32>) -> Operation {
    Operation::Push(Value::Integer(value.into()))
}

fn constant(raw: &Raw<'_>, pool: &ConstantPool<'_>) -> Result<Option<Operation>, ClassError> {
    let floating = || Value::Unknown("a floating-point number".to_owned());
    Ok(Some(match raw {
        Raw::AConstNull => Operation::Push(Value::Null),
        Raw::IConstM1 => integer(-1),
        Raw::IConst0 => integer(0),
        Raw::IConst1 => integer(1),
        Raw::IConst2 => integer(2),
        Raw::IConst3 => integer(3),
        Raw::IConst4 => integer(4),
        Raw::IConst5 => integer(5),
        Raw::BIPush { value } => integer(*value),
        Raw::SIPush { value } => integer(*value),
        Raw::LConst0 => Operation::PushWide(Value::Long(0)),
        Raw::LConst1 => Operation::PushWide(Value::Long(1)),
        Raw::FConst0 | Raw::FConst1 | Raw::FConst2 => Operation::Push(floating()),
        Raw::DConst0 | Raw::DConst1 => Operation::PushWide(floating()),
        Raw::LdC { index } | Raw::LdCW { index } => Operation::Push(pool_constant(pool, *index)?),
        Raw::LdC2W { index } => Operation::PushWide(pool_constant(pool, *index)?),
        _ => return Ok(None),
    }))
}

pub(super) fn pool_constant(
    pool: &ConstantPool<'_>,
    index: cpool::Index<Item<'_>>,
) -> Result<Value, ClassError> {
    let index: cpool::Index<Item<'_>> = cpool::Index::new(index.as_u16())?;
    Ok(match pool.get(index)? {
        Item::String(string) => match text(pool.retrieve(string.string)?) {
            Ok(text) => Value::Text(text),
            Err(_) => Value::Unknown("a string that is not Unicode".to_owned()),
        },
        Item::Integer(integer) => Value::Integer(integer.value),
        Item::Long(long) => Value::Long(long.value),
        Item::Class(class) => Value::Class(text(pool.retrieve(class.name)?)?),
        Item::Float(_) | Item::Double(_) => Value::Unknown("a floating-point number".to_owned()),
        _ => Value::Unknown("a constant of an unusual kind".to_owned()),
    })
}

fn variable(raw: &Raw<'_>) -> Option<Operation> {
    let (load, index) = match raw {
        Raw::ALoad { index }
        | Raw::ILoad { index }
        | Raw::LLoad { index }
        | Raw::FLoad { index }
        | Raw::DLoad { index } => (true, u16::from(*index)),
        Raw::AStore { index }
        | Raw::IStore { index }
        | Raw::LStore { index }
        | Raw::FStore { index }
        | Raw::DStore { index } => (false, u16::from(*index)),
        Raw::ALoadW { index }
        | Raw::ILoadW { index }
        | Raw::LLoadW { index }
        | Raw::FLoadW { index }
        | Raw::DLoadW { index } => (true, *index),
        Raw::AStoreW { index }
        | Raw::IStoreW { index }
        | Raw::LStoreW { index }
        | Raw::FStoreW { index }
        | Raw::DStoreW { index } => (false, *index),
        Raw::ALoad0 | Raw::ILoad0 | Raw::LLoad0 | Raw::FLoad0 | Raw::DLoad0 => (true, 0),
        Raw::ALoad1 | Raw::ILoad1 | Raw::LLoad1 | Raw::FLoad1 | Raw::DLoad1 => (true, 1),
        Raw::ALoad2 | Raw::ILoad2 | Raw::LLoad2 | Raw::FLoad2 | Raw::DLoad2 => (true, 2),
        Raw::ALoad3 | Raw::ILoad3 | Raw::LLoad3 | Raw::FLoad3 | Raw::DLoad3 => (true, 3),
        Raw::AStore0 | Raw::IStore0 | Raw::LStore0 | Raw::FStore0 | Raw::DStore0 => (false, 0),
        Raw::AStore1 | Raw::IStore1 | Raw::LStore1 | Raw::FStore1 | Raw::DStore1 => (false, 1),
        Raw::AStore2 | Raw::IStore2 | Raw::LStore2 | Raw::FStore2 | Raw::DStore2 => (false, 2),
        Raw::AStore3 | Raw::IStore3 | Raw::LStore3 | Raw::FStore3 | Raw::DStore3 => (false, 3),
        Raw::IInc { index, value } => {
            return Some(Operation::Increment(u16::from(*index), i16::from(*value)));
        }
        Raw::IIncW { index, value } => return Some(Operation::Increment(*index, *value)),
        _ => return None,
    };
    Some(if load {
        Operation::Load(index)
    } else {
        Operation::Store(index)
    })
}

fn branch(raw: &Raw<'_>, position: i64) -> Option<Operation> {
    use Condition::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    let (condition, one_operand, references, offset) = match raw {
        Raw::IfEq { offset } => (Equal, true, false, offset),
        Raw::IfNe { offset } => (NotEqual, true, false, offset),
        Raw::IfLt { offset } => (Less, true, false, offset),
        Raw::IfGe { offset } => (GreaterOrEqual, true, false, offset),
        Raw::IfGt { offset } => (Greater, true, false, offset),
        Raw::IfLe { offset } => (LessOrEqual, true, false, offset),
        Raw::IfICmpEq { offset } => (Equal, false, false, offset),
        Raw::IfICmpNe { offset } => (NotEqual, false, false, offset),
        Raw::IfICmpLt { offset } => (Less, false, false, offset),
        Raw::IfICmpGe { offset } => (GreaterOrEqual, false, false, offset),
        Raw::IfICmpGt { offset } => (Greater, false, false, offset),
        Raw::IfICmpLe { offset } => (LessOrEqual, false, false, offset),
        Raw::IfACmpEq { offset } => (Equal, false, true, offset),
        Raw::IfACmpNe { offset } => (NotEqual, false, true, offset),
        Raw::IfNull { offset } => (Equal, true, true, offset),
        Raw::IfNonNull { offset } => (NotEqual, true, true, offset),
        Raw::Goto { offset } => return Some(Operation::Goto(position + i64::from(*offset))),
        Raw::GotoW { offset } => return Some(Operation::Goto(position + i64::from(*offset))),
        _ => return None,
    };
    Some(Operation::Branch {
        condition,
        one_operand,
        references,
        target: position + i64::from(*offset),
    })
}

fn call(raw: &Raw<'_>, pool: &ConstantPool<'_>) -> Result<Option<Operation>, ClassError> {
    let (kind, index) = match raw {
        Raw::InvokeVirtual { index } => (CallKind::Virtual, index.as_u16()),
        Raw::InvokeInterface { index, .. } => (CallKind::Interface, index.as_u16()),
        Raw::InvokeSpecial { index } => (CallKind::Special, index.as_u16()),
        Raw::InvokeStatic { index } => (CallKind::Static, index.as_u16()),
        _ => return Ok(None),
    };
    let index: cpool::Index<Item<'_>> = cpool::Index::new(index)?;
    let (class, name_and_type) = match pool.get(index)? {
        Item::MethodRef(reference) => (reference.class, reference.name_and_type),
        Item::InterfaceMethodRef(reference) => (reference.class, reference.name_and_type),
        _ => return Err(ClassError::Damaged("a call names no method".to_owned())),
    };
    let name_and_type = pool.retrieve(name_and_type)?;
    Ok(Some(Operation::Call(
        kind,
        MethodName {
            class: text(pool.retrieve(class)?.name)?,
            name: text(name_and_type.name)?,
            descriptor: text(name_and_type.descriptor)?,
        },
    )))
}

fn member(raw: &Raw<'_>, pool: &ConstantPool<'_>) -> Result<Option<Operation>, ClassError> {
    let (index, get, is_static) = match raw {
        Raw::GetField { index } => (*index, true, false),
        Raw::GetStatic { index } => (*index, true, true),
        Raw::PutField { index } => (*index, false, false),
        Raw::PutStatic { index } => (*index, false, true),
        Raw::New { index } => {
            let index: cpool::Index<cpool::Class<'_>> = cpool::Index::new(index.as_u16())?;
            return Ok(Some(Operation::New(text(pool.retrieve(index)?.name)?)));
        }
        _ => return Ok(None),
    };
    let index: cpool::Index<cpool::FieldRef<'_>> = cpool::Index::new(index.as_u16())?;
    let field = pool.retrieve(index)?;
    let (class, name) = (text(field.class.name)?, text(field.name_and_type.name)?);
    Ok(Some(if get {
        Operation::GetField {
            class,
            name,
            descriptor: text(field.name_and_type.descriptor)?,
            is_static,
        }
    } else {
        Operation::PutField {
            class,
            name,
            is_static,
        }
    }))
}

fn dynamic(
    pool: &ConstantPool<'_>,
    index: cpool::Index<cpool::InvokeDynamic<'_>>,
    bootstrap: &[BootstrapMethod<'_>],
) -> Result<Operation, ClassError> {
    let index: cpool::Index<cpool::InvokeDynamic<'_>> = cpool::Index::new(index.as_u16())?;
    let site = pool.retrieve(index)?;
    let makes = lambda(pool, site.bootstrap_method_attr, bootstrap)?
        .unwrap_or_else(|| Value::Unknown("a value made by invokedynamic".to_owned()));
    Ok(Operation::Dynamic {
        descriptor: text(site.name_and_type.descriptor)?,
        makes,
    })
}

/// The second static argument of `LambdaMetafactory.metafactory` is the handle of the method with the code.
fn lambda(
    pool: &ConstantPool<'_>,
    number: u16,
    bootstrap: &[BootstrapMethod<'_>],
) -> Result<Option<Value>, ClassError> {
    let Some(entry) = bootstrap.get(usize::from(number)) else {
        return Ok(None);
    };
    let factory: cpool::Index<cpool::MethodHandle<'_>> =
        cpool::Index::new(entry.method_ref().as_u16())?;
    if handle(pool, factory)?.is_none_or(|(class, _)| class != LAMBDA_FACTORY) {
        return Ok(None);
    }
    let Some(argument) = entry.arguments().iter().nth(1) else {
        return Ok(None);
    };
    let code: cpool::Index<cpool::MethodHandle<'_>> = cpool::Index::new(argument?.as_u16())?;
    Ok(handle(pool, code)?.map(|(class, method)| Value::Lambda { class, method }))
}

fn handle(
    pool: &ConstantPool<'_>,
    index: cpool::Index<cpool::MethodHandle<'_>>,
) -> Result<Option<(String, String)>, ClassError> {
    let (class, name_and_type) = match pool.retrieve(index)?.reference {
        Item::MethodRef(reference) => (reference.class, reference.name_and_type),
        Item::InterfaceMethodRef(reference) => (reference.class, reference.name_and_type),
        _ => return Ok(None),
    };
    Ok(Some((
        text(pool.retrieve(class)?.name)?,
        text(pool.retrieve(name_and_type)?.name)?,
    )))
}

fn plain(raw: &Raw<'_>) -> Operation {
    match raw {
        Raw::Pop => Operation::Shuffle("pop"),
        Raw::Pop2 => Operation::Shuffle("pop2"),
        Raw::Swap => Operation::Shuffle("swap"),
        Raw::Dup => Operation::Shuffle("dup"),
        Raw::DupX1 => Operation::Shuffle("dup_x1"),
        Raw::DupX2 => Operation::Shuffle("dup_x2"),
        Raw::Dup2 => Operation::Shuffle("dup2"),
        Raw::IAdd => Operation::Add { negative: false },
        Raw::ISub => Operation::Add { negative: true },
        Raw::CheckCast { .. } => Operation::Cast,
        Raw::ANewArray { .. } => Operation::NewArray { fresh: Value::Null },
        Raw::NewArray {
            atype: ArrayType::Float | ArrayType::Double | ArrayType::Long,
        } => Operation::NewArray {
            fresh: Value::Unknown("an element of an array of numbers".to_owned()),
        },
        Raw::NewArray { .. } => Operation::NewArray {
            fresh: Value::Integer(0),
        },
        Raw::AALoad | Raw::IALoad | Raw::BALoad | Raw::CALoad | Raw::SALoad => {
            Operation::LoadElement
        }
        Raw::AAStore | Raw::IAStore | Raw::BAStore | Raw::CAStore | Raw::SAStore => {
            Operation::StoreElement
        }
        Raw::ArrayLength => Operation::Length,
        Raw::Return => Operation::Return { value: false },
        Raw::AReturn | Raw::IReturn | Raw::LReturn | Raw::FReturn | Raw::DReturn => {
            Operation::Return { value: true }
        }
        Raw::AThrow => Operation::Throw,
        Raw::MonitorEnter | Raw::MonitorExit => Operation::Monitor,
        Raw::Nop => Operation::Nothing,
        other => Operation::Other(mnemonic(other)),
    }
}

fn mnemonic(raw: &Raw<'_>) -> String {
    let name = format!("{raw:?}");
    name.split([' ', '(', '{'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}
