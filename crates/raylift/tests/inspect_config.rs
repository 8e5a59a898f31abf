//! `raylift inspect config`: the document that other programs read, and the text for people.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

fn inspect(name: &str, content: &[u8], arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, content).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_raylift"))
        .args(["inspect", "config"])
        .arg(&file)
        .args(arguments)
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

fn document(name: &str, content: &str, dialect: &str) -> Value {
    let (code, text) = inspect(name, content.as_bytes(), &["--json", "--dialect", dialect]);
    assert_eq!(code, Some(0), "{text}");
    serde_json::from_str(&text).unwrap()
}

/// The names are those of the specification; values as `ConfigurationHandler` reads them.
#[test]
fn the_document_has_the_names_that_programs_rely_on() {
    let content = "s=\"a b\"\nb=B\"TRUE\"\ni=I\"-5\"\nl=L\"9223372036854775807\"\nf=F\"0.1\"\nd=D\"4607182418800017408\"\n\
        n=D\"9221120237041090560\"\nx=X\"1\"\nh=S\"2\"\nc=C\"x\"\nia=I[\"1\",\"2\"]\nsa=[\"a\"]\nset=L(\"1\")\ne=[]\n";
    assert_eq!(
        document("a.B~one.config", content, "7.3"),
        json!({
            "pid": "a.B",
            "name": "one",
            "entries": {
                "s": {"type": "String", "shape": "scalar", "value": "a b"},
                "b": {"type": "Boolean", "shape": "scalar", "value": true},
                "i": {"type": "Integer", "shape": "scalar", "value": -5},
                "l": {"type": "Long", "shape": "scalar", "value": 9_223_372_036_854_775_807_i64},
                "f": {"type": "Float", "shape": "scalar", "value": 0.1},
                "d": {"type": "Double", "shape": "scalar", "value": 1.0},
                "n": {"type": "Double", "shape": "scalar", "value": "NaN"},
                "x": {"type": "Byte", "shape": "scalar", "value": 1},
                "h": {"type": "Short", "shape": "scalar", "value": 2},
                "c": {"type": "Character", "shape": "scalar", "value": "x"},
                "ia": {"type": "Integer", "shape": "array", "value": [1, 2]},
                "sa": {"type": "String", "shape": "array", "value": ["a"]},
                "set": {"type": "Long", "shape": "collection", "value": [1]},
                "e": {"type": "String", "shape": "array", "value": []},
            },
            "diagnostics": [],
        })
    );
}

#[test]
fn what_a_bad_line_takes_away_is_said() {
    let answer = document("a.B.config", "a=\"1\"\nb=2\nc=\"3\"\n", "7.3");
    assert_eq!(answer["name"], Value::Null);
    let entries = answer["entries"].as_object().unwrap();
    assert_eq!(entries.keys().collect::<Vec<_>>(), ["a"]);
    let places: Vec<_> = answer["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["line"].as_u64().unwrap(),
                one["severity"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(places, [(2, "error"), (3, "error")]);
    // 7.2 takes all values as they stand.
    let older = document("a.B.config", "a=\"1\"\nb=2\nc=\"3\"\n", "7.2");
    assert_eq!(older["entries"]["a"]["value"], "\"1\"");
    assert_eq!(older["entries"]["b"]["value"], "2");
    assert_eq!(older["diagnostics"][0]["severity"], "error");
}

#[test]
fn a_refused_file_has_no_entries_and_a_cfg_file_has_texts() {
    let refused = document("a.B.config", "a=\"1\"\nb=I\"x\"\n", "7.3");
    assert_eq!(refused["entries"], json!({}));
    assert_eq!(refused["diagnostics"][0]["line"], 2);
    let cfg = document("a.B-x.cfg", "a=1\n", "7.2");
    assert_eq!((&cfg["pid"], &cfg["name"]), (&json!("a.B"), &json!("x")));
    assert_eq!(
        cfg["entries"]["a"],
        json!({"type": "String", "shape": "scalar", "value": "1"})
    );
    assert_eq!(cfg["diagnostics"], json!([]));
    let other = document("a.B.Config", "a=\"1\"\n", "7.3");
    assert_eq!(
        (&other["pid"], &other["entries"]),
        (&Value::Null, &json!({}))
    );
}

#[test]
fn people_see_a_table_and_the_remarks() {
    let (code, text) = inspect("a.B.config", b"a=I\"1\"\n# late\nlist=[\"x\",\"y\"]\n", &[]);
    assert_eq!(code, Some(0));
    let expected = [
        "  PID  a.B",
        "",
        "  key   type          value",
        "  a     Integer       1",
        "  list  String array  [\"x\",\"y\"]",
        "",
        "  warning: line 2: a comment below a key: the server reads on, logs an error, and drops the comment when it writes the file",
        "",
    ];
    assert_eq!(text, expected.join("\n"));
}

#[test]
fn a_file_that_is_not_there_is_a_failure() {
    let output = Command::new(env!("CARGO_BIN_EXE_raylift"))
        .args(["inspect", "config", "/no/such/file.config", "--json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["error"]["code"], "RL0112");
}
