//! Free ports on this machine.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::TcpListener;
use std::ops::Range;
use std::path::Path;

use crate::LabError;

/// Below the ports from which Linux takes one for each outgoing connection (`ip_local_port_range`, 32768 and up unless
/// somebody changed it): a server that is started later, or again, would lose its port to a client's connection.
const CHOSEN: Range<u16> = 10_000..32_768;

/// Ports that are tried before the search is given up.
const TRIES: usize = 1_000;

/// One port of 127.0.0.1 that nobody listens on now.
///
/// # Errors
/// When none is found.
pub fn free_port() -> Result<u16, LabError> {
    free().map(|[port]| port)
}

/// `N` different ports of 127.0.0.1 that nobody listens on now. Another program may take one
/// before the site does; the start then fails and says so in `catalina.out`.
pub(crate) fn free<const N: usize>() -> Result<[u16; N], LabError> {
    let mut ports = [0_u16; N];
    let mut held = Vec::with_capacity(N);
    for port in &mut ports {
        let listener =
            listen().map_err(LabError::io("find a free port at", Path::new("127.0.0.1")))?;
        *port = listener
            .local_addr()
            .map_err(LabError::io("find a free port at", Path::new("127.0.0.1")))?
            .port();
        held.push(listener);
    }
    Ok(ports)
}

/// By chance, so that tests that choose at the same time choose different ones.
fn listen() -> io::Result<TcpListener> {
    let count = u64::from(CHOSEN.end - CHOSEN.start);
    let mut last = io::Error::other("no port was tried");
    for _ in 0..TRIES {
        // Every state has keys of its own.
        let chance = RandomState::new().hash_one(0_u8) % count;
        let port = CHOSEN.start.saturating_add(chance as u16);
        match TcpListener::bind(("127.0.0.1", port)) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_differ_and_are_none_that_a_connection_gets() {
        let ports: [u16; 8] = free().unwrap();
        let mut different = ports.to_vec();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), ports.len());
        assert!(ports.iter().all(|port| CHOSEN.contains(port)), "{ports:?}");
    }
}
