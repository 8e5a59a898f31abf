//! The site's OSGi configurations: files and rows of `Configuration_`. Values are not kept: they may be secrets.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::facts::{AttributeShape, AttributeType};
use crate::names::RelativePath;

/// One file that is a configuration, or that looks like one and lies where no server reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationFile {
    /// Relative to the home.
    pub path: RelativePath,
    /// Digest of its content; absent when it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// What its name makes it.
    pub kind: ConfigurationKind,
    /// What the reader of 7.2 and before takes out of it; nothing for a file that is [`ConfigurationKind::Other`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older: Option<ConfigurationReading>,
    /// What the reader of 7.3 and later takes out of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<ConfigurationReading>,
    /// Keys that both readers take out of it, with another value each, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_differently: Vec<String>,
    /// How its bytes are written; absent when it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<ConfigurationEncoding>,
    /// Why nothing can be said about its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    /// Where it points to, for a link at whose end there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dangling: Option<String>,
}

/// What the ending of a file's name makes it. Letters count in their case
/// (`ConfigInstaller.canHandle`, `ConfigurationFileInstaller.canTransformURL`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfigurationKind {
    /// `.config`.
    Config,
    /// `.cfg`.
    Cfg,
    /// No server reads it.
    Other,
}

impl ConfigurationFile {
    /// What the release of a line (`(7, 2)`, `(2025, 1)`) takes out of it, wherever it lies.
    pub fn reading(&self, line: (u32, u32)) -> Option<&ConfigurationReading> {
        if line < (7, 3) {
            self.older.as_ref()
        } else {
            self.later.as_ref()
        }
    }
}

/// How the bytes of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfigurationEncoding {
    /// Every byte is ASCII: all readers agree.
    Ascii,
    /// UTF-8 with characters outside of ASCII.
    Utf8,
    /// UTF-8 with a byte order mark.
    ByteOrderMark,
    /// UTF-16 with a byte order mark.
    Utf16,
    /// Something else, such as ISO-8859-1.
    Other,
}

/// What one reader takes out of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationReading {
    /// The PID, or a factory's PID where there is a `name`.
    pub pid: String,
    /// The name of a factory's configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Nothing is taken out of the file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
    /// The keys, in the order of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<ConfigurationEntry>,
    /// What the reader stumbled over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<ConfigurationRemark>,
}

impl ConfigurationReading {
    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&ConfigurationEntry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

/// One key, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationEntry {
    /// The key.
    pub key: String,
    /// The type its value is written with.
    pub value_type: AttributeType,
    /// One value, an array or a collection.
    pub shape: AttributeShape,
    /// How many values there are.
    pub values: u32,
    /// The types other than [`AttributeType::String`] that every value is a text of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub converts_to: Vec<AttributeType>,
    /// A value holds a variable of the machine, so that it is not known here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub variable: bool,
    /// Line on which the key stands, from one; zero in a row of the database.
    #[serde(default)]
    pub line: u32,
}

/// Something a reader stumbled over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationRemark {
    /// Line, from one; zero for the file as a whole.
    pub line: u32,
    /// Something of the file is lost by it.
    pub loses: bool,
    /// It is about how the bytes are written, which [`ConfigurationFile::encoding`] says as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_encoding: bool,
    /// What it is, without any value.
    pub message: String,
}

/// A row of `Configuration_`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationRow {
    /// `configurationId`, the PID.
    pub pid: String,
    /// `service.factoryPid` of its dictionary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factory_pid: Option<String>,
    /// `felix.fileinstall.filename` as written in the dictionary: a `file:` URL in 7.2, the bare name in 7.4. Absent for
    /// what was made in the portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Whether that file is there; absent when no file is named or it could not be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_there: Option<bool>,
    /// That file, where it lies below the home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<RelativePath>,
    /// A file of the same name in `osgi/configs`, where the named one is not there: the row goes, and the server makes the
    /// configuration again from this file. So it is after a home with rows of 7.2 was moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_again_from: Option<RelativePath>,
    /// `configuration.cleaner.ignore` is true: the row stays when its file is missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stays_without_file: bool,
    /// Its keys but those of the framework and of file install, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<ConfigurationEntry>,
    /// Keys of which file and row say something else, sorted; none when there is no file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs_in: Vec<String>,
    /// Why its dictionary could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undetermined: Option<String>,
}

impl ConfigurationRow {
    /// The PID by which metatypes know it: the factory's for one of a factory.
    pub fn known_as(&self) -> &str {
        self.factory_pid.as_deref().unwrap_or_else(|| {
            // 7.3 and later name a factory's configurations so (OSGi Compendium 7, section 104.3.1).
            self.pid
                .split_once('~')
                .map_or(self.pid.as_str(), |(factory, _)| factory)
        })
    }

    /// Felix's own list of a factory's configurations, which is no configuration (`CachingPersistenceManagerProxy`).
    pub fn is_list_of_factory(&self) -> bool {
        self.pid.ends_with(".factory") && self.factory_pid.is_none()
    }
}
