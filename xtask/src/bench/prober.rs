//! A user who asks for the first page again and again, and notes when nobody answered.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::anyhow;

/// Between the end of one question and the next.
const INTERVAL: Duration = Duration::from_millis(5);
/// A question that is not answered for so long is asked anew: Tomcat takes connections before it can answer them.
const PATIENCE: Duration = Duration::from_millis(250);

/// Asks on a thread of its own until it is stopped.
pub(super) struct Prober {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Duration>,
}

impl Prober {
    /// Begins to ask the site on this port, which must answer now.
    pub(super) fn start(port: u16) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let asked_to_stop = Arc::clone(&stop);
        let thread = std::thread::spawn(move || longest_silence(port, &asked_to_stop));
        Self { stop, thread }
    }

    /// Ends asking. The longest time between two good answers, one after the other.
    pub(super) fn outage(self) -> anyhow::Result<Duration> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow!("the prober broke"))
    }
}

fn longest_silence(port: u16, stop: &AtomicBool) -> Duration {
    let mut longest = Duration::ZERO;
    let mut last = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        if is_good(port) {
            let now = Instant::now();
            longest = longest.max(now - last);
            last = now;
        }
        std::thread::sleep(INTERVAL);
    }
    longest
}

/// Whether `/` answers 200, to the last byte. HTTP/1.0, so that the body ends with the connection (RFC 9112,
/// section 6.3).
fn is_good(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        write!(stream, "GET / HTTP/1.0\r\nHost: localhost:{port}\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let status = answer.split(|byte| *byte == b' ').nth(1);
        Ok(answer.starts_with(b"HTTP/1.") && status == Some(b"200"))
    };
    ask().unwrap_or(false)
}
