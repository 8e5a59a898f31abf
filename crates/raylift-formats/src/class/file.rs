//! A class file as a whole.

use std::ops::RangeInclusive;

use noak::reader::attributes::{BootstrapMethods, Code as CodeAttribute, ConstantValue};
use noak::reader::{Class, Method, cpool};

use super::code::{Code, all_calls, decode, pool_constant};
use super::operation::MethodName;
use super::value::Value;

/// The largest class file that is looked at, in bytes.
const LARGEST: usize = 4 << 20;
/// Bytes of text that are taken out of one class file, or out of one method's code: a few bytes may name the same long
/// text.
pub(super) const MOST_NAMES: usize = 16 << 20;
/// Major versions whose format is known: Java 1.1 to Java 25 (table 4.1-A).
const VERSIONS: RangeInclusive<u16> = 45..=69;

/// Why a class file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClassError {
    /// It is larger than any class file of use.
    #[error("the class file is larger than {LARGEST} bytes")]
    TooLarge,
    /// It is of a version whose format is not known.
    #[error("the class file is of major version {major}, which is not known")]
    Version {
        /// Its major version.
        major: u16,
    },
    /// Its names are longer than the file could be.
    #[error("the names in the class file take more than {MOST_NAMES} bytes")]
    TooManyNames,
    /// It breaks the format.
    #[error("the class file is damaged: {0}")]
    Damaged(String),
    /// A method is not in it, or has no code.
    #[error("there is no method {method} with code")]
    NoMethod {
        /// Name and descriptor.
        method: String,
    },
}

impl From<noak::error::DecodeError> for ClassError {
    fn from(error: noak::error::DecodeError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// A class file, read as far as anything was asked of it.
#[derive(Debug, Clone)]
pub struct ClassFile {
    bytes: Vec<u8>,
    name: String,
    super_name: Option<String>,
    interfaces: Vec<String>,
    methods: Vec<(String, String)>,
    /// Places of the methods, sorted by name and descriptor.
    sorted: Vec<usize>,
    size: usize,
}

impl ClassFile {
    /// Reads the head of a class file: its name, its parents and the names of its methods.
    ///
    /// # Errors
    /// [`ClassError`] when the file breaks the format before its methods' code.
    pub fn read(bytes: Vec<u8>) -> Result<Self, ClassError> {
        if bytes.len() > LARGEST {
            return Err(ClassError::TooLarge);
        }
        let class = Class::new(&bytes)?;
        let major = class.version().major;
        if !VERSIONS.contains(&major) {
            return Err(ClassError::Version { major });
        }
        let mut names = Names::default();
        let pool = class.pool();
        let name = text(pool.retrieve(class.this_class())?.name)?;
        let super_name = class
            .super_class()
            .map(|index| text(pool.retrieve(index)?.name))
            .transpose()?;
        let mut interfaces = Vec::new();
        for index in class.interfaces() {
            let interface = text(pool.retrieve(index?)?.name)?;
            names.add(interface.len())?;
            interfaces.push(interface);
        }
        let mut methods = Vec::new();
        for method in class.methods() {
            let signature = signature(pool, &method?)?;
            names.add(signature.0.len() + signature.1.len())?;
            methods.push(signature);
        }
        let mut sorted: Vec<usize> = (0..methods.len()).collect();
        sorted.sort_by_key(|place| methods.get(*place));
        Ok(Self {
            name,
            super_name,
            interfaces,
            methods,
            sorted,
            size: bytes.len() + names.bytes,
            bytes,
        })
    }

    /// Internal name (`com/liferay/A`).
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Internal name of the superclass; `None` for `java/lang/Object` and for module descriptors.
    pub fn super_name(&self) -> Option<&str> {
        self.super_name.as_deref()
    }

    /// Internal names of the interfaces that the class itself names.
    pub fn interfaces(&self) -> &[String] {
        &self.interfaces
    }

    /// Names and descriptors of the methods that the class itself declares.
    pub fn methods(&self) -> &[(String, String)] {
        &self.methods
    }

    /// True when the class itself declares the method.
    pub fn declares(&self, name: &str, descriptor: &str) -> bool {
        self.place(name, descriptor).is_some()
    }

    fn place(&self, name: &str, descriptor: &str) -> Option<usize> {
        let wanted = (name, descriptor);
        let signature = |place: &usize| {
            let (name, descriptor) = self.methods.get(*place)?;
            Some((name.as_str(), descriptor.as_str()))
        };
        let at = self
            .sorted
            .partition_point(|place| signature(place) < Some(wanted));
        let place = self.sorted.get(at)?;
        (signature(place) == Some(wanted)).then_some(*place)
    }

    /// Bytes of the class file and of the names that were read from it.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The code of one of its own methods.
    ///
    /// # Errors
    /// [`ClassError::NoMethod`] when the method is not declared here or is abstract or native;
    /// [`ClassError::Damaged`] when its code breaks the format.
    pub fn code(&self, name: &str, descriptor: &str) -> Result<Code, ClassError> {
        let missing = || ClassError::NoMethod {
            method: format!("{name}{descriptor}"),
        };
        let place = self.place(name, descriptor).ok_or_else(missing)?;
        let class = Class::new(&self.bytes)?;
        let pool = class.pool();
        let method = class.methods().iter().nth(place).ok_or_else(missing)??;
        let code = method
            .attributes()
            .find_attribute::<CodeAttribute<'_>>(pool)?
            .ok_or_else(missing)?;
        let bootstrap = class
            .attributes()
            .find_attribute::<BootstrapMethods<'_>>(pool)?;
        decode(&code, pool, bootstrap.as_ref())
    }

    /// Names and values of the fields that are text constants (`static final String X = "…"`).
    ///
    /// # Errors
    /// [`ClassError::Damaged`] when a field breaks the format.
    pub fn text_constants(&self) -> Result<Vec<(String, String)>, ClassError> {
        let class = Class::new(&self.bytes)?;
        let pool = class.pool();
        let mut names = Names::default();
        let mut constants = Vec::new();
        for field in class.fields() {
            let field = field?;
            let constant = field
                .attributes()
                .find_attribute::<ConstantValue<'_>>(pool)?;
            if let Some(constant) = constant
                && let Value::Text(value) = pool_constant(pool, constant.value())?
            {
                let name = text(pool.retrieve(field.name())?)?;
                names.add(name.len() + value.len())?;
                constants.push((name, value));
            }
        }
        Ok(constants)
    }

    /// Every text of the constant pool that is Unicode: names, descriptors, string constants.
    ///
    /// # Errors
    /// [`ClassError::Damaged`] when the class breaks the format.
    pub fn texts(&self) -> Result<Vec<String>, ClassError> {
        let class = Class::new(&self.bytes)?;
        Ok(class
            .pool()
            .iter()
            .filter_map(|item| match item {
                cpool::Item::Utf8(content) => text(content.content).ok(),
                _ => None,
            })
            .collect())
    }

    /// Every method that some code of this class calls, in the order of the file.
    ///
    /// # Errors
    /// [`ClassError::Damaged`] when some code breaks the format.
    pub fn calls(&self) -> Result<Vec<MethodName>, ClassError> {
        let class = Class::new(&self.bytes)?;
        let mut names = Names::default();
        let mut calls = Vec::new();
        for method in class.methods() {
            if let Some(code) = method?
                .attributes()
                .find_attribute::<CodeAttribute<'_>>(class.pool())?
            {
                all_calls(&code, class.pool(), &mut calls, &mut names)?;
            }
        }
        Ok(calls)
    }
}

/// Counts the text that was taken out of a class file.
#[derive(Default)]
pub(super) struct Names {
    bytes: usize,
}

impl Names {
    /// Accounts for a name, or several that are kept together, and for the place where they are kept.
    pub(super) fn add(&mut self, bytes: usize) -> Result<(), ClassError> {
        self.bytes += bytes + size_of::<MethodName>();
        if self.bytes > MOST_NAMES {
            return Err(ClassError::TooManyNames);
        }
        Ok(())
    }
}

fn signature(
    pool: &cpool::ConstantPool<'_>,
    method: &Method<'_>,
) -> Result<(String, String), ClassError> {
    Ok((
        text(pool.retrieve(method.name())?)?,
        text(pool.retrieve(method.descriptor())?)?,
    ))
}

/// Names are compared as text, so a name with lone surrogates (allowed in modified UTF-8) cannot be represented.
pub(super) fn text(content: &noak::MStr) -> Result<String, ClassError> {
    content
        .to_str()
        .map(str::to_owned)
        .or_else(|| content.chars().collect::<Result<String, _>>().ok())
        .ok_or_else(|| ClassError::Damaged("a name is not Unicode".to_owned()))
}
