//! One GET, as a browser that follows nothing would send it.

use std::io::Read;
use std::time::Duration;

use raylift_survey::machine::Answer;

const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST_BODY: u64 = 1 << 20;

/// `None` when nothing answers in time, or the URL is not `http://`.
pub(crate) fn get(url: &str, host: Option<&str>) -> Option<Answer> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .http_status_as_error(false)
        .proxy(None)
        .user_agent(concat!("raylift/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let mut request = agent.get(url);
    if let Some(host) = host {
        request = request.header("Host", host);
    }
    let mut response = request.call().ok()?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    response
        .body_mut()
        .as_reader()
        .take(LONGEST_BODY)
        .read_to_end(&mut body)
        .ok()?;
    Some(Answer { status, body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;
    use std::thread::JoinHandle;

    /// Answers one request with the given bytes and gives back what was asked.
    fn serve(answer: Vec<u8>) -> (String, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/web/guest", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 1024];
            while !request.ends_with(b"\r\n\r\n") {
                let count = stream.read(&mut buffer).unwrap();
                request.extend_from_slice(&buffer[..count]);
            }
            // A client that has read enough hangs up.
            let _ = stream.write_all(&answer);
            String::from_utf8(request).unwrap()
        });
        (url, server)
    }

    #[test]
    fn an_error_page_and_a_redirect_are_answers() {
        for (status, line) in [
            (200, "200 OK"),
            (302, "302 Found\r\nLocation: /login"),
            (500, "500 Internal Server Error"),
        ] {
            let (url, server) =
                serve(format!("HTTP/1.1 {line}\r\nContent-Length: 2\r\n\r\nhi").into_bytes());
            let answer = get(&url, None).unwrap();
            assert_eq!(
                (answer.status, answer.body.as_slice()),
                (status, b"hi".as_slice())
            );
            server.join().unwrap();
        }
    }

    #[test]
    fn the_host_header_is_the_one_that_was_asked_for() {
        let (url, server) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec());
        get(&url, Some("www.example.com")).unwrap();
        let request = server.join().unwrap().to_lowercase();
        assert!(
            request.starts_with("get /web/guest http/1.1\r\n"),
            "{request}"
        );
        assert_eq!(
            request.matches("\r\nhost: www.example.com\r\n").count(),
            1,
            "{request}"
        );
    }

    #[test]
    fn the_first_megabyte_is_enough() {
        let mut answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n".to_vec();
        answer.extend(std::iter::repeat_n(b'x', 3_000_000));
        let (url, server) = serve(answer);
        assert_eq!(get(&url, None).unwrap().body.len(), 1 << 20);
        server.join().unwrap();
    }

    #[test]
    fn silence_is_no_answer() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        assert_eq!(get(&format!("http://{address}/"), None), None);
        assert_eq!(get("no url", None), None);
    }
}
