//! The site's logs since its last start.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::plan::Plan;
use raylift_run::host::HostError;
use serde::{Deserialize, Serialize};

use super::error::{read_failed, write_failed};
use super::remembered::Remembered;

const FILE: &str = "log-marks.json";
/// More of one log is not looked at: what explains a bad start stands at its beginning.
const LIMIT: u64 = 16 << 20;

/// How long each log was when the server was started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marks {
    /// Where Liferay logs, where Tomcat logs, and where standard output goes when it was sent elsewhere.
    folders: Vec<PathBuf>,
    output: Option<PathBuf>,
    /// Length in bytes by path.
    lengths: BTreeMap<PathBuf, u64>,
}

impl Marks {
    /// The logs as they are now.
    ///
    /// # Errors
    /// When a log folder cannot be read.
    pub(crate) fn now(plan: &Plan, remembered: &Remembered) -> Result<Self, HostError> {
        let mut marks = Self {
            folders: vec![plan.site.home.join("logs"), plan.site.tomcat.join("logs")],
            output: remembered.variable("CATALINA_OUT").map(PathBuf::from),
            lengths: BTreeMap::new(),
        };
        marks.lengths = marks.look()?;
        Ok(marks)
    }

    #[cfg(test)]
    pub(crate) fn of_folders(folders: Vec<PathBuf>) -> Self {
        let mut marks = Self {
            folders,
            ..Self::default()
        };
        marks.lengths = marks.look().unwrap();
        marks
    }

    /// The marks of the last start; none when the server was never started in this run.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(crate) fn load(run_folder: &Path) -> Result<Option<Self>, HostError> {
        let path = run_folder.join(FILE);
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(read_failed(&path, error)),
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
                HostError::new(
                    codes::FILE_UNREADABLE,
                    format!("{} cannot be understood", path.display()),
                )
                .caused_by(error)
            }),
        }
    }

    /// Keeps the marks in the run's folder.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) fn save(&self, run_folder: &Path) -> Result<(), HostError> {
        let path = run_folder.join(FILE);
        let bytes = serde_json::to_vec(self).map_err(|error| {
            HostError::new(codes::WRITE_FAILED, "log marks cannot be written as JSON")
                .caused_by(error)
        })?;
        let partial = run_folder.join("log-marks.part");
        fs::write(&partial, bytes)
            .and_then(|()| fs::rename(&partial, &path))
            .map_err(|error| write_failed(&path, error))
    }

    /// Bytes in all logs now, to see whether they advance.
    ///
    /// # Errors
    /// When a log folder cannot be read.
    pub(crate) fn total(&self) -> Result<u64, HostError> {
        Ok(self.look()?.values().sum())
    }

    /// What the logs of Liferay and the server's output gained since the marks, without a line that is still being written.
    ///
    /// # Errors
    /// When a log cannot be read.
    pub(crate) fn new_lines(&self) -> Result<Vec<String>, HostError> {
        let mut lines = Vec::new();
        for (path, length) in self.look()? {
            if is_access_log(&path) {
                continue;
            }
            let text = self.since(&path, length)?;
            let whole = text
                .rfind('\n')
                .map_or("", |end| text.get(..end).unwrap_or(""));
            lines.extend(whole.lines().map(str::to_owned));
        }
        Ok(lines)
    }

    /// Lines that the access log gained; `None` when there is none.
    ///
    /// # Errors
    /// When a log cannot be read.
    pub(crate) fn requests(&self) -> Result<Option<u64>, HostError> {
        let mut requests = None;
        for (path, length) in self.look()? {
            if is_access_log(&path) {
                let lines = self.since(&path, length)?.matches('\n').count() as u64;
                requests = Some(requests.unwrap_or(0) + lines);
            }
        }
        Ok(requests)
    }

    /// The length of each access log that has grown since the marks: others may be tidied away.
    ///
    /// # Errors
    /// When a log folder cannot be read.
    pub(crate) fn access_logs(&self) -> Result<BTreeMap<PathBuf, u64>, HostError> {
        let mut found = self.look()?;
        found.retain(|path, length| {
            is_access_log(path) && *length > self.lengths.get(path).copied().unwrap_or(0)
        });
        Ok(found)
    }

    fn look(&self) -> Result<BTreeMap<PathBuf, u64>, HostError> {
        let mut found = BTreeMap::new();
        for folder in &self.folders {
            let entries = match fs::read_dir(folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                result => result.map_err(|error| read_failed(folder, error))?,
            };
            for path in entries.flatten().map(|entry| entry.path()) {
                if is_log(&path)
                    && let Ok(stat) = fs::metadata(&path)
                {
                    found.insert(path, stat.len());
                }
            }
        }
        if let Some(path) = &self.output
            && let Ok(stat) = fs::metadata(path)
            && stat.is_file()
        {
            found.insert(path.clone(), stat.len());
        }
        Ok(found)
    }

    fn since(&self, path: &Path, length: u64) -> Result<String, HostError> {
        let before = self.lengths.get(path).copied().unwrap_or(0);
        // A log that is shorter than before was begun anew.
        let from = if length < before { 0 } else { before };
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|mut file| {
                file.seek(SeekFrom::Start(from))?;
                file.take(LIMIT).read_to_end(&mut bytes)
            })
            .map_err(|error| read_failed(path, error))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// `liferay.YYYY-MM-DD.log` of Liferay; `catalina.out` and the access log of Tomcat. Tomcat's `catalina.DATE.log` and
/// `localhost.DATE.log` repeat what `catalina.out` has or hold what Liferay says better.
fn is_log(path: &Path) -> bool {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("");
    name == "catalina.out"
        || (name.starts_with("liferay.") && name.ends_with(".log"))
        || is_access_log(path)
}

fn is_access_log(path: &Path) -> bool {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("");
    name.starts_with("localhost_access_log") && name.ends_with(".txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(folder: &Path) -> Marks {
        Marks::of_folders(vec![
            folder.join("home"),
            folder.join("tomcat"),
            folder.join("absent"),
        ])
    }

    #[test]
    fn only_what_is_new_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        for name in ["home", "tomcat"] {
            fs::create_dir(at(name)).unwrap();
        }
        fs::write(at("home/liferay.2026-11-22.log"), "old\n").unwrap();
        fs::write(at("tomcat/catalina.out"), "old error\n").unwrap();
        fs::write(at("tomcat/localhost_access_log.2026-11-22.txt"), "GET /\n").unwrap();
        let before = marks(folder.path());
        before.save(folder.path()).unwrap();
        let marks = Marks::load(folder.path()).unwrap().unwrap();
        assert_eq!(marks, before);
        assert_eq!(marks.new_lines().unwrap(), Vec::<String>::new());
        assert_eq!(marks.requests().unwrap(), Some(0));
        let total = marks.total().unwrap();
        fs::write(at("home/liferay.2026-11-23.log"), "new day\nhalf a li").unwrap();
        fs::write(at("tomcat/catalina.out"), "old error\nnew error\n").unwrap();
        fs::write(at("tomcat/other.txt"), "not a log\n").unwrap();
        fs::write(
            at("tomcat/localhost_access_log.2026-11-23.txt"),
            "GET /a\nGET /b\n",
        )
        .unwrap();
        assert_eq!(marks.new_lines().unwrap(), ["new day", "new error"]);
        assert_eq!(marks.requests().unwrap(), Some(2));
        assert!(marks.total().unwrap() > total);
        fs::write(at("tomcat/catalina.out"), "anew\n").unwrap();
        assert_eq!(marks.new_lines().unwrap(), ["new day", "anew"]);
    }

    #[test]
    fn a_site_without_an_access_log_has_no_number() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(marks(folder.path()).requests().unwrap(), None);
        assert!(Marks::load(folder.path()).unwrap().is_none());
    }
}
