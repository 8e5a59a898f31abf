//! Where a file of a home comes from.

use serde::{Deserialize, Serialize};

use crate::names::RelativePath;

/// Whose a file is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The installed release's, unchanged as far as can be told.
    Release,
    /// The installed release's, and the site changed it.
    Changed,
    /// The site's own.
    Site,
    /// Made by the server while it runs.
    Generated,
    /// Nothing says whose it is.
    Unknown,
}

impl Origin {
    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Changed => "changed",
            Self::Site => "site",
            Self::Generated => "generated",
            Self::Unknown => "unknown",
        }
    }
}

/// What people know a file as.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FileUse {
    /// Replaces a module of an LPKG: `osgi/marketplace/override`.
    LpkgOverride,
    /// A static bundle, or what replaces one: `osgi/static`.
    StaticBundle,
    /// Of a hot fix or of the patching tool.
    HotFix,
    /// A JDBC driver on the class path.
    JdbcDriver,
    /// A WAR with a theme.
    Theme,
    /// Another WAR.
    WebArchive,
    /// A JAR in `osgi/modules`.
    Module,
    /// A package of the Marketplace or of the product.
    Package,
    /// An activation key or a licence.
    Licence,
    /// `bin/setenv.sh`, `bin/setenv.bat`.
    Setenv,
    /// `conf/server.xml`.
    ServerXml,
    /// `conf/Catalina/HOST/ROOT.xml`.
    RootContext,
    /// `conf/context.xml`.
    Context,
    /// A `web.xml`, of Tomcat or of the web application, or `shielded-container-web.xml`.
    WebXml,
    /// `conf/catalina.properties`.
    CatalinaProperties,
    /// `conf/logging.properties`.
    LoggingProperties,
    /// `META-INF/portal-log4j-ext.xml`, or a file in `osgi/log4j`.
    Log4jExtension,
    /// A configuration of Ehcache on the class path.
    EhcacheExtension,
    /// Of a deployed Ext plugin.
    ExtPlugin,
    /// A file in `osgi/configs`.
    Configuration,
    /// A file of portal or system properties.
    PortalProperties,
}

/// Where one file, or everything in one folder, comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOrigin {
    /// The file in the home; for a folder that stands for all in it, the folder.
    pub path: RelativePath,
    /// Whose it is.
    pub origin: Origin,
    /// What people know it as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<FileUse>,
    /// Why, a short phrase.
    pub reason: String,
    /// What was concluded from, beside the place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}
