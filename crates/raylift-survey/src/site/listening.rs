//! Ports that somebody listens on.

use std::path::Path;

use crate::machine::Machine;

/// The largest table that is read, in bytes; a line has about 150.
const LARGEST: u64 = 64 << 20;
/// State `TCP_LISTEN` (`include/net/tcp_states.h`).
const LISTEN: &str = "0A";

/// All ports in `/proc/net/tcp` and `tcp6` with a listener, sorted.
pub(crate) fn ports(machine: &dyn Machine) -> Vec<u16> {
    let mut ports: Vec<u16> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|file| machine.read(Path::new(file), LARGEST).ok())
        .flat_map(|bytes| listeners(&String::from_utf8_lossy(&bytes)))
        .collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// Fields of a line: number, local address as `HEX:PORT`, remote address, state (proc(5), `/proc/net/tcp`).
fn listeners(table: &str) -> Vec<u16> {
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut fields = line.split_ascii_whitespace().skip(1);
            let (local, _, state) = (fields.next()?, fields.next()?, fields.next()?);
            (state == LISTEN)
                .then(|| u16::from_str_radix(local.rsplit(':').next()?, 16).ok())
                .flatten()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::listeners;

    #[test]
    fn an_own_listener_is_in_the_kernels_table_and_its_connection_is_not() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let client = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        let client_port = client.local_addr().unwrap().port();
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        let found = listeners(&table);
        assert!(found.contains(&port));
        assert!(!found.contains(&client_port));
    }
}
