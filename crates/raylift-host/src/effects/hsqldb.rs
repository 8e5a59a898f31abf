//! The files of an embedded HSQLDB.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use raylift_formats::jdbc_url;
use raylift_model::codes;
use raylift_run::host::HostError;
use raylift_survey::machine::DatabaseAccess;

use super::error::read_failed;

/// Where the files lie: everything in `folder` whose name begins with `stem` and a dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hsqldb {
    pub(crate) folder: PathBuf,
    stem: OsString,
    options: String,
}

impl Hsqldb {
    /// The files that a URL names.
    ///
    /// # Errors
    /// With [`codes::DATABASE_UNSUPPORTED`] when it is no embedded HSQLDB at an absolute path.
    pub(crate) fn of(access: &DatabaseAccess) -> Result<Self, HostError> {
        let unsupported = || {
            HostError::new(
                codes::DATABASE_UNSUPPORTED,
                "only an embedded HSQLDB at an absolute path can be copied",
            )
        };
        let files = jdbc_url::read(&access.url)
            .and_then(|url| url.hsqldb)
            .ok_or_else(unsupported)?;
        let path = PathBuf::from(&files.path);
        let (Some(folder), Some(stem), true) =
            (path.parent(), path.file_name(), path.is_absolute())
        else {
            return Err(unsupported());
        };
        let options = access.url.find(';').and_then(|at| access.url.get(at..));
        Ok(Self {
            folder: folder.to_owned(),
            stem: stem.to_owned(),
            options: options.unwrap_or_default().to_owned(),
        })
    }

    /// The file by which HSQLDB keeps other JVMs out.
    pub(crate) fn lock(&self) -> PathBuf {
        let mut name = self.stem.clone();
        name.push(".lck");
        self.folder.join(name)
    }

    /// Access to a copy of these files in another folder.
    pub(crate) fn copied_to(&self, folder: &Path, access: &DatabaseAccess) -> DatabaseAccess {
        let path = folder.join(&self.stem);
        DatabaseAccess {
            url: format!("jdbc:hsqldb:file:{}{}", path.display(), self.options),
            ..access.clone()
        }
    }

    /// Names of the files that hold data, in order: without the lock and the folder for temporary results.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(crate) fn data_files(&self) -> Result<Vec<OsString>, HostError> {
        let mut names = self.all_files()?;
        names.retain(|name| {
            !matches!(
                Path::new(name).extension().map(OsStr::as_bytes),
                Some(b"lck" | b"tmp")
            )
        });
        Ok(names)
    }

    /// Names of all files, in order.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(crate) fn all_files(&self) -> Result<Vec<OsString>, HostError> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            result => result.map_err(|error| read_failed(&self.folder, error))?,
        };
        let mut names: Vec<OsString> = entries
            .flatten()
            .map(|entry| entry.file_name())
            .filter(|name| self.is_ours(name))
            .collect();
        names.sort();
        Ok(names)
    }

    fn is_ours(&self, name: &OsStr) -> bool {
        name.as_bytes()
            .strip_prefix(self.stem.as_bytes())
            .is_some_and(|rest| rest.starts_with(b"."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::access;

    #[test]
    fn the_lock_and_strangers_are_no_data() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "lportal.script",
            "lportal.properties",
            "lportal.log",
            "lportal.lck",
            "lportal2.script",
            "lportal",
            "notes.txt",
        ] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("lportal.tmp")).unwrap();
        let url = format!("jdbc:hsqldb:{}/lportal;a=b", folder.path().display());
        let database = Hsqldb::of(&access(&url)).unwrap();
        assert_eq!(
            database.data_files().unwrap(),
            ["lportal.log", "lportal.properties", "lportal.script"]
        );
        assert_eq!(database.all_files().unwrap().len(), 5);
        assert_eq!(
            database.copied_to(Path::new("/copy"), &access(&url)).url,
            "jdbc:hsqldb:file:/copy/lportal;a=b"
        );
    }

    #[test]
    fn what_is_not_files_at_a_known_place_is_refused() {
        for url in [
            "jdbc:hsqldb:mem:x",
            "jdbc:postgresql://db/lportal",
            "jdbc:hsqldb:data/hypersonic/lportal",
            "",
        ] {
            let error = Hsqldb::of(&access(url)).unwrap_err();
            assert_eq!(error.code, codes::DATABASE_UNSUPPORTED, "{url}");
        }
    }
}
