//! The helper's process: requests out, answers in, each within a limit.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use raylift_backup::{BackupError, Stop};
use raylift_model::codes;
use raylift_survey::machine::{DatabaseAccess, DatabaseError};
use serde::Deserialize;
use serde_json::Value;
use tempfile::NamedTempFile;

use super::jar;
use super::target::Target;
use crate::users;

/// The longest answer: all rows of `Release_` of a site with a thousand modules take 200 kB.
const LONGEST_ANSWER: u64 = 64 << 20;

/// How often it is looked whether somebody wants an end.
const LOOKS: Duration = Duration::from_millis(100);

/// What a failed request said.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Failure {
    /// Class of the exception.
    pub(super) kind: String,
    /// SQLState, five characters (ISO/IEC 9075).
    pub(super) state: Option<String>,
    /// The vendor's code.
    pub(super) vendor: Option<i64>,
    /// Messages of the exception and its causes.
    pub(super) message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Value(Value),
    Error(Failure),
}

/// A running helper. Dropping it ends it.
pub(super) struct Helper {
    child: Child,
    requests: Option<ChildStdin>,
    answers: Receiver<String>,
    /// How long it may take to end by itself after its input ended.
    patience: Duration,
    /// Somebody may want an end before an answer is there.
    pub(super) stop: Stop,
    _jar: NamedTempFile,
}

impl Helper {
    /// Starts the site's Java as the site's user.
    pub(super) fn start(
        access: &DatabaseAccess,
        target: &Target,
        patience: Duration,
    ) -> Result<Self, DatabaseError> {
        let jar = jar::write(&access.owner)
            .map_err(|error| broken(format!("the database helper cannot be written: {error}")))?;
        let java = format!("{}/bin/java", access.java.home);
        let mut class_path = jar.path().as_os_str().to_owned();
        for driver in &access.class_path {
            class_path.push(":");
            class_path.push(driver);
        }
        let mut command = Command::new(&java);
        command
            .args([
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                // Performance counters would be a file in /tmp.
                "-XX:-UsePerfData",
                // Dates without a zone pass unchanged only where no hour of the year is missing.
                "-Duser.timezone=GMT",
                "-Dfile.encoding=UTF-8",
            ])
            .arg(format!("-Xmx{}m", target.heap_mib))
            .arg("-cp")
            .arg(class_path)
            .arg(jar::MAIN_CLASS)
            // Options in the environment could load agents of the site into this program.
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            .env("PATH", "/usr/bin:/bin")
            .current_dir("/")
            // Ctrl-C in the terminal is for raylift alone.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = users::spawn(&mut command, &access.owner).map_err(|error| {
            let cause = std::error::Error::source(&error)
                .map(|cause| format!(": {cause}"))
                .unwrap_or_default();
            broken(format!("{error}{cause}"))
        })?;
        let (sender, answers) = channel();
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || forward(output, &sender));
        }
        Ok(Self {
            requests: child.stdin.take(),
            child,
            answers,
            patience,
            stop: Stop::default(),
            _jar: jar,
        })
    }

    /// Sends one request and waits for its answer. After a limit was passed, or somebody asked for an end, nothing more is
    /// answered.
    pub(super) fn ask(
        &mut self,
        request: &Value,
        limit: Duration,
    ) -> Result<Result<Value, Failure>, DatabaseError> {
        let mut line = request.to_string();
        line.push('\n');
        let sent = self.requests.as_mut().map(|requests| {
            requests
                .write_all(line.as_bytes())
                .and_then(|()| requests.flush())
        });
        if !matches!(sent, Some(Ok(()))) {
            return Err(self.ended());
        }
        match self.wait(limit) {
            Ok(answer) => match serde_json::from_str(&answer) {
                Ok(Answer::Value(value)) => Ok(Ok(value)),
                Ok(Answer::Error(failure)) => Ok(Err(failure)),
                Err(error) => Err(broken(format!(
                    "the database helper's answer does not read: {error}"
                ))),
            },
            Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
            Err(RecvTimeoutError::Timeout) => {
                self.requests = None;
                self.patience = Duration::ZERO;
                Err(match self.stop.is_asked() {
                    true => DatabaseError {
                        code: codes::INTERRUPTED,
                        message: BackupError::Stopped.to_string(),
                    },
                    false => DatabaseError {
                        code: codes::DATABASE_TIMEOUT,
                        message: format!(
                            "the database helper did not answer within {} seconds",
                            limit.as_secs()
                        ),
                    },
                })
            }
        }
    }

    /// The next answer, if it comes within a limit and before somebody wants an end.
    fn wait(&self, limit: Duration) -> Result<String, RecvTimeoutError> {
        let begun = Instant::now();
        loop {
            let left = limit.saturating_sub(begun.elapsed());
            match self.answers.recv_timeout(left.min(LOOKS)) {
                Err(RecvTimeoutError::Timeout) if left > LOOKS && !self.stop.is_asked() => {}
                result => return result,
            }
        }
    }

    fn ended(&mut self) -> DatabaseError {
        self.requests = None;
        let status = match self.child.wait() {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        broken(format!(
            "the database helper ended before it answered ({status}); does the site's Java start?"
        ))
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        self.requests = None;
        let deadline = Instant::now() + self.patience;
        // The reading thread hangs up when the helper's output ends, which is when it is about to end.
        while let Some(left) = deadline.checked_duration_since(Instant::now()) {
            if matches!(
                self.answers.recv_timeout(left),
                Err(RecvTimeoutError::Disconnected)
            ) {
                break;
            }
        }
        // Nothing can be done about a process that is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn forward(output: ChildStdout, answers: &Sender<String>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = String::new();
        match (&mut output).take(LONGEST_ANSWER).read_line(&mut line) {
            Ok(count) if count > 0 && line.ends_with('\n') => {
                if answers.send(line).is_err() {
                    return;
                }
            }
            _ => return,
        }
    }
}

pub(super) fn broken(message: String) -> DatabaseError {
    DatabaseError {
        code: codes::BRIDGE_FAILED,
        message,
    }
}
