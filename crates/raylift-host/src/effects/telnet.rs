//! The telnet part of a console: takes commands out of the byte stream and answers the one question that matters.
//!
//! Equinox's console asks for the terminal type and shows no shell before it has one (observed: a client that stays
//! silent or refuses gets its own characters back, for ever). Other options are left unanswered, as observed to work.

const IAC: u8 = 255;
const DO: u8 = 253;
const SB: u8 = 250;
const SE: u8 = 240;
const TERMINAL_TYPE: u8 = 24;
/// RFC 1091: the server sends `SEND`, the client answers `IS` and a name.
const SEND: u8 = 1;

/// `IAC WILL TERMINAL-TYPE`.
pub(crate) const WILL_TELL: [u8; 3] = [IAC, 251, TERMINAL_TYPE];
/// `IAC SB TERMINAL-TYPE IS XTERM IAC SE`.
pub(crate) const TERMINAL: [u8; 11] = *b"\xff\xfa\x18\x00XTERM\xff\xf0";

/// What has been seen of a command so far; commands may be split over packets anywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Command,
    Option(u8),
    Negotiation(Vec<u8>),
    NegotiationCommand(Vec<u8>),
}

/// A telnet stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Telnet {
    state: State,
    told: bool,
}

impl Telnet {
    /// Takes what arrived; adds text to `text` and returns what must be sent.
    pub(crate) fn take(&mut self, bytes: &[u8], text: &mut Vec<u8>) -> Vec<u8> {
        let mut answer = Vec::new();
        for byte in bytes {
            self.step(*byte, text, &mut answer);
        }
        answer
    }

    /// True once the terminal type has been told.
    pub(crate) fn is_negotiated(&self) -> bool {
        self.told
    }

    fn step(&mut self, byte: u8, text: &mut Vec<u8>, answer: &mut Vec<u8>) {
        self.state = match (std::mem::take(&mut self.state), byte) {
            (State::Text, IAC) => State::Command,
            (State::Command, IAC) | (State::Text, _) => {
                text.push(byte);
                State::Text
            }
            (State::Command, SB) => State::Negotiation(Vec::new()),
            (State::Command, 251..=254) => State::Option(byte),
            (State::Command, _) => State::Text,
            (State::Option(command), option) => {
                if (command, option) == (DO, TERMINAL_TYPE) {
                    answer.extend(WILL_TELL);
                }
                State::Text
            }
            (State::Negotiation(said), IAC) => State::NegotiationCommand(said),
            (State::Negotiation(mut said), _) => {
                said.push(byte);
                State::Negotiation(said)
            }
            (State::NegotiationCommand(mut said), IAC) => {
                said.push(IAC);
                State::Negotiation(said)
            }
            (State::NegotiationCommand(said), _) => {
                if byte == SE && said == [TERMINAL_TYPE, SEND] {
                    answer.extend(TERMINAL);
                    self.told = true;
                }
                State::Text
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Equinox's console sends, byte for byte: WILL ECHO, WILL SGA, DO NAWS, DO TTYPE, then SB TTYPE SEND.
    const ASKS: &[u8] = b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x1f\xff\xfd\x18";
    const ASKS_NAME: &[u8] = b"\xff\xfa\x18\x01\xff\xf0";

    #[test]
    fn the_terminal_type_is_told_and_nothing_else_answered() {
        let mut telnet = Telnet::default();
        let mut text = Vec::new();
        assert_eq!(telnet.take(ASKS, &mut text), b"\xff\xfb\x18");
        assert!(!telnet.is_negotiated());
        assert_eq!(
            telnet.take(ASKS_NAME, &mut text),
            b"\xff\xfa\x18\x00XTERM\xff\xf0"
        );
        assert!(telnet.is_negotiated());
        assert_eq!(text, b"");
    }

    #[test]
    fn commands_split_anywhere_are_understood() {
        let mut stream = ASKS.to_vec();
        stream.extend_from_slice(b"he");
        stream.extend_from_slice(ASKS_NAME);
        stream.extend_from_slice(b"llo \xff\xff\xff\xf9!");
        let mut whole = Vec::new();
        let answer = Telnet::default().take(&stream, &mut whole);
        assert_eq!(whole, b"hello \xff!");
        for at in 0..=stream.len() {
            let mut telnet = Telnet::default();
            let mut text = Vec::new();
            let mut said = telnet.take(&stream[..at], &mut text);
            said.extend(telnet.take(&stream[at..], &mut text));
            assert_eq!((&text, &said), (&whole, &answer), "split at {at}");
        }
    }

    #[test]
    fn another_negotiation_is_taken_out_and_not_answered() {
        let mut text = Vec::new();
        let answer =
            Telnet::default().take(b"a\xff\xfa\x1f\x01\xff\xff\x18\x01\xff\xf0b", &mut text);
        assert_eq!((text.as_slice(), answer.as_slice()), (&b"ab"[..], &b""[..]));
    }
}
