//! Which merge is for which file.

use raylift_formats::merge::{self, Dialect, Judge, Merged, Refused, Sides};

/// The form of a file of Tomcat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Xml,
    Properties,
    Shell(Dialect),
    /// Another one, which is not merged.
    Other,
}

impl Format {
    /// By the name below Tomcat's folder. Of scripts only those that are made for settings.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "bin/setenv.sh" => Self::Shell(Dialect::Sh),
            "bin/setenv.bat" => Self::Shell(Dialect::Bat),
            _ if name.starts_with("conf/") && name.ends_with(".xml") => Self::Xml,
            _ if name.starts_with("conf/") && name.ends_with(".properties") => Self::Properties,
            _ => Self::Other,
        }
    }

    pub(super) fn merge(self, sides: Sides<'_>, judge: Judge<'_>) -> Result<Merged, Refused> {
        match self {
            Self::Xml => merge::xml(sides, judge),
            Self::Properties => merge::properties(sides, judge),
            Self::Shell(dialect) => merge::shell(sides, dialect, judge),
            Self::Other => Err(Refused("raylift does not know its form".to_owned())),
        }
    }
}
