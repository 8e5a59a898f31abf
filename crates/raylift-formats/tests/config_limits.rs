//! Configuration files of ten megabytes and files made to cost more than their size.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "common/limits.rs"]
#[allow(unreachable_pub, reason = "shared between tests")]
mod limits;

use raylift_formats::config::{self, Dialect, Shape, ValueType};

const TEN_MEGABYTES: usize = 10 << 20;
const TWO_MEGABYTES: usize = 2 << 20;

fn read_both(what: &str, text: &str) {
    for dialect in [Dialect::Felix, Dialect::Liferay] {
        limits::bounded(&format!("{what} in {dialect}"), || {
            config::read_as(text.as_bytes(), dialect)
        });
    }
}

fn filled(length: usize, begin: &str, piece: &str, end: &str) -> String {
    let mut text = String::with_capacity(length + 100);
    text.push_str(begin);
    while text.len() < length {
        text.push_str(piece);
    }
    text + end
}

/// One test, since memory is measured for the whole process.
#[test]
fn configuration_costs_its_length() {
    long_lines_cost_their_length();
    variables_in_variables_end();
    many_keys_are_edited_in_a_moment();
}

fn long_lines_cost_their_length() {
    read_both("a long value", &filled(TEN_MEGABYTES, "a=\"", "x", "\"\n"));
    read_both("variables", &filled(TWO_MEGABYTES, "a=\"", "${x}", "\"\n"));
    read_both("openings", &filled(TWO_MEGABYTES, "a=\"", "${", "\"\n"));
    read_both("closings", &filled(TWO_MEGABYTES, "a=\"", "}", "\"\n"));
    read_both(
        "nested variables",
        &filled(
            TWO_MEGABYTES,
            "a=\"",
            "${",
            &format!("{}\"\n", "}".repeat(1 << 20)),
        ),
    );
    read_both("backslashes", &filled(TWO_MEGABYTES, "a=\"", "\\", "\"\n"));
    read_both("joined lines", &filled(TWO_MEGABYTES, "a=[", "\\\n", "]\n"));
    read_both("blanks", &filled(TWO_MEGABYTES, "a=", " ", "\"x\"\n"));
    read_both("a long key", &filled(TWO_MEGABYTES, "", "k", "=\"x\"\n"));
    read_both("keys", &filled(TWO_MEGABYTES, "", "key=\"x\"\n", ""));
    read_both("comments", &filled(TWO_MEGABYTES, "", "#\n", ""));
    read_both("bad lines", &filled(TWO_MEGABYTES, "", "x\n", ""));
}

/// Each key holds the one before it sixteen times; the server's memory would not hold the last.
fn variables_in_variables_end() {
    let mut text = String::from("k0=\"xxxxxxxxxxxxxxxx\"\n");
    for number in 1..40 {
        let before = format!("${{k{}}}", number - 1);
        text.push_str(&format!("k{number}=\"{}\"\n", before.repeat(16)));
    }
    let read = limits::bounded("growing variables", || {
        config::read_as(text.as_bytes(), Dialect::Felix)
    });
    assert!(read.value.refused);
    let said = read.diagnostics.last().unwrap().to_string();
    assert!(said.contains("not determined"), "{said}");
}

fn many_keys_are_edited_in_a_moment() {
    let text: String = (0..80_000)
        .map(|number| format!("key{number}=I\"{number}\"\r\n"))
        .collect();
    let shape = Shape::Scalar("1".to_owned());
    for dialect in [Dialect::Felix, Dialect::Liferay] {
        let edited = limits::bounded("an edit", || {
            config::set(
                text.as_bytes(),
                dialect,
                "key77777",
                ValueType::Long,
                &shape,
            )
        });
        let expected = text.replace("I\"77777\"", "L\"1\"");
        assert!(edited.unwrap() == expected.as_bytes());
    }
}
