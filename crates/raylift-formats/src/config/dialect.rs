//! Which reader, in which encoding, and what it knows of the machine.

use std::fmt;
use std::str::FromStr;

use crate::properties::Encoding;

/// How a line of releases reads its configuration files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Up to 7.2: Felix's file install 3.6.4, whose `TypedProperties` and `ConfigurationHandler` Liferay left as they
    /// are (`modules/third-party/org-apache-felix-fileinstall`: only `ConfigInstaller`, `DirectoryWatcher` and `Util`
    /// are patched). That the first 7.3 releases, up to GA4, also had it is an inference from dates.
    Felix,
    /// 7.3 and later: Liferay's own `com.liferay.portal.file.install.properties.TypedProperties`; the same in the
    /// source of 7.3, 7.4 and 2023 to 2025.
    Liferay,
}

impl Dialect {
    /// The reader of a line of releases such as 7.2 or 7.4; lines that are named by a year are later ones.
    pub fn of_line(major: u32, minor: u32) -> Self {
        if (major, minor) < (7, 3) {
            Self::Felix
        } else {
            Self::Liferay
        }
    }

    /// The encoding that the reader uses when nobody set another: ISO-8859-1 up to 7.2 (`ConfigInstaller.encoding`;
    /// 7.2.1 sets no `felix.fileinstall.configEncoding`), UTF-8 later (`module.framework.file.install.config.encoding`
    /// of 7.4; that 7.3, which has no such line, does the same is an inference).
    pub fn encoding(self) -> Encoding {
        match self {
            Self::Felix => Encoding::Latin1,
            Self::Liferay => Encoding::Utf8,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Felix => "7.2",
            Self::Liferay => "7.3",
        })
    }
}

impl FromStr for Dialect {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "7.2" => Ok(Self::Felix),
            "7.3" => Ok(Self::Liferay),
            _ => Err("a dialect is 7.2 or 7.3".to_owned()),
        }
    }
}

/// The two endings that the server reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// `.config`: typed values.
    Config,
    /// `.cfg`: plain keys and values; 7.3 and later read it only with `module.framework.file.install.cfg.enabled=true`
    /// (default `false` in the `portal.properties` of 7.3.6 and 7.4).
    Cfg,
}

/// What is known of one variable of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// Nothing: a value that needs it is not determined.
    Unknown,
    /// It is not set; the server then takes an empty text.
    Unset,
    /// It has this value.
    Set(String),
}

/// How to read one file.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The reader.
    pub dialect: Dialect,
    /// The ending of the file's name.
    pub kind: FileKind,
    /// The encoding that the server uses.
    pub encoding: Encoding,
    /// Variables in `${…}`: for 7.2 a framework or system property, or `env:NAME` for the environment; for 7.3 a system
    /// property or, when it begins with `LIFERAY_`, the environment.
    pub variable: &'a dyn Fn(&str) -> Variable,
}

impl fmt::Debug for Reading<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reading")
            .field("dialect", &self.dialect)
            .field("kind", &self.kind)
            .field("encoding", &self.encoding)
            .finish_non_exhaustive()
    }
}

impl Reading<'static> {
    /// As the server does by default, with nothing known of its machine.
    pub fn new(dialect: Dialect, kind: FileKind) -> Self {
        Self {
            dialect,
            kind,
            encoding: dialect.encoding(),
            variable: &|_| Variable::Unknown,
        }
    }
}
