//! JARs and WARs and what they say of themselves beside being bundles.

use serde::{Deserialize, Serialize};

use crate::names::RelativePath;

/// A JAR outside the OSGi folders, or a WAR, that says what it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveFacts {
    /// The file.
    pub file: RelativePath,
    /// `Bundle-SymbolicName` without directives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbolic_name: Option<String>,
    /// `Implementation-Title`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `group:artifact` of the one `pom.properties` below `META-INF/maven`; absent where several were packed together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<String>,
    /// `Bundle-Version`, else `Implementation-Version`, else Maven's version; as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// JDBC driver classes: those that `META-INF/services/java.sql.Driver` names, and the known ones that are in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drivers: Vec<String>,
    /// A WAR with `WEB-INF/liferay-look-and-feel.xml`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub theme: bool,
    /// The releases that a theme says it is for, as written: `liferay-versions` of its
    /// `WEB-INF/liferay-plugin-package.properties`, else `version` of its `compatibility` (`7.3.0+`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme_for: Option<String>,
    /// `installed.patches` of `patcher.properties` (layout-and-artifacts 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patches: Option<String>,
}

impl ArchiveFacts {
    /// True when nothing but the path is known.
    pub fn is_silent(&self) -> bool {
        *self
            == Self {
                file: self.file.clone(),
                ..Self::default()
            }
    }
}
