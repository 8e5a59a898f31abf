//! A small HTTP client for asking sites of the lab, which all listen on 127.0.0.1.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long one connect, read or write may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Status code.
    pub(crate) status: u16,
    /// Body, bytes that are not UTF-8 replaced.
    pub(crate) body: String,
}

/// Sends one request and reads the whole answer. Speaks HTTP/1.0, so that the body ends with the
/// connection and is never chunked (RFC 9112, section 6.3).
pub(crate) fn request(
    port: u16,
    method: &str,
    target: &str,
    body: &[u8],
) -> std::io::Result<Answer> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "{method} {target} HTTP/1.0\r\nHost: localhost:{port}\r\nContent-Length: {}\r\n\
         Content-Type: application/octet-stream\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    parse(&String::from_utf8_lossy(&answer))
        .ok_or_else(|| std::io::Error::other("not an HTTP answer"))
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    head.starts_with("HTTP/1.").then(|| Answer {
        status,
        body: body.to_owned(),
    })
}

/// Percent-encodes a query value (RFC 3986, unreserved characters stay).
pub(crate) fn encode(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let answer = parse("HTTP/1.1 404 \r\nDate: x\r\n\r\nbody\r\n\r\nmore").expect("answer");
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (404, "body\r\n\r\nmore")
        );
        assert_eq!(parse("SSH-2.0\r\n\r\n"), None);
    }

    #[test]
    fn query_values_are_encoded() {
        assert_eq!(encode("Übung 1&2"), "%C3%9Cbung%201%262");
    }
}
