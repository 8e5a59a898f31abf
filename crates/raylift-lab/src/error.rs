//! What can go wrong in the lab.

use std::path::{Path, PathBuf};

/// Why the lab could not do something. Every variant names the file, folder or command concerned.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A file or folder could not be read or written.
    #[error("cannot {action} {path}")]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// An archive could not be read or written.
    #[error("cannot read or write the archive {path}")]
    Archive {
        /// The archive, or the name of the one being made.
        path: PathBuf,
        /// What the ZIP library says.
        #[source]
        source: zip::result::ZipError,
    },
    /// A scenario file does not say what the lab understands.
    #[error("scenario {path} is not usable: {reason}")]
    Scenario {
        /// The scenario file.
        path: PathBuf,
        /// The unknown key or wrong value, with its line.
        reason: String,
    },
    /// One of the lab's own data files is not in its documented form.
    #[error("lab data {name}, line {line}: {reason}")]
    Data {
        /// Name of the data file.
        name: String,
        /// Line, counted from 1; 0 for the file as a whole.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A command that the lab needs is not installed.
    #[error("{command} is not installed; install it with: {remedy}")]
    Missing {
        /// The command.
        command: &'static str,
        /// The shell command that installs it on Debian.
        remedy: &'static str,
    },
    /// A command ended badly.
    #[error("{command} failed: {output}")]
    Command {
        /// The command with its purpose.
        command: String,
        /// The end of what it printed.
        output: String,
    },
    /// A fetched part is not the pinned one.
    #[error("part {name} has SHA-256 {found}, expected {expected}")]
    Checksum {
        /// Coordinate or file name.
        name: String,
        /// Pinned digest, lowercase hexadecimal.
        expected: String,
        /// Digest of what was fetched.
        found: String,
    },
    /// A server did not come up.
    #[error("{home} did not come up within {seconds} s (last HTTP status: {status}): {excerpt}")]
    NotUp {
        /// The site's home.
        home: PathBuf,
        /// How long was waited.
        seconds: u64,
        /// Last HTTP status of `/`, or `none`.
        status: String,
        /// The end of `catalina.out`.
        excerpt: String,
    },
    /// A server did not stop.
    #[error("process {pid} of {home} is still alive {seconds} s after the stop was asked for")]
    NotStopped {
        /// The site's home.
        home: PathBuf,
        /// The server's process number.
        pid: i32,
        /// How long was waited.
        seconds: u64,
    },
    /// A request to a site was not answered as expected.
    #[error("{url} answered {status}: {body}")]
    Answer {
        /// The address asked.
        url: String,
        /// HTTP status; 0 when nothing came.
        status: u16,
        /// Start of the body, or the reason why nothing came.
        body: String,
    },
    /// The site's folder cannot be used as asked.
    #[error("site folder {path}: {reason}")]
    SiteFolder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

impl LabError {
    /// Makes a closure that turns a system error into [`LabError::Io`] for `path`.
    pub(crate) fn io(
        action: &'static str,
        path: &Path,
    ) -> impl FnOnce(std::io::Error) -> LabError + use<> {
        let path = path.to_path_buf();
        move |source| LabError::Io {
            action,
            path,
            source,
        }
    }

    /// Makes a closure that turns an error of the ZIP library into [`LabError::Archive`].
    pub(crate) fn archive(path: &Path) -> impl FnOnce(zip::result::ZipError) -> LabError + use<> {
        let path = path.to_path_buf();
        move |source| LabError::Archive { path, source }
    }

    /// A [`LabError::Data`].
    pub(crate) fn data(name: &str, line: usize, reason: impl Into<String>) -> LabError {
        LabError::Data {
            name: name.to_owned(),
            line,
            reason: reason.into(),
        }
    }
}
