//! A session with a Gogo shell over Equinox's telnet console.
//!
//! What a command prints may hold the prompt, and a slow command prints nothing for long: that a command has ended is
//! only believed when the shell then carries out another one. No answer's text says whether an upgrade succeeded.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use super::telnet::{TERMINAL, Telnet, WILL_TELL};

const PROMPT: &[u8] = b"g! ";
const TICK: Duration = Duration::from_millis(50);
const LEAVING: Duration = Duration::from_secs(2);

/// Why a session failed.
#[derive(Debug, thiserror::Error)]
pub enum GogoError {
    /// Nobody listens, or not yet.
    #[error("no console answers at {address}")]
    Connect {
        /// `HOST:PORT`.
        address: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The console does not show a shell.
    #[error("the console at {address} showed no prompt")]
    NoPrompt {
        /// `HOST:PORT`.
        address: String,
    },
    /// The connection broke.
    #[error("the console closed the session")]
    Closed {
        /// What had arrived since the last command.
        text: String,
        /// The cause, when it was not a plain close.
        #[source]
        source: Option<io::Error>,
    },
    /// The caller did not want to wait any longer.
    #[error("the command was not waited for any longer")]
    GivenUp {
        /// What had arrived since the command.
        text: String,
    },
}

/// An open session at its prompt.
pub struct Gogo {
    stream: TcpStream,
    telnet: Telnet,
    text: Vec<u8>,
    probes: u32,
}

enum Heard {
    Something,
    Nothing,
}

impl Gogo {
    /// Connects, negotiates and waits for the prompt.
    ///
    /// # Errors
    /// [`GogoError::Connect`] when nobody listens; [`GogoError::NoPrompt`] or [`GogoError::Closed`] when what answers is
    /// no Gogo shell or does not answer within `limit`.
    pub fn connect(address: &str, limit: Duration) -> Result<Self, GogoError> {
        let begun = Instant::now();
        let mut session = Self {
            stream: connect(address, limit)?,
            telnet: Telnet::default(),
            text: Vec::new(),
            probes: 0,
        };
        while !session.shows_prompt() {
            if begun.elapsed() > limit {
                session.say_goodbye_unheard();
                return Err(GogoError::NoPrompt {
                    address: address.to_owned(),
                });
            }
            session.hear()?;
        }
        Ok(session)
    }

    /// Runs a command and returns what it printed, without the echo of the command. `goes_on` is asked again and again
    /// whether to wait longer, with what has arrived so far.
    ///
    /// # Errors
    /// [`GogoError::Closed`] or [`GogoError::GivenUp`]; the command may then still run.
    pub fn run(
        &mut self,
        command: &str,
        goes_on: &mut dyn FnMut(&str) -> bool,
    ) -> Result<String, GogoError> {
        self.text.clear();
        self.send(command)?;
        while !self.shows_prompt() {
            self.wait_longer(goes_on)?;
        }
        self.probes += 1;
        let word = format!("raylift-prompt-{}", self.probes);
        let probe = format!("echo {word}");
        self.send(&probe)?;
        while !(self.has_line(&word) && self.shows_prompt()) {
            self.wait_longer(goes_on)?;
        }
        Ok(answer(&self.so_far(), command, &probe, &word))
    }

    /// Ends the session the way the console wants it, so that it does not keep its JVM from stopping.
    pub fn leave(mut self) {
        self.text.clear();
        if self.send("disconnect").is_err() {
            return;
        }
        let begun = Instant::now();
        let mut confirmed = false;
        while begun.elapsed() < LEAVING {
            if !confirmed && self.so_far().contains("(y/n") {
                confirmed = true;
                if self.send("y").is_err() {
                    return;
                }
            }
            if self.hear().is_err() {
                return;
            }
        }
    }

    fn send(&mut self, line: &str) -> Result<(), GogoError> {
        let bytes = format!("{line}\r\n");
        self.stream
            .write_all(bytes.as_bytes())
            .map_err(|error| self.closed(Some(error)))
    }

    /// Takes what arrives within a moment.
    fn hear(&mut self) -> Result<Heard, GogoError> {
        let mut bytes = [0; 4096];
        match self.stream.read(&mut bytes) {
            Ok(0) => Err(self.closed(None)),
            Ok(read) => {
                let arrived = bytes.get(..read).unwrap_or_default();
                let answer = self.telnet.take(arrived, &mut self.text);
                self.stream
                    .write_all(&answer)
                    .map_err(|error| self.closed(Some(error)))?;
                Ok(Heard::Something)
            }
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock
                        | io::ErrorKind::TimedOut
                        | io::ErrorKind::Interrupted
                ) =>
            {
                Ok(Heard::Nothing)
            }
            Err(error) => Err(self.closed(Some(error))),
        }
    }

    fn wait_longer(&mut self, goes_on: &mut dyn FnMut(&str) -> bool) -> Result<(), GogoError> {
        if let Heard::Nothing = self.hear()?
            && !goes_on(&self.so_far())
        {
            return Err(GogoError::GivenUp {
                text: self.so_far(),
            });
        }
        Ok(())
    }

    fn shows_prompt(&self) -> bool {
        let before = self.text.strip_suffix(PROMPT);
        before.is_some_and(|before| before.is_empty() || before.ends_with(b"\n"))
    }

    /// A line that is exactly this word: the echo of the command that prints it is longer. A prompt may stand before it,
    /// when the shell printed one between the echo and the answer. A console without `echo` says so instead.
    fn has_line(&self, word: &str) -> bool {
        self.so_far().lines().any(|line| {
            let line = line.trim_start_matches("g! ").trim();
            line == word || line.ends_with("Command not found: echo")
        })
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    /// A console that was connected to and never told the terminal type keeps its JVM from stopping (observed).
    fn say_goodbye_unheard(&mut self) {
        if !self.telnet.is_negotiated() {
            self.stream.write_all(&WILL_TELL).ok();
            self.stream.write_all(&TERMINAL).ok();
        }
    }

    fn closed(&self, source: Option<io::Error>) -> GogoError {
        GogoError::Closed {
            text: self.so_far(),
            source,
        }
    }
}

fn connect(address: &str, limit: Duration) -> Result<TcpStream, GogoError> {
    let failed = |source| GogoError::Connect {
        address: address.to_owned(),
        source,
    };
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for place in address.to_socket_addrs().map_err(failed)? {
        match TcpStream::connect_timeout(&place, limit) {
            Ok(stream) => {
                stream.set_read_timeout(Some(TICK)).map_err(failed)?;
                stream
                    .set_write_timeout(Some(Duration::from_secs(5)))
                    .map_err(failed)?;
                stream.set_nodelay(true).map_err(failed)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(failed(last))
}

/// What stands between the echo of the command and the last prompt, without what the probe added.
fn answer(text: &str, command: &str, probe: &str, word: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.strip_suffix("g! ").unwrap_or(&text);
    let text = match text.split_once('\n') {
        Some((first, rest)) if first.trim_start_matches("g! ").trim() == command.trim() => rest,
        _ => text,
    };
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| {
            let plain = line.trim_start_matches("g! ").trim();
            plain != probe && plain != word && !plain.ends_with("Command not found: echo")
        })
        .collect();
    kept.join("\n").trim_end().to_owned()
}
