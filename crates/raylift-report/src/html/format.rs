//! Times, durations and texts as people read them.

use jiff::Timestamp;

/// A duration, with as many digits as matter: `40 ms`, `4.2 s`, `42 s`, `3 min 07 s`, `2 h 05 min`, `3 d 4 h`.
pub(crate) fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match milliseconds {
        0..100 => format!("{milliseconds} ms"),
        100..9_950 => {
            let tenths = (milliseconds + 50) / 100;
            format!("{}.{} s", tenths / 10, tenths % 10)
        }
        9_950..59_500 => format!("{} s", (milliseconds + 500) / 1000),
        59_500..3_600_000 => {
            let seconds = (milliseconds + 500) / 1000;
            format!("{} min {:02} s", seconds / 60, seconds % 60)
        }
        3_600_000..86_400_000 => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
        _ => match (seconds / 86_400, seconds % 86_400 / 3600) {
            (days, 0) => format!("{days} d"),
            (days, hours) => format!("{days} d {hours} h"),
        },
    }
}

/// The time of day of a journal's time, `18:02:11`; the text itself when it is not a time.
pub(crate) fn clock(time: &str) -> String {
    formatted(time, "%H:%M:%S")
}

/// Day and time of a journal's time, `23 November 2026, 18:02:11`.
pub(crate) fn date(time: &str) -> String {
    formatted(time, "%-d %B %Y, %H:%M:%S")
}

fn formatted(time: &str, pattern: &str) -> String {
    match time.parse::<Timestamp>() {
        Ok(moment) => moment.strftime(pattern).to_string(),
        Err(_) => time.to_owned(),
    }
}

/// A number of things: `1 file`, `3 files`.
pub(crate) fn count(number: usize, one: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {one}s")
    }
}

/// Makes control characters visible, since neither HTML nor XML allows them and terminals' colours end up in logs,
/// and takes out those that turn the direction of writing, since they can make a path look like another.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\t' => character,
            '\u{0}'..='\u{1f}' => {
                char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}')
            }
            '\u{7f}' => '\u{2421}',
            '\u{80}'..='\u{9f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{fffe}'
            | '\u{ffff}' => '\u{fffd}',
            _ => character,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_digits_that_matter() {
        for (milliseconds, text) in [
            (0, "0 ms"),
            (99, "99 ms"),
            (100, "0.1 s"),
            (9_949, "9.9 s"),
            (9_950, "10 s"),
            (59_499, "59 s"),
            (59_500, "1 min 00 s"),
            (187_000, "3 min 07 s"),
            (3_599_400, "59 min 59 s"),
            (3_600_000, "1 h 00 min"),
            (7_500_000, "2 h 05 min"),
            (86_400_000, "1 d"),
            (273_600_000, "3 d 4 h"),
        ] {
            assert_eq!(duration(milliseconds), text);
        }
    }

    #[test]
    fn times_are_read_and_rubbish_stays() {
        assert_eq!(clock("2026-11-03T18:02:11.042Z"), "18:02:11");
        assert_eq!(
            date("2026-11-03T18:02:11.042Z"),
            "3 November 2026, 18:02:11"
        );
        assert_eq!(clock("soon"), "soon");
    }

    #[test]
    fn no_control_character_stays() {
        assert_eq!(
            visible("a\u{1b}[31m\n\tb\u{0}\r"),
            "a\u{241b}[31m\n\tb\u{2400}\u{240d}"
        );
        assert_eq!(visible("gpj\u{202e}.exe"), "gpj\u{fffd}.exe");
    }
}
