//! One run of a vendor's tool.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use raylift_backup::Stop;
use raylift_model::codes;
use raylift_model::facts::Ownership;
use raylift_model::secret::Secret;
use raylift_run::host::HostError;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::effects::error::{go_on, write_failed};
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
    /// The tool itself, where a shell runs it.
    pub(super) guards: Option<PathBuf>,
    /// Ends the tool in its middle.
    pub(super) stop: &'a Stop,
}

/// How often it is looked whether the tool is to end.
const TICK: Duration = Duration::from_millis(100);
/// Between two looks at what a tool has done.
const BEAT: Duration = Duration::from_millis(20);
/// From TERM to KILL.
const GRACE: Duration = Duration::from_secs(10);

/// Runs a tool in the background and ends it when the end of the input comes first. `TERM`, because `pg_dump` and
/// `pg_restore` then end their workers, too, and cancel what the server is doing.
const GUARD: &str = "exec 3<&0 </dev/null\n\
    \"$@\" 3<&- &\n\
    tool=$!\n\
    { read -r line <&3; kill -TERM \"$tool\"; } >/dev/null 2>&1 &\n\
    guard=$!\n\
    exec 3<&-\n\
    wait \"$tool\"\n\
    status=$?\n\
    kill -KILL \"$guard\" 2>/dev/null\n\
    exit $status\n";

/// Gives a tool its input. A tool whose reader died reads the end of its input.
pub(super) type Feed<'a> = Box<dyn FnOnce(&mut dyn Write, Tell<'_>) -> io::Result<()> + Send + 'a>;
/// Takes what a tool writes.
pub(super) type Sink<'a> = Box<dyn FnOnce(&mut dyn Read) -> io::Result<()> + Send + 'a>;
/// Says how far a feed is.
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
            Box::new(|stdout| stdout.read_to_end(&mut output).map(drop)),
            &mut |_| {},
        )?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }

    /// Runs it without input, and hands over each line it says. When raylift is killed it is told to end: it would
    /// otherwise go on writing files or a database that the next attempt makes anew.
    ///
    /// # Errors
    /// As [`Tool::stream`].
    pub(super) fn watch(self, line: &mut dyn FnMut(&str)) -> Result<(), HostError> {
        self.watch_beside(line, &mut || Ok(()))
    }

    /// The same, and does something again and again while the tool is at work, in a thread of its own.
    ///
    /// # Errors
    /// As [`Tool::stream`]. What fails beside it ends the tool.
    pub(super) fn watch_beside(
        self,
        line: &mut dyn FnMut(&str),
        beside: &mut (dyn FnMut() -> io::Result<()> + Send),
    ) -> Result<(), HostError> {
        let (over, ended) = channel::<()>();
        self.guarded().stream(
            Box::new(move |_, _| {
                // The guard's input stays open as long as the tool's output does.
                while ended.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                    beside()?;
                }
                Ok(())
            }),
            Box::new(move |stdout| {
                let copied = io::copy(stdout, &mut io::sink()).map(drop);
                drop(over);
                copied
            }),
            line,
        )
    }

    /// The same through a shell that ends the tool when its own input ends.
    fn guarded(mut self) -> Self {
        let shown = std::mem::replace(&mut self.program, PathBuf::from("/bin/sh"));
        let mut arguments = vec![
            OsString::from("-c"),
            OsString::from(GUARD),
            OsString::from("sh"),
            shown.clone().into_os_string(),
        ];
        arguments.append(&mut self.arguments);
        self.arguments = arguments;
        self.guards = Some(shown);
        self
    }

    /// Runs it to its end. Input, output and messages flow at the same time; `line` gets what the tool and the feed
    /// say while they do.
    ///
    /// # Errors
    /// With what it said last; [`codes::TOOL_MISSING`] when it cannot be started, [`codes::INTERRUPTED`] when somebody
    /// asked for its end.
    pub(super) fn stream(
        self,
        feed: Feed<'_>,
        sink: Sink<'_>,
        line: &mut dyn FnMut(&str),
    ) -> Result<(), HostError> {
        go_on(self.stop)?;
        let program = self.guards.as_ref().unwrap_or(&self.program);
        let shown = program.display().to_string();
        let mut child = self.start(program)?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (sender, heard) = channel();
        let telling = sender.clone();
        let mut said = Vec::new();
        let mut end = End::of(&child);
        let (fed, sunk) = thread::scope(|scope| {
            let feeder = scope.spawn(move || match stdin {
                Some(mut stdin) => feed(&mut stdin, &|text| tell(&telling, text)),
                None => Ok(()),
            });
            let sinker = scope.spawn(move || match stdout {
                Some(mut stdout) => sink(&mut stdout),
                None => Ok(()),
            });
            let secret = self.password.1;
            scope.spawn(move || hear(stderr, secret, &sender));
            loop {
                if self.stop.is_asked() {
                    end.press();
                }
                let heard = match heard.recv_timeout(TICK) {
                    Ok(heard) => heard,
                    Err(RecvTimeoutError::Disconnected) => break,
                    Err(RecvTimeoutError::Timeout) => continue,
                };
                match heard {
                    Heard::Said(text) => {
                        line(&text);
                        if !text.starts_with(REMARK) {
                            said.push(text);
                        }
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
        if end.begun.is_some() {
            go_on(self.stop)?;
        }
        if let Err(error) = sunk {
            return Err(write_failed(Path::new("what the tool wrote"), error));
        }
        match fed {
            // A tool need not read its input to the end. Another failure is what ended it.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(self.broken(&shown, error))
            }
            _ if !status.success() => Err(self.failed(&shown, &status.to_string(), said)),
            _ => Ok(()),
        }
    }

    fn start(&self, program: &Path) -> Result<Child, HostError> {
        let missing = || {
            HostError::new(
                codes::TOOL_MISSING,
                format!("{} cannot be started", program.display()),
            )
        };
        std::fs::metadata(program).map_err(|error| missing().caused_by(error))?;
        let (variable, password) = self.password;
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            .env("PATH", "/usr/bin:/bin")
            .envs(self.environment.iter().map(|(name, value)| (*name, value)))
            .current_dir("/")
            // Ctrl-C in the terminal is for raylift, which ends at the next safe point, and not for its tools.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if !password.expose().is_empty() {
            command.env(variable, password.expose());
        }
        users::spawn(&mut command, self.owner).map_err(|error| missing().caused_by(error))
    }

    fn broken(&self, shown: &str, error: io::Error) -> HostError {
        HostError::new(self.code, format!("{shown} was cut off")).caused_by(error)
    }

    fn failed(&self, shown: &str, status: &str, mut said: Vec<String>) -> HostError {
        if let Some(end) = said.iter().rposition(|line| line == STATEMENT) {
            said.drain(..=end);
        }
        let any = |signs: &[&str]| {
            said.iter()
                .any(|line| signs.iter().any(|sign| line.contains(sign)))
        };
        let code = if any(&FORBIDDEN) {
            codes::DATABASE_RIGHTS
        } else if any(&REFUSED) {
            codes::DATABASE_REFUSED
        } else if any(&FULL) {
            codes::DISK_TOO_SMALL
        } else if any(&GONE) {
            codes::DATABASE_UNREACHABLE
        } else {
            self.code
        };
        HostError::new(code, format!("{shown} failed ({status})")).because(said)
    }
}

/// Ends a tool: TERM first, to everything in its group, since a dump tool then ends what the server is doing for it; KILL
/// when that takes too long.
struct End {
    group: Option<Pid>,
    begun: Option<Instant>,
}

impl End {
    fn of(child: &Child) -> Self {
        Self {
            group: i32::try_from(child.id()).ok().and_then(Pid::from_raw),
            begun: None,
        }
    }

    fn press(&mut self) {
        let signal = match self.begun {
            None => Signal::TERM,
            Some(begun) if begun.elapsed() > GRACE => Signal::KILL,
            Some(_) => return,
        };
        self.begun.get_or_insert_with(Instant::now);
        if let Some(group) = self.group {
            kill_process_group(group, signal).ok();
        }
    }
}

/// How `mysqldump --verbose` begins what it says of its work, which explains no failure.
const REMARK: &str = "-- ";

/// Before and after the statement that failed `mariadb` shows this line. The statement may hold rows of the site, which
/// are nobody's business in a message.
const STATEMENT: &str = "--------------";

/// Texts of PostgreSQL 15 and MariaDB 10.11; `LC_ALL` keeps them English.
const REFUSED: [&str; 3] = [
    "password authentication failed",
    "Access denied for user",
    "no password supplied",
];
/// `mysqldump` says only the numbers of ENOSPC and EDQUOT.
const FULL: [&str; 5] = [
    "No space left on device",
    "Disk quota exceeded",
    "is full",
    "Got errno 28 on write",
    "Got errno 122 on write",
];
const GONE: [&str; 9] = [
    "Connection refused",
    "could not connect to server",
    "server closed the connection",
    "terminating connection",
    "the database system is shutting down",
    "Can't connect to",
    "Lost connection",
    // libpq, after `connect_timeout`.
    "timeout expired",
    // "MySQL server has gone away" or "Server has gone away".
    "erver has gone away",
];
/// `to database` tells error 1044 of MariaDB from 1045, which begins with the same words.
const FORBIDDEN: [&str; 9] = [
    "ERROR:  permission denied",
    "must be owner of",
    "must be member of role",
    "must be able to SET ROLE",
    "must be superuser",
    "command denied to user",
    "you need (at least one of) the",
    "insufficient privileges",
    "' to database '",
];

/// Each line that a tool says, without empty ones and without the password.
fn hear(stderr: Option<impl Read>, password: &Secret, heard: &Sender<Heard>) {
    let Some(stderr) = stderr else { return };
    for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
        let mut line = String::from_utf8_lossy(&line).trim_end().to_owned();
        if !password.expose().is_empty() {
            line = line.replace(password.expose(), "***");
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The words are those of libpq 15 and of MariaDB's client 10.11.
    #[test]
    fn what_a_tool_says_tells_why_it_failed() {
        let (password, stop) = (Secret::new(""), Stop::default());
        let owner = Ownership {
            uid: 0,
            gid: 0,
            user: None,
        };
        let tool = Tool {
            program: PathBuf::from("psql"),
            arguments: Vec::new(),
            environment: Vec::new(),
            password: ("PGPASSWORD", &password),
            owner: &owner,
            code: codes::RESTORE_FAILED,
            guards: None,
            stop: &stop,
        };
        for (said, code) in [
            (
                "psql: error: connection to server at \"10.0.0.9\", port 5432 failed: timeout expired",
                codes::DATABASE_UNREACHABLE,
            ),
            (
                "ERROR 2006 (HY000) at line 1: Server has gone away",
                codes::DATABASE_UNREACHABLE,
            ),
            (
                "psql:<stdin>:1: ERROR:  permission denied to create database",
                codes::DATABASE_RIGHTS,
            ),
            (
                "psql:<stdin>:1: ERROR:  source database \"lportal\" is being accessed by other users",
                codes::RESTORE_FAILED,
            ),
        ] {
            let error = tool.failed("psql", "exit status: 2", vec![said.to_owned()]);
            assert_eq!(error.code, code, "{said}");
        }
    }
}
