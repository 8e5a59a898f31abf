//! Aligned columns without lines.

use comfy_table::{ContentArrangement, Table, presets};

/// Rows as aligned columns, indented by two; the first row is the header when `header` is set.
pub(crate) fn columns(header: Option<&[&str]>, rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    if let Some(header) = header {
        table.add_row(
            header
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>(),
        );
    }
    for row in rows {
        table.add_row(row.clone());
    }
    table
        .lines()
        .map(|line| format!(" {}\n", line.trim_end()))
        .collect()
}

/// Bytes for people.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS.get(unit).copied().unwrap_or("TiB"))
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, what: &str) -> String {
    if number == 1 {
        format!("1 {what}")
    } else {
        format!("{number} {what}s")
    }
}

/// A moment as RFC 3339 has it, for people: without its fraction.
pub(crate) fn moment(time: &str) -> String {
    let (whole, rest) = match time.split_once('.') {
        Some((whole, rest)) => (
            whole,
            rest.trim_start_matches(|letter: char| letter.is_ascii_digit()),
        ),
        None => match time
            .find('T')
            .and_then(|at| Some(at + time.get(at..)?.find(['Z', '+', '-'])?))
        {
            Some(at) => time.split_at(at),
            None => (time, ""),
        },
    };
    let zone = if rest == "Z" { "UTC" } else { rest };
    format!("{} {zone}", whole.replace('T', " "))
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(3 << 30), "3.0 GiB");
    }

    #[test]
    fn a_moment_has_no_fraction() {
        for (time, shown) in [
            (
                "2026-03-01T04:05:06.789123456+01:00",
                "2026-03-01 04:05:06 +01:00",
            ),
            ("2026-03-01T04:05:06-11:30", "2026-03-01 04:05:06 -11:30"),
            ("2026-03-01T04:05:06.789Z", "2026-03-01 04:05:06 UTC"),
            ("2026-03-01T04:05:06Z", "2026-03-01 04:05:06 UTC"),
            ("", ""),
            ("soon", "soon"),
        ] {
            assert_eq!(moment(time), shown);
        }
    }

    #[test]
    fn columns_align() {
        let rows = vec![
            vec!["a".to_owned(), "b".to_owned()],
            vec!["long".to_owned(), "c".to_owned()],
        ];
        assert_eq!(columns(None, &rows), "  a     b\n  long  c\n");
    }
}
