//! `raylift inspect config`.

use std::path::Path;

use raylift_formats::config::{
    Config, ConfigEntry, Dialect, FileName, Reading, Shape, ValueType, file_name, read_with,
};
use raylift_formats::{Diagnostic, Level};
use raylift_model::codes;
use serde_json::{Map, Number, Value, json};

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::render::columns;

/// The largest file that is read, in bytes; real ones have some kilobytes.
const LARGEST: u64 = 64 << 20;

/// Shows what the server takes out of one configuration file.
pub(crate) fn run(file: &Path, dialect: Dialect, printer: &Printer) -> Result<Exit, Problem> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let bytes = read(file)?;
    let named = file_name(&name, dialect);
    let (config, diagnostics) = match &named {
        Some(named) => {
            let read = read_with(&bytes, &Reading::new(dialect, named.kind));
            (read.value, read.diagnostics)
        }
        None => (
            Config::default(),
            vec![Diagnostic::error(
                0,
                "the server reads only files whose names end in .config or .cfg, in small letters",
            )],
        ),
    };
    let mut diagnostics = diagnostics;
    if named.as_ref().is_some_and(|named| named.pid.is_empty()) {
        diagnostics.push(Diagnostic::error(0, "the name of the file holds no PID"));
    }
    printer.json(&answer(named.as_ref(), &config, &diagnostics))?;
    if !printer.is_json() {
        printer.text(&shown(named.as_ref(), &config, &diagnostics));
    }
    Ok(Exit::Done)
}

fn read(file: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |reason: String| {
        Problem::refused(
            codes::FILE_UNREADABLE,
            format!("cannot read {}: {reason}", file.display()),
            "Name a .config or .cfg file that you may read.",
        )
        .ending(Exit::Failed)
    };
    let metadata = std::fs::metadata(file).map_err(|error| unreadable(error.to_string()))?;
    if !metadata.is_file() {
        return Err(unreadable("it is not a file".to_owned()));
    }
    if metadata.len() > LARGEST {
        return Err(unreadable(format!("it has more than {LARGEST} bytes")));
    }
    std::fs::read(file).map_err(|error| unreadable(error.to_string()))
}

/// The names in it are a contract with other programs (manual, "Configuration files").
fn answer(named: Option<&FileName>, config: &Config, diagnostics: &[Diagnostic]) -> Value {
    let entries: Map<String, Value> = config
        .entries
        .iter()
        .map(|entry| {
            let value = json!({
                "type": entry.value_type.name(),
                "shape": entry.shape.name(),
                "value": value(entry),
            });
            (entry.key.clone(), value)
        })
        .collect();
    json!({
        "pid": named.map(|named| &named.pid),
        "name": named.and_then(|named| named.name.as_ref()),
        "entries": entries,
        "diagnostics": diagnostics,
    })
}

fn value(entry: &ConfigEntry) -> Value {
    let one = |text: &String| single(entry.value_type, text);
    match &entry.shape {
        Shape::Scalar(text) => one(text),
        Shape::Array(texts) | Shape::Collection(texts) => texts.iter().map(one).collect(),
    }
}

/// A number, a truth value or a text; what JSON has no number for, and what hangs on the machine, is a text.
fn single(value_type: ValueType, text: &str) -> Value {
    let number = match value_type {
        ValueType::String | ValueType::Character => None,
        ValueType::Boolean => {
            return text
                .parse::<bool>()
                .map_or_else(|_| text.into(), Value::Bool);
        }
        ValueType::Integer | ValueType::Long | ValueType::Short | ValueType::Byte => {
            text.parse::<i64>().ok().map(Number::from)
        }
        ValueType::Float | ValueType::Double => text.parse().ok().and_then(Number::from_f64),
    };
    number.map_or_else(|| text.into(), Value::Number)
}

fn shown(named: Option<&FileName>, config: &Config, diagnostics: &[Diagnostic]) -> String {
    let mut rows = Vec::new();
    if let Some(named) = named {
        rows.push(vec!["PID".to_owned(), named.pid.clone()]);
        rows.extend(
            named
                .name
                .iter()
                .map(|name| vec!["name".to_owned(), name.clone()]),
        );
    }
    let mut text = columns(None, &rows);
    let rows: Vec<Vec<String>> = config
        .entries
        .iter()
        .map(|entry| {
            let form = match &entry.shape {
                Shape::Scalar(_) => entry.value_type.name().to_owned(),
                shape => format!("{} {}", entry.value_type.name(), shape.name()),
            };
            // As JSON, so that a value is one line and its ends are seen.
            vec![entry.key.clone(), form, value(entry).to_string()]
        })
        .collect();
    if !rows.is_empty() {
        text.push('\n');
        text.push_str(&columns(Some(&["key", "type", "value"]), &rows));
    }
    if !diagnostics.is_empty() {
        text.push('\n');
    }
    for diagnostic in diagnostics {
        let level = match diagnostic.severity {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        text.push_str(&format!("  {level}: {diagnostic}\n"));
    }
    text
}
