//! The Gogo session against a scripted console over loopback. The bytes are those that Equinox's console 1.3.100 was
//! observed to send; the script expects the client's bytes exactly.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use raylift_host::effects::gogo::{Gogo, GogoError};

const ASKS: &[u8] = b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x1f\xff\xfd\x18";
const WILL: &[u8] = b"\xff\xfb\x18";
const ASKS_NAME: &[u8] = b"\xff\xfa\x18\x01\xff\xf0";
const NAME: &[u8] = b"\xff\xfa\x18\x00XTERM\xff\xf0";
const GREETING: &[u8] = b"____________________________\r\nWelcome to Apache Felix Gogo\r\n\r\ng! ";

enum Act {
    Says(&'static [u8]),
    /// Byte by byte, with a flush after each.
    Dribbles(&'static [u8]),
    Hears(&'static [u8]),
    Pauses(Duration),
    Closes,
}
use Act::{Closes, Dribbles, Hears, Pauses, Says};

struct Console {
    address: String,
    thread: JoinHandle<Vec<u8>>,
}

/// Plays the script; returns what it heard beyond it until the client closed.
fn console(script: Vec<Act>) -> Console {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        for act in script {
            match act {
                Says(bytes) => stream.write_all(bytes).unwrap(),
                Dribbles(bytes) => {
                    for byte in bytes {
                        stream.write_all(&[*byte]).unwrap();
                        stream.flush().unwrap();
                    }
                }
                Hears(expected) => {
                    let mut heard = vec![0; expected.len()];
                    stream.read_exact(&mut heard).unwrap();
                    assert_eq!(
                        String::from_utf8_lossy(&heard),
                        String::from_utf8_lossy(expected)
                    );
                }
                Pauses(time) => std::thread::sleep(time),
                Closes => return Vec::new(),
            }
        }
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).ok();
        rest
    });
    Console { address, thread }
}

fn greeted(mut more: Vec<Act>) -> Vec<Act> {
    let mut script = vec![
        Says(ASKS),
        Hears(WILL),
        Says(ASKS_NAME),
        Hears(NAME),
        Says(GREETING),
    ];
    script.append(&mut more);
    script
}

const LIMIT: Duration = Duration::from_secs(5);

fn patient(_: &str) -> bool {
    true
}

#[test]
fn a_command_is_answered_and_the_session_left_properly() {
    let console = console(greeted(vec![
        Hears(b"upgrade:check\r\n"),
        Says(b"upgrade:check\r\nThere is an upgrade process available for a.b from 1.0.0 to 1.1.0\r\ng! "),
        Hears(b"echo raylift-prompt-1\r\n"),
        Says(b"echo raylift-prompt-1\r\nraylift-prompt-1\r\ng! "),
        Hears(b"upgrade:execute a.b\r\n"),
        Says(b"upgrade:execute a.b\r\ng! "),
        Hears(b"echo raylift-prompt-2\r\n"),
        Says(b"echo raylift-prompt-2\r\nraylift-prompt-2\r\ng! "),
        Hears(b"disconnect\r\n"),
        Says(b"disconnect\r\nDisconnect from console? (y/n; default=y) "),
        Hears(b"y\r\n"),
        Closes,
    ]));
    let mut gogo = Gogo::connect(&console.address, LIMIT).unwrap();
    let answer = gogo.run("upgrade:check", &mut patient).unwrap();
    assert_eq!(
        answer,
        "There is an upgrade process available for a.b from 1.0.0 to 1.1.0"
    );
    assert_eq!(gogo.run("upgrade:execute a.b", &mut patient).unwrap(), "");
    gogo.leave();
    console.thread.join().unwrap();
}

#[test]
fn split_telnet_commands_are_understood() {
    let console = console(vec![
        Dribbles(ASKS),
        Hears(WILL),
        Dribbles(ASKS_NAME),
        Hears(NAME),
        Dribbles(GREETING),
    ]);
    let gogo = Gogo::connect(&console.address, LIMIT).unwrap();
    drop(gogo);
    assert_eq!(console.thread.join().unwrap(), b"");
}

/// The command prints a prompt, is silent for longer than a prompt takes to settle, and goes on.
#[test]
fn a_prompt_inside_the_output_is_not_the_end() {
    let console = console(greeted(vec![
        Hears(b"upgrade:execute a.b\r\n"),
        Says(b"upgrade:execute a.b\r\nfirst\r\ng! "),
        Hears(b"echo raylift-prompt-1\r\n"),
        Says(b"echo raylift-prompt-1\r\n"),
        Pauses(Duration::from_millis(300)),
        Says(b"second line with g! inside\r\ng! "),
        Pauses(Duration::from_millis(300)),
        Says(b"raylift-prompt-1\r\ng! "),
    ]));
    let mut gogo = Gogo::connect(&console.address, LIMIT).unwrap();
    let answer = gogo.run("upgrade:execute a.b", &mut patient).unwrap();
    assert_eq!(answer, "first\nsecond line with g! inside");
    drop(gogo);
    console.thread.join().unwrap();
}

#[test]
fn a_console_that_never_answers_is_given_up_and_still_told_the_terminal() {
    let console = console(vec![]);
    let begun = Instant::now();
    let result = Gogo::connect(&console.address, Duration::from_millis(300));
    assert!(matches!(result.err(), Some(GogoError::NoPrompt { .. })));
    assert!(begun.elapsed() < LIMIT);
    assert_eq!(console.thread.join().unwrap(), [WILL, NAME].concat());
}

#[test]
fn a_silent_command_is_waited_for_as_long_as_the_caller_likes() {
    let console = console(greeted(vec![Hears(b"upgrade:execute a.b\r\n")]));
    let mut gogo = Gogo::connect(&console.address, LIMIT).unwrap();
    let mut asked = 0;
    let result = gogo.run("upgrade:execute a.b", &mut |_| {
        asked += 1;
        asked < 4
    });
    assert!(matches!(result, Err(GogoError::GivenUp { .. })));
    assert_eq!(asked, 4);
    drop(gogo);
    console.thread.join().unwrap();
}

#[test]
fn a_close_in_the_middle_is_told_with_what_had_arrived() {
    let console = console(greeted(vec![
        Hears(b"upgrade:execute a.b\r\n"),
        Says(b"upgrade:execute a.b\r\nhalf a li"),
        Closes,
    ]));
    let mut gogo = Gogo::connect(&console.address, LIMIT).unwrap();
    match gogo.run("upgrade:execute a.b", &mut patient) {
        Err(GogoError::Closed { text, .. }) => assert!(text.ends_with("half a li"), "{text}"),
        other => panic!("{other:?}"),
    }
    console.thread.join().unwrap();
}

#[test]
fn a_close_before_the_prompt_is_told() {
    let console = console(vec![Says(ASKS), Hears(WILL), Closes]);
    let result = Gogo::connect(&console.address, LIMIT);
    assert!(matches!(result.err(), Some(GogoError::Closed { .. })));
    console.thread.join().unwrap();
}

#[test]
fn nobody_listening_is_told_at_once() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let result = Gogo::connect(&free.to_string(), LIMIT);
    assert!(matches!(result.err(), Some(GogoError::Connect { .. })));
}

#[test]
fn a_shell_without_echo_still_proves_its_prompt() {
    let console = console(greeted(vec![
        Hears(b"lb\r\n"),
        Says(b"lb\r\nSTART LEVEL 30\r\ng! "),
        Hears(b"echo raylift-prompt-1\r\n"),
        Says(b"echo raylift-prompt-1\r\ngogo: CommandNotFoundException: Command not found: echo\r\ng! "),
    ]));
    let mut gogo = Gogo::connect(&console.address, LIMIT).unwrap();
    assert_eq!(gogo.run("lb", &mut patient).unwrap(), "START LEVEL 30");
    drop(gogo);
    console.thread.join().unwrap();
}
