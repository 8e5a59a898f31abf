//! A telnet client just good enough for Equinox's console, with nothing of raylift in it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// What the server sends first: WILL ECHO, WILL SUPPRESS-GO-AHEAD, DO NAWS, DO TERMINAL-TYPE
/// (RFC 854, 857, 858, 1073, 1091; order as observed with console 1.3.100).
pub(crate) const OFFER: [u8; 12] = [255, 251, 1, 255, 251, 3, 255, 253, 31, 255, 253, 24];

/// SB TERMINAL-TYPE SEND SE.
const ASK_TYPE: [u8; 6] = [255, 250, 24, 1, 255, 240];

const PROMPT: &[u8] = b"g! ";

pub(crate) struct Gogo {
    stream: TcpStream,
    pub(crate) greeting: String,
}

impl Gogo {
    /// Connects, waiting up to `patience` for the port to open, and negotiates.
    pub(crate) fn connect(port: u16, patience: Duration) -> Self {
        let deadline = Instant::now() + patience;
        let stream = loop {
            match TcpStream::connect(("127.0.0.1", port)) {
                Ok(stream) => break stream,
                Err(error) if Instant::now() > deadline => panic!("port {port}: {error}"),
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
            }
        };
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("time-out");
        let mut gogo = Self {
            stream,
            greeting: String::new(),
        };
        let mut offer = [0; OFFER.len()];
        gogo.stream.read_exact(&mut offer).expect("offer");
        assert_eq!(offer, OFFER);
        gogo.stream.write_all(&[255, 251, 24]).expect("WILL TYPE");
        let mut ask = [0; ASK_TYPE.len()];
        gogo.stream.read_exact(&mut ask).expect("question");
        assert_eq!(ask, ASK_TYPE);
        let answer = [&[255, 250, 24, 0][..], b"XTERM", &[255, 240]].concat();
        gogo.stream.write_all(&answer).expect("answer");
        gogo.greeting = gogo.read_to_prompt();
        gogo
    }

    /// Runs a command; gives what stands between its echo and the next prompt.
    pub(crate) fn run(&mut self, command: &str) -> String {
        self.stream
            .write_all(format!("{command}\r\n").as_bytes())
            .expect("command");
        let answer = self.read_to_prompt();
        let (echo, output) = answer
            .split_once("\r\n")
            .unwrap_or_else(|| panic!("no echo in {answer:?}"));
        assert_eq!(echo, command);
        output.replace("\r\n", "\n")
    }

    fn read_to_prompt(&mut self) -> String {
        let mut text = Vec::new();
        let mut byte = [0];
        while !text.ends_with(PROMPT) {
            self.stream.read_exact(&mut byte).unwrap_or_else(|error| {
                panic!("{error} after {:?}", String::from_utf8_lossy(&text))
            });
            text.push(byte[0]);
        }
        text.truncate(text.len() - PROMPT.len());
        String::from_utf8(text).expect("text")
    }
}

impl Drop for Gogo {
    /// Leaves in the way that keeps the framework running and the JVM able to stop.
    ///
    /// The answer is sent at once: after an earlier command the question "Disconnect from console?"
    /// is not written out before there is input.
    fn drop(&mut self) {
        let _ = self.stream.write_all(b"disconnect\ry\r");
        let mut buffer = [0; 256];
        while matches!(self.stream.read(&mut buffer), Ok(count) if count > 0) {}
    }
}
