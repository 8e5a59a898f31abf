//! Names that must not be mixed up.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it stands.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

name! {
    /// A bundle's symbolic name, without directives (`com.liferay.blogs.service`).
    BundleSymbolicName
}

name! {
    /// The name of one attempt to carry a plan out: its number at this site and the target version, for
    /// example `0002-7.2.1`. Also the name of the run's folder. A number, not a time, because a plan with
    /// the paths of its run must be the same for the same facts.
    RunId
}

name! {
    /// A path inside a release or a home, relative, with `/` as separator and without `.` or `..` parts.
    RelativePath
}

impl RelativePath {
    /// `self` and a further part.
    pub fn join(&self, part: &str) -> Self {
        if self.0.is_empty() {
            Self(part.to_owned())
        } else {
            Self(format!("{}/{part}", self.0))
        }
    }

    /// The part after `prefix/`, when the path lies below `prefix`.
    pub fn below(&self, prefix: &Self) -> Option<&str> {
        if prefix.0.is_empty() {
            Some(&self.0)
        } else {
            self.0.strip_prefix(&prefix.0)?.strip_prefix('/')
        }
    }

    /// The last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Everything before the last part; empty for a single part.
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(parent, _)| parent)
    }
}

/// A class without its package: `UpgradeModules` of `com.liferay.portal.upgrade.v7_2_x.UpgradeModules`.
pub fn simple_class(class: &str) -> &str {
    class.rsplit('.').next().unwrap_or(class)
}
