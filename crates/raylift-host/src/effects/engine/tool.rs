//! One run of a vendor's tool.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, ScopedJoinHandle};

use raylift_model::codes;
use raylift_model::facts::Ownership;
use raylift_model::secret::Secret;
use raylift_run::host::HostError;

use crate::effects::error::write_failed;
use crate::users;

/// Lines of what a tool said that are kept for a message.
const KEPT: usize = 20;

/// A tool with its arguments.
pub(super) struct Tool<'a> {
    /// Folder and name.
    pub(super) program: PathBuf,
    /// Arguments, without secrets.
    pub(super) arguments: Vec<OsString>,
    /// The environment beside `PATH` and `LC_ALL`.
    pub(super) environment: Vec<(&'static str, String)>,
    /// The variable that holds the password, and the password.
    pub(super) password: (&'static str, &'a Secret),
    /// Who it runs as.
    pub(super) owner: &'a Ownership,
    /// The code of a failure without a better one.
    pub(super) code: &'static str,
}

/// Gives a tool its input. A tool whose reader died reads the end of its input.
pub(super) type Feed<'a> = Box<dyn FnOnce(&mut dyn Write, Tell<'_>) -> io::Result<()> + Send + 'a>;
/// Takes what a tool writes.
pub(super) type Sink<'a> = Box<dyn FnOnce(&mut dyn Read, Tell<'_>) -> io::Result<()> + Send + 'a>;
/// Says how far a feed or a sink is.
pub(super) type Tell<'a> = &'a dyn Fn(String);

enum Heard {
    Said(String),
    Told(String),
}

impl Tool<'_> {
    /// Runs it with a text as input and answers what it wrote.
    ///
    /// # Errors
    /// As [`Tool::stream`].
    pub(super) fn ask(self, input: &str) -> Result<String, HostError> {
        let mut output = Vec::new();
        self.stream(
            Box::new(|stdin, _| stdin.write_all(input.as_bytes())),
            Box::new(|stdout, _| stdout.read_to_end(&mut output).map(drop)),
            &mut |_| {},
        )?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }

    /// Runs it without input, and hands over each line it says.
    ///
    /// # Errors
    /// As [`Tool::stream`].
    pub(super) fn watch(self, line: &mut dyn FnMut(&str)) -> Result<(), HostError> {
        self.stream(
            Box::new(|_, _| Ok(())),
            Box::new(|stdout, _| io::copy(stdout, &mut io::sink()).map(drop)),
            line,
        )
    }

    /// Runs it to its end. Input, output and messages flow at the same time; `line` gets what the tool, the feed and the
    /// sink say while they do.
    ///
    /// # Errors
    /// With what it said last; [`codes::TOOL_MISSING`] when it cannot be started.
    pub(super) fn stream(
        self,
        feed: Feed<'_>,
        sink: Sink<'_>,
        line: &mut dyn FnMut(&str),
    ) -> Result<(), HostError> {
        let shown = self.program.display().to_string();
        let mut child = self.start()?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (sender, heard) = channel();
        let (telling_in, telling_out) = (sender.clone(), sender.clone());
        let mut said = Vec::new();
        let (fed, sunk) = thread::scope(|scope| {
            let feeder = scope.spawn(move || match stdin {
                Some(mut stdin) => feed(&mut stdin, &|text| tell(&telling_in, text)),
                None => Ok(()),
            });
            let sinker = scope.spawn(move || match stdout {
                Some(mut stdout) => sink(&mut stdout, &|text| tell(&telling_out, text)),
                None => Ok(()),
            });
            scope.spawn(move || hear(stderr, &sender));
            for heard in heard {
                match heard {
                    Heard::Said(text) => {
                        line(&text);
                        said.push(text);
                        if said.len() > KEPT {
                            said.remove(0);
                        }
                    }
                    Heard::Told(text) => line(&text),
                }
            }
            (joined(feeder), joined(sinker))
        });
        let status = child.wait().map_err(|error| self.broken(&shown, error))?;
        if let Err(error) = sunk {
            return Err(write_failed(Path::new("what the tool wrote"), error));
        }
        if !status.success() {
            return Err(self.failed(&shown, &status.to_string(), said));
        }
        match fed {
            // A tool need not read its input to the end.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(self.broken(&shown, error))
            }
            _ => Ok(()),
        }
    }

    fn start(&self) -> Result<Child, HostError> {
        let (variable, password) = self.password;
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            .env("PATH", "/usr/bin:/bin")
            .envs(self.environment.iter().map(|(name, value)| (*name, value)))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if !password.expose().is_empty() {
            command.env(variable, password.expose());
        }
        users::spawn(&mut command, self.owner).map_err(|error| {
            HostError::new(
                codes::TOOL_MISSING,
                format!("{} cannot be started", self.program.display()),
            )
            .caused_by(error)
        })
    }

    fn broken(&self, shown: &str, error: io::Error) -> HostError {
        HostError::new(self.code, format!("{shown} was cut off")).caused_by(error)
    }

    fn failed(&self, shown: &str, status: &str, said: Vec<String>) -> HostError {
        let any = |signs: &[&str]| {
            said.iter()
                .any(|line| signs.iter().any(|sign| line.contains(sign)))
        };
        let code = if any(&REFUSED) {
            codes::DATABASE_REFUSED
        } else if any(&FULL) {
            codes::DISK_TOO_SMALL
        } else if any(&GONE) {
            codes::DATABASE_UNREACHABLE
        } else if any(&FORBIDDEN) {
            codes::DATABASE_RIGHTS
        } else {
            self.code
        };
        HostError::new(code, format!("{shown} failed ({status})")).because(said)
    }
}

/// Texts of PostgreSQL 15 and MariaDB 10.11; `LC_ALL` keeps them English.
const REFUSED: [&str; 3] = [
    "password authentication failed",
    "Access denied for user",
    "no password supplied",
];
const FULL: [&str; 3] = ["No space left on device", "Disk quota exceeded", "is full"];
const GONE: [&str; 8] = [
    "Connection refused",
    "could not connect to server",
    "server closed the connection",
    "terminating connection",
    "the database system is shutting down",
    "Can't connect to",
    "Lost connection",
    "server has gone away",
];
const FORBIDDEN: [&str; 4] = [
    "permission denied",
    "must be owner of",
    "command denied to user",
    "you need (at least one of) the",
];

/// Each line that a tool says, without empty ones.
fn hear(stderr: Option<impl Read>, heard: &Sender<Heard>) {
    let Some(stderr) = stderr else { return };
    for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        if !line.is_empty() && heard.send(Heard::Said(line)).is_err() {
            return;
        }
    }
}

/// Nobody listens any more when the tool is over.
fn tell(heard: &Sender<Heard>, text: String) {
    heard.send(Heard::Told(text)).ok();
}

fn joined(thread: ScopedJoinHandle<'_, io::Result<()>>) -> io::Result<()> {
    thread
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("a thread ended before its work")))
}
