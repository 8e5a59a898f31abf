//! The interpreter: follows one method with the values it knows.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::code::Code;
use super::descriptor::{MethodShape, dotted};
use super::file::{ClassError, ClassFile};
use super::frame::{Frame, add, increment};
use super::guide::{Branches, ClassSource, Guide, Stop, describe};
use super::operation::{MethodName, Operation};
use super::value::{Object, Slot, Value};
use super::weight::{weight_of_operation, weight_of_slot};

/// Operations followed in one reading; elements of arrays, parts of copied values, long texts and what has to be read
/// of class files count, too. The largest real registry needs a few thousand.
const MOST_OPERATIONS: usize = 100_000;
/// Bytes of a class file whose reading counts like one operation.
const BYTES_OF_ONE: usize = 1_024;
/// Methods entered from methods.
const DEEPEST_CALL: usize = 24;

/// The interpreter's state: objects and static fields.
pub struct Machine<'source> {
    pub(super) source: ClassSource<'source>,
    pub(super) branches: Branches,
    pub(super) objects: Vec<Object>,
    pub(super) statics: HashMap<(String, String), Slot>,
    pub(super) classes: HashMap<String, Option<Rc<ClassFile>>>,
    pub(super) absent: HashSet<String>,
    pub(super) codes: HashMap<MethodName, Result<Rc<Code>, ClassError>>,
    pub(super) operations_left: usize,
}

pub(super) enum Next {
    Following,
    At(usize),
    Done(Option<Slot>),
}

impl<'source> Machine<'source> {
    /// A machine that knows no object yet.
    pub fn new(source: ClassSource<'source>, branches: Branches) -> Self {
        Self {
            source,
            branches,
            objects: Vec::new(),
            statics: HashMap::new(),
            classes: HashMap::new(),
            absent: HashSet::new(),
            codes: HashMap::new(),
            operations_left: MOST_OPERATIONS,
        }
    }

    /// The same with another number of operations, for all its runs together.
    pub(crate) fn with_operations(mut self, operations: usize) -> Self {
        self.operations_left = operations;
        self
    }

    /// Forgets objects and static fields before another run; what was read of classes stays, and so does the number
    /// of operations that are left.
    pub(crate) fn forget(&mut self) {
        self.objects.clear();
        self.statics.clear();
    }

    /// No run gets any further.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.operations_left == 0
    }

    /// A class of the source; `None` when the source has none of that name or it cannot be read.
    pub fn class(&mut self, name: &str) -> Option<Rc<ClassFile>> {
        if let Some(known) = self.classes.get(name) {
            return known.clone();
        }
        let bytes = (self.source)(name);
        if bytes.is_none() {
            self.absent.insert(name.to_owned());
        }
        let size = bytes.as_ref().map_or(0, Vec::len);
        let read = bytes
            .and_then(|bytes| ClassFile::read(bytes).ok())
            .map(Rc::new);
        self.spend(read.as_ref().map_or(size, |file| file.size()) / BYTES_OF_ONE);
        self.classes.insert(name.to_owned(), read.clone());
        read
    }

    /// The source has no class of that name, not even a damaged one.
    pub(crate) fn lacks(&mut self, name: &str) -> bool {
        self.class(name).is_none() && self.absent.contains(name)
    }

    /// The code of a method that the class itself declares, decoded once.
    fn code(&mut self, method: &MethodName) -> Result<Rc<Code>, Stop> {
        let name = || dotted(&method.class);
        let stop = |error: &ClassError| Stop(format!("class {}: {error}", name()));
        if let Some(known) = self.codes.get(method) {
            return known.clone().map_err(|error| stop(&error));
        }
        let file = self
            .class(&method.class)
            .ok_or_else(|| Stop(format!("class {} is missing", name())))?;
        let code = file.code(&method.name, &method.descriptor).map(Rc::new);
        self.spend(file.size() / BYTES_OF_ONE + code.as_ref().map_or(0, |code| code.effort()));
        self.codes.insert(method.clone(), code.clone());
        code.map_err(|error| stop(&error))
    }

    /// The class, from `class` upwards, that declares a method: the place where a call on an object of exactly that
    /// class ends. `Err` names the first superclass that the source does not have.
    pub fn declaring_class(
        &mut self,
        class: &str,
        name: &str,
        descriptor: &str,
    ) -> Result<String, String> {
        let mut current = class.to_owned();
        for _ in 0..DEEPEST_CALL {
            self.spend(1);
            let file = self.class(&current).ok_or_else(|| current.clone())?;
            if file.declares(name, descriptor) {
                return Ok(current);
            }
            current = file.super_name().unwrap_or("java/lang/Object").to_owned();
        }
        Err(current)
    }

    /// The content of a static field, once it was set.
    pub fn static_field(&self, class: &str, name: &str) -> Option<&Slot> {
        self.statics.get(&(class.to_owned(), name.to_owned()))
    }

    /// Every static field that was set, as class, name and content, sorted by class and name.
    pub fn static_fields(&self) -> Vec<(&str, &str, &Slot)> {
        let mut fields: Vec<_> = self
            .statics
            .iter()
            .map(|((class, name), slot)| (class.as_str(), name.as_str(), slot))
            .collect();
        fields.sort_by_key(|(class, name, _)| (*class, *name));
        fields
    }

    /// Follows a method to its end.
    ///
    /// # Errors
    /// [`Stop`] when it meets something it cannot follow.
    pub fn run(
        &mut self,
        guide: &mut dyn Guide,
        method: &MethodName,
        arguments: Vec<Slot>,
    ) -> Result<Option<Slot>, Stop> {
        self.enter(guide, method, arguments, 0)
    }

    pub(super) fn enter(
        &mut self,
        guide: &mut dyn Guide,
        method: &MethodName,
        arguments: Vec<Slot>,
        depth: usize,
    ) -> Result<Option<Slot>, Stop> {
        if depth > DEEPEST_CALL {
            return Err(Stop(format!("{} calls too deep", describe(method))));
        }
        let code = self.code(method)?;
        let mut frame = Frame {
            stack: Vec::new(),
            locals: HashMap::new(),
            method: method.clone(),
        };
        let mut index = 0;
        for argument in arguments {
            let step = if matches!(argument, Slot::Wide(_)) {
                2
            } else {
                1
            };
            frame.locals.insert(index, argument);
            index = index.saturating_add(step);
        }
        let mut number = 0;
        loop {
            let Some(operation) = code.operation(number) else {
                return Err(Stop(format!("{} runs past its end", describe(method))));
            };
            if self.operations_left == 0 {
                return Err(Stop(format!(
                    "{} takes too many operations",
                    describe(method)
                )));
            }
            self.spend(weight_of_operation(operation));
            match self.step(guide, &mut frame, &code, operation, depth)? {
                Next::Following => number += 1,
                Next::At(target) => number = target,
                Next::Done(result) => return Ok(result),
            }
        }
    }

    fn step(
        &mut self,
        guide: &mut dyn Guide,
        frame: &mut Frame,
        code: &Code,
        operation: &Operation,
        depth: usize,
    ) -> Result<Next, Stop> {
        match operation {
            Operation::Push(value) => frame.push(Slot::Plain(value.clone()))?,
            Operation::PushWide(value) => frame.push(Slot::Wide(value.clone()))?,
            Operation::Load(index) => {
                let slot = frame
                    .locals
                    .get(index)
                    .cloned()
                    .ok_or_else(|| frame.broken("an unset local variable"))?;
                self.spend(weight_of_slot(&slot));
                frame.push(slot)?;
            }
            Operation::Store(index) => {
                let slot = frame.pop()?;
                frame.locals.insert(*index, slot);
            }
            Operation::Increment(index, amount) => increment(frame, *index, *amount)?,
            Operation::Shuffle(mnemonic) => {
                self.spend(frame.stack.iter().rev().take(3).map(weight_of_slot).sum());
                frame.shuffle(mnemonic)?;
            }
            Operation::Add { negative } => add(frame, *negative)?,
            Operation::Cast | Operation::Nothing => {}
            Operation::Monitor => {
                frame.pop()?;
            }
            Operation::NewArray { fresh } => self.new_array(frame, fresh)?,
            Operation::LoadElement => self.load_element(frame)?,
            Operation::StoreElement => {
                if let Some(value) = frame.stack.last() {
                    guide.escapes(value, "an array");
                }
                self.store_element(frame)?;
            }
            Operation::Length => self.length(frame)?,
            Operation::New(class) => {
                let slot = self.add(Object::Instance {
                    class: class.clone(),
                    arguments: None,
                });
                frame.push(slot)?;
            }
            Operation::GetField {
                class,
                name,
                descriptor,
                is_static,
            } => {
                self.get_field(frame, class, name, descriptor, *is_static)?;
            }
            Operation::PutField {
                class,
                name,
                is_static,
            } => {
                let slot = frame.pop()?;
                guide.escapes(&slot, "a field");
                if *is_static {
                    self.statics.insert((class.clone(), name.clone()), slot);
                } else {
                    frame.pop()?;
                }
            }
            Operation::Call(kind, method) => self.call(guide, frame, *kind, method, depth)?,
            Operation::Dynamic { descriptor, makes } => {
                let shape = MethodShape::of(descriptor)
                    .ok_or_else(|| frame.broken("a broken descriptor"))?;
                for _ in 0..shape.parameters {
                    let argument = frame.pop()?;
                    guide.escapes(&argument, result_type(descriptor));
                    self.spoil(&argument, "a lambda");
                }
                frame.push(Slot::Plain(makes.clone()))?;
            }
            Operation::Goto(target) => return self.jump(frame, code, *target),
            Operation::Branch { .. } => return self.branch(frame, code, operation),
            Operation::Return { value } => {
                return Ok(Next::Done(if *value { Some(frame.pop()?) } else { None }));
            }
            Operation::Throw => {
                let thrown = frame.pop()?;
                return Err(Stop(format!(
                    "{} throws {}",
                    describe(&frame.method),
                    self.describe_slot(&thrown)
                )));
            }
            Operation::Other(mnemonic) => {
                return Err(Stop(format!(
                    "{} has an instruction that is not followed ({mnemonic})",
                    describe(&frame.method)
                )));
            }
        }
        Ok(Next::Following)
    }

    fn describe_slot(&self, slot: &Slot) -> String {
        match self.value(slot) {
            Value::New { class, .. } => dotted(&class),
            _ => "something".to_owned(),
        }
    }
}

/// What a descriptor's method returns, as it stands there.
fn result_type(descriptor: &str) -> &str {
    descriptor
        .rsplit_once(')')
        .map_or(descriptor, |(_, result)| result)
}
