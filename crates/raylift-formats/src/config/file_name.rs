//! Names of configuration files.

use super::dialect::{Dialect, FileKind};

/// What the server takes out of the name of a file in `osgi/configs`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileName {
    /// The PID, or the factory PID when [`FileName::name`] is there.
    pub pid: String,
    /// The name of one configuration of a factory.
    pub name: Option<String>,
    /// The ending.
    pub kind: FileKind,
}

impl FileName {
    /// The PID without the mark of configurations that hold for one instance, site or portlet
    /// (`ExtendedObjectClassDefinition`: the factory PID is the PID with `.scoped`).
    pub fn unscoped_pid(&self) -> &str {
        match self.pid.strip_suffix(".scoped") {
            Some(pid) if self.name.is_some() => pid,
            _ => &self.pid,
        }
    }

    /// True for a configuration of one instance, site or portlet.
    pub fn is_scoped(&self) -> bool {
        self.unscoped_pid().len() < self.pid.len()
    }
}

/// Reads the name of a file, without its folder; `None` when the server does not read files of this name.
///
/// The ending must be `.config` or `.cfg` in small letters; a dot at the beginning hides nothing. Up to 7.2 what stands
/// after the first `-` is the name in a factory (`ConfigInstaller.parsePid`); later what stands after the first `~`,
/// without one after the first `_`, without that after the first `-` (`ConfigurationFileInstaller._parsePid`). Each
/// counts only after at least one other character.
///
/// A state of the later class from the making of 7.3 (2020) still has `-` alone; whether a release of 7.3 has it is not
/// known, so a name with `~` or `_` is certain for 7.4 and later only.
pub fn file_name(name: &str, dialect: Dialect) -> Option<FileName> {
    let kind = if name.ends_with(".config") {
        FileKind::Config
    } else if name.ends_with(".cfg") {
        FileKind::Cfg
    } else {
        return None;
    };
    let (stem, _) = name.rsplit_once('.')?;
    let marks: &[char] = match dialect {
        Dialect::Felix => &['-'],
        Dialect::Liferay => &['~', '_', '-'],
    };
    let split = marks
        .iter()
        .filter_map(|mark| stem.split_once(*mark))
        .find(|(pid, _)| !pid.is_empty());
    let (pid, name) = match split {
        Some((pid, name)) => (pid, Some(name.to_owned())),
        None => (stem, None),
    };
    Some(FileName {
        pid: pid.to_owned(),
        name,
        kind,
    })
}

/// The name of a `.config` file for a PID, or for one configuration of a factory: with `-` up to 7.2, with `~` later.
/// `None` when the server would take another PID or name out of it, such as for a PID with a `-` in 7.2.
pub fn config_file_name(pid: &str, name: Option<&str>, dialect: Dialect) -> Option<String> {
    let mark = match dialect {
        Dialect::Felix => '-',
        Dialect::Liferay => '~',
    };
    let file = match name {
        Some(name) => format!("{pid}{mark}{name}.config"),
        None => format!("{pid}.config"),
    };
    let read = file_name(&file, dialect)?;
    let is_plain = !pid.is_empty() && !file.contains(['/', '\\', '\0']);
    (is_plain && read.pid == pid && read.name.as_deref() == name).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(file: &str, dialect: Dialect) -> Option<(String, Option<String>)> {
        file_name(file, dialect).map(|read| (read.pid, read.name))
    }

    fn of(pid: &str, name: Option<&str>) -> Option<(String, Option<String>)> {
        Some((pid.to_owned(), name.map(str::to_owned)))
    }

    /// The rules are those of `_parsePid` and `parsePid` (layout-and-artifacts 5, and the classes).
    #[test]
    fn names_are_split_as_the_server_does() {
        use Dialect::{Felix, Liferay};
        for (file, felix, liferay) in [
            ("a.B.config", of("a.B", None), of("a.B", None)),
            ("a.B-x.config", of("a.B", Some("x")), of("a.B", Some("x"))),
            (
                "a.B~x-y.config",
                of("a.B~x", Some("y")),
                of("a.B", Some("x-y")),
            ),
            ("a.B_x.cfg", of("a.B_x", None), of("a.B", Some("x"))),
            (
                "a_b-c~d.config",
                of("a_b", Some("c~d")),
                of("a_b-c", Some("d")),
            ),
            ("a-b_c.config", of("a", Some("b_c")), of("a-b", Some("c"))),
            ("~a_b.config", of("~a_b", None), of("~a", Some("b"))),
            ("-a-b.config", of("-a-b", None), of("-a-b", None)),
            (".config", of("", None), of("", None)),
            ("a.B~.config", of("a.B~", None), of("a.B", Some(""))),
            ("a.B.CONFIG", None, None),
            ("a.B.config.bak", None, None),
        ] {
            assert_eq!(parts(file, Felix), felix, "{file}");
            assert_eq!(parts(file, Liferay), liferay, "{file}");
        }
    }

    #[test]
    fn scoped_names_are_known() {
        for file in [
            "a.B.scoped~1.config",
            "a.B.scoped_1.config",
            "a.B.scoped-1.config",
        ] {
            let read = file_name(file, Dialect::Liferay).unwrap();
            assert!(read.is_scoped(), "{file}");
            assert_eq!(
                (read.unscoped_pid(), read.name.as_deref()),
                ("a.B", Some("1"))
            );
        }
        assert!(
            !file_name("a.scoped.config", Dialect::Liferay)
                .unwrap()
                .is_scoped()
        );
    }

    #[test]
    fn a_name_is_written_so_that_it_is_read_back() {
        let name = |pid, name, dialect| config_file_name(pid, name, dialect);
        assert_eq!(
            name("a.B", Some("x"), Dialect::Felix).unwrap(),
            "a.B-x.config"
        );
        assert_eq!(
            name("a.B", Some("x-y_z"), Dialect::Liferay).unwrap(),
            "a.B~x-y_z.config"
        );
        assert_eq!(name("a.B", None, Dialect::Liferay).unwrap(), "a.B.config");
        assert_eq!(name("a-B", None, Dialect::Felix), None);
        assert_eq!(name("a_B", None, Dialect::Liferay), None);
        assert_eq!(name("", None, Dialect::Liferay), None);
        assert_eq!(name("../a", None, Dialect::Liferay), None);
    }
}
