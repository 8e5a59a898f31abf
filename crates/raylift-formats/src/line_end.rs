//! The line end of a text.

/// The line end that a file uses first; `None` for a file without any.
pub(crate) fn first(bytes: &[u8]) -> Option<&'static str> {
    let at = bytes
        .iter()
        .position(|byte| matches!(byte, b'\r' | b'\n'))?;
    Some(match bytes.get(at..)? {
        [b'\r', b'\n', ..] => "\r\n",
        [b'\r', ..] => "\r",
        _ => "\n",
    })
}
