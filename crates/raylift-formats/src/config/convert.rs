//! `.cfg` to `.config`.

use raylift_model::facts::AttributeShape;
use raylift_model::plan::CfgKey;

use super::dialect::{Dialect, FileKind, Reading, Variable};
use super::entry::{ConfigEntry, Shape, ValueType};
use super::read::read_with;
use super::store::MOST_VARIABLES;
use super::write::{escaped, is_key, write};
use crate::diagnostic::{Diagnostic, Parsed};
use crate::properties::Encoding;

/// The same as a plan says it: the reader of the installed release, and what the new release's metatypes say of keys.
pub fn cfg_as_planned(bytes: &[u8], before_7_3: bool, keys: &[CfgKey]) -> Parsed<String> {
    let dialect = if before_7_3 {
        Dialect::Felix
    } else {
        Dialect::Liferay
    };
    let wanted = |key: &str| {
        let known = keys.iter().find(|known| known.key == key)?;
        Some((ValueType::of_attribute(known.value_type)?, known.shape))
    };
    cfg_to_config(bytes, dialect, dialect.encoding(), &wanted)
}

/// Makes the text of a `.config` file out of a `.cfg` file that an older release reads.
///
/// `wanted` says for each key its type and shape, by the metatype (a `.cfg` file has several values with commas between
/// them, as `CFGProperties.put` writes them); a key it does not know, or whose value does not fit,
/// becomes a string, and for the latter a diagnostic says so. Variables stay variables where the later reader knows
/// them. Keys that a `.config` file cannot have are left out with an error. The file is for every release: what is
/// written is read the same by both readers, but for collections, which 7.2 does not know.
pub fn cfg_to_config(
    bytes: &[u8],
    dialect: Dialect,
    encoding: Encoding,
    wanted: &dyn Fn(&str) -> Option<(ValueType, AttributeShape)>,
) -> Parsed<String> {
    let reading = Reading {
        dialect,
        kind: FileKind::Cfg,
        encoding,
        variable: &|_| Variable::Unknown,
    };
    let read = read_with(bytes, &reading);
    let mut diagnostics = read.diagnostics;
    diagnostics.retain(|diagnostic| diagnostic.line > 0);
    let mut text = String::new();
    for entry in &read.value.entries {
        if !is_key(&entry.key) {
            let message = format!("{} cannot be a key of a .config file", entry.key);
            diagnostics.push(Diagnostic::error(entry.line, message));
            continue;
        }
        let variables = read.value.variables_of(&entry.key);
        let entry = match wanted(&entry.key) {
            Some(wanted) => in_form(entry, wanted, !variables.is_empty(), &mut diagnostics),
            None => entry.clone(),
        };
        let mut line = write(std::slice::from_ref(&entry));
        if variables.len() >= MOST_VARIABLES {
            let message = format!("{} has too many variables to be carried over", entry.key);
            diagnostics.push(Diagnostic::error(entry.line, message));
        }
        for variable in variables {
            if !is_known_later(variable) {
                let message = format!(
                    "variable {variable} in {} is not known to .config files of 7.3 and later",
                    entry.key
                );
                diagnostics.push(Diagnostic::error(entry.line, message));
            }
            let variable = format!("${{{variable}}}");
            line = line.replace(&escaped(&variable), &variable);
        }
        text.push_str(&line);
    }
    Parsed {
        value: text,
        diagnostics,
    }
}

/// 7.2's `env:NAME` and its operators `:-` and `:+` mean nothing to the later reader.
fn is_known_later(variable: &str) -> bool {
    !variable.starts_with("env:") && !variable.contains(":-") && !variable.contains(":+")
}

fn in_form(
    entry: &ConfigEntry,
    (value_type, form): (ValueType, AttributeShape),
    depends: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> ConfigEntry {
    // A file of 7.2 whose values are all in quotation marks is typed already.
    let Some(text) = entry
        .text()
        .filter(|_| entry.value_type == ValueType::String)
    else {
        return entry.clone();
    };
    let several = || -> Vec<String> {
        if text.trim().is_empty() {
            return Vec::new();
        }
        text.split(',').map(|part| part.trim().to_owned()).collect()
    };
    let shape = match form {
        AttributeShape::Scalar if value_type == ValueType::String => Shape::Scalar(text.to_owned()),
        AttributeShape::Scalar => Shape::Scalar(text.trim().to_owned()),
        AttributeShape::Array => Shape::Array(several()),
        AttributeShape::Collection => Shape::Collection(several()),
    };
    if !depends
        && let Some(bad) = shape
            .texts()
            .iter()
            .position(|text| !value_type.accepts(text))
    {
        let message = format!(
            "value {} of {} is no {}; it is written as a text",
            bad + 1,
            entry.key,
            value_type.name()
        );
        diagnostics.push(Diagnostic::error(entry.line, message));
        return entry.clone();
    }
    ConfigEntry {
        value_type,
        shape,
        ..entry.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::read_as;
    use super::*;

    fn wanted(key: &str) -> Option<(ValueType, AttributeShape)> {
        Some(match key {
            "port" | "wrong" | "variable" => (ValueType::Integer, AttributeShape::Scalar),
            "hosts" | "none" => (ValueType::String, AttributeShape::Array),
            "ratio" => (ValueType::Double, AttributeShape::Scalar),
            _ => return None,
        })
    }

    #[test]
    fn values_get_the_type_that_their_attribute_wants() {
        let cfg = "# note\nport = 9200\nhosts=a, b\nname=a \"b\" {c}\nratio=1\nwrong=x\nnone=\nvariable=${port.of.it}\n";
        let made = cfg_to_config(cfg.as_bytes(), Dialect::Felix, Encoding::Latin1, &wanted);
        assert_eq!(
            made.value,
            "port=I\"9200\"\r\nhosts=[\"a\",\"b\"]\r\nname=\"a\\ \\\"b\\\"\\ \\{c\\}\"\r\nratio=D\"1.0\"\r\nwrong=\"x\"\r\nnone=[]\r\nvariable=I\"${port.of.it}\"\r\n"
        );
        let errors: Vec<_> = made
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == crate::Level::Error)
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            errors,
            ["line 6: value 1 of wrong is no Integer; it is written as a text"]
        );
        for dialect in [Dialect::Felix, Dialect::Liferay] {
            let read = read_as(made.value.as_bytes(), dialect);
            assert!(!read.has_errors(), "{:?}", read.diagnostics);
            assert_eq!(read.value.get("name").unwrap().text(), Some("a \"b\" {c}"));
            assert_eq!(read.value.variables_of("variable"), ["port.of.it"]);
        }
    }

    #[test]
    fn what_a_config_file_cannot_hold_is_an_error() {
        let cfg = "a\\ b=1\nc=${env:HOME}\n";
        let made = cfg_to_config(cfg.as_bytes(), Dialect::Felix, Encoding::Latin1, &wanted);
        assert_eq!(made.value, "c=\"${env:HOME}\"\r\n");
        let lines: Vec<_> = made
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == crate::Level::Error)
            .map(|diagnostic| diagnostic.line)
            .collect();
        assert_eq!(lines, [1, 2]);
    }
}
