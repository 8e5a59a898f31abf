//! `raylift inspect properties`.

use std::collections::BTreeSet;
use std::path::Path;

use raylift_formats::Level;
use raylift_formats::properties::{self, Encoding};
use raylift_formats::secret_names::{Shown, is_secret_name, shown};
use raylift_host::machine::RealMachine;
use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};
use raylift_survey::site::{PlaceKind, Setting, SettingPlace, SiteProperties};
use serde_json::{Map, Value, json};

use crate::exit::Exit;
use crate::printer::{Printer, faint, paint, strong};
use crate::problem::Problem;
use crate::render::{columns, findings};
use crate::settings::SiteArgument;
use crate::wiring;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 64 << 20;
/// What stands for a secret.
const HIDDEN: &str = "(set, hidden)";
/// What stands for a secret without a value.
const EMPTY: &str = "(empty)";
/// Placeholders that are followed in search of secrets.
const DEEPEST: usize = 16;

/// True for an argument that names a file and not a property.
pub(crate) fn is_file(what: &Path) -> bool {
    what.exists() || what.components().count() > 1 || what.is_absolute()
}

/// Shows one file as `java.util.Properties` reads it. With `--json` every value is there, secrets too.
pub(crate) fn file(file: &Path, encoding: Encoding, printer: &Printer) -> Result<Exit, Problem> {
    let bytes = read(file)?;
    let read = properties::read(&bytes, encoding);
    let is_refused = read.has_errors();
    let mut entries = Map::new();
    if !is_refused {
        for entry in read.value.entries() {
            entries.insert(entry.key.clone(), Value::String(entry.value.clone()));
        }
    }
    let rows: Vec<Vec<String>> = entries
        .iter()
        .filter_map(|(key, value)| Some(vec![key.clone(), text(shown(key, value.as_str()?))]))
        .collect();
    printer.json(&json!({ "entries": entries, "diagnostics": read.diagnostics }))?;
    printer.text(&columns(None, &rows));
    for remark in &read.diagnostics {
        let level = match remark.severity {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        printer.text(&format!("{level}: {remark}\n"));
    }
    Ok(Exit::Done)
}

fn read(file: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |reason: String| {
        Problem::refused(
            codes::FILE_UNREADABLE,
            format!("cannot read {}: {reason}", file.display()),
            "Name a properties file that you may read, or a property.",
        )
        .ending(Exit::Failed)
    };
    let size = std::fs::metadata(file).map_err(|error| unreadable(error.to_string()))?;
    if size.is_dir() {
        return Err(unreadable("it is a folder".to_owned()));
    }
    if !size.is_file() {
        return Err(unreadable("it is not a file".to_owned()));
    }
    if size.len() > LARGEST {
        return Err(unreadable(format!("it has more than {} MB", LARGEST >> 20)));
    }
    std::fs::read(file).map_err(|error| unreadable(error.to_string()))
}

/// Shows the effective value of a property and every place that sets it.
pub(crate) fn key(site: &SiteArgument, key: &str, printer: &Printer) -> Result<Exit, Problem> {
    let read = raylift_survey::site::properties(&RealMachine, &wiring::request(site)).map_err(
        |finding| {
            Problem::refused(
                finding.code.as_str(),
                format!("{} {}", finding.subject, finding.message),
                wiring::NAME_THE_HOME,
            )
        },
    )?;
    let setting = read.setting(key);
    let is_secret = leads_to_secret(&read, key);
    let said: Vec<Finding> = read
        .findings()
        .iter()
        .filter(|finding| finding.severity == Severity::Blocker || finding.subject == key)
        .cloned()
        .collect();
    printer.json(&as_json(&read, key, &setting, is_secret, &said))?;
    printer.text(&as_text(&read, key, &setting, is_secret));
    printer.text(&findings(&said));
    Ok(Exit::Done)
}

/// The property is a secret, or a placeholder in one of its values leads to one.
fn leads_to_secret(read: &SiteProperties, key: &str) -> bool {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut open = vec![key.to_owned()];
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for name in open.drain(..) {
            let bare = name
                .rsplit_once(':')
                .map_or(name.as_str(), |(_, bare)| bare);
            if is_secret_name(bare) {
                return true;
            }
            let setting = read.setting(&name);
            let companies = setting.companies.iter().map(|(_, place)| place);
            for place in setting.places.iter().chain(&setting.java).chain(companies) {
                let names = place.value.split("${").skip(1);
                let names = names.filter_map(|rest| rest.split_once('}'));
                next.extend(
                    names
                        .map(|(name, _)| name.to_owned())
                        .filter(|name| seen.insert(name.clone())),
                );
            }
        }
        open = next;
    }
    // What has not come to an end is not shown.
    !open.is_empty()
}

fn show(key: &str, value: &str, is_secret: bool) -> Shown {
    match shown(key, value) {
        Shown::Value(value) if is_secret && value.trim().is_empty() => Shown::Empty,
        Shown::Value(value) if is_secret && !matches!(value.trim(), "true" | "false") => {
            Shown::Hidden
        }
        other => other,
    }
}

fn text(shown: Shown) -> String {
    match shown {
        Shown::Value(value) => value,
        Shown::Hidden => HIDDEN.to_owned(),
        Shown::Empty => EMPTY.to_owned(),
    }
}

/// `value`, or for a secret `set`.
fn put(object: &mut Map<String, Value>, shown: Shown) {
    match shown {
        Shown::Value(value) => object.insert("value".to_owned(), json!(value)),
        Shown::Hidden => object.insert("set".to_owned(), json!(true)),
        Shown::Empty => object.insert("set".to_owned(), json!(false)),
    };
}

fn kind(place: &SettingPlace) -> &'static str {
    match place.kind {
        PlaceKind::Release => "release",
        PlaceKind::File => "file",
        PlaceKind::Environment => "environment",
        PlaceKind::Option => "java",
    }
}

fn place_json(key: &str, place: &SettingPlace, is_secret: bool) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("kind".to_owned(), json!(kind(place)));
    object.insert("place".to_owned(), json!(place.place));
    if place.line > 0 {
        object.insert("line".to_owned(), json!(place.line));
    }
    object.insert("counts".to_owned(), json!(place.wins));
    put(&mut object, show(key, &place.value, is_secret));
    object
}

fn as_json(
    read: &SiteProperties,
    key: &str,
    setting: &Setting,
    is_secret: bool,
    said: &[Finding],
) -> Value {
    let mut object = Map::new();
    object.insert("key".to_owned(), json!(key));
    object.insert("secret".to_owned(), json!(is_secret));
    object.insert("certain".to_owned(), json!(!read.is_incomplete()));
    match &setting.value {
        Some(Ok(value)) => put(&mut object, show(key, value, is_secret)),
        Some(Err(reason)) => {
            object.insert("undetermined".to_owned(), json!(reason));
        }
        None => {
            object.insert("value".to_owned(), Value::Null);
        }
    }
    // What is hidden as a whole is hidden in parts.
    let is_hidden = matches!(&setting.value, Some(Ok(value)) if show(key, value, is_secret) == Shown::Hidden)
        || setting
            .places
            .iter()
            .any(|place| place.wins && show(key, &place.value, is_secret) == Shown::Hidden);
    if let (Ok(list), false) = (&setting.list, is_secret || is_hidden) {
        let list: Vec<String> = list
            .iter()
            .map(|element| text(show(key, element, is_secret)))
            .collect();
        object.insert("list".to_owned(), json!(list));
    }
    if let Some(default) = read.release_default(key) {
        let mut inner = Map::new();
        put(&mut inner, show(key, &default, is_secret));
        object.insert("release_default".to_owned(), Value::Object(inner));
    }
    let all = |places: &[SettingPlace]| -> Vec<Value> {
        places
            .iter()
            .map(|place| Value::Object(place_json(key, place, is_secret)))
            .collect()
    };
    object.insert("places".to_owned(), json!(all(&setting.places)));
    object.insert("java".to_owned(), json!(all(&setting.java)));
    let companies: Vec<Value> = setting
        .companies
        .iter()
        .map(|(company, place)| {
            let mut inner = place_json(key, place, is_secret);
            inner.insert("company".to_owned(), json!(company));
            Value::Object(inner)
        })
        .collect();
    object.insert("companies".to_owned(), json!(companies));
    object.insert("findings".to_owned(), json!(said));
    Value::Object(object)
}

fn as_text(read: &SiteProperties, key: &str, setting: &Setting, is_secret: bool) -> String {
    let value = match &setting.value {
        Some(Ok(value)) => text(show(key, value, is_secret)),
        Some(Err(reason)) => format!("undetermined: {reason}"),
        None => "(nothing sets it)".to_owned(),
    };
    let certain = if read.is_incomplete() {
        "  not certain, see below"
    } else {
        ""
    };
    let mut shown_text = format!("{} = {value}{certain}\n\n", paint(key, strong()));
    let row = |mark: &str, place: &SettingPlace, note: String| {
        let at = if place.line > 0 {
            format!("{}:{}", place.place, place.line)
        } else {
            place.place.clone()
        };
        let value = text(show(key, &place.value, is_secret));
        vec![mark.to_owned(), at, value, paint(&note, faint())]
    };
    let mark = |counts: bool| if counts { "→" } else { " " };
    let mut rows: Vec<Vec<String>> = setting
        .places
        .iter()
        .map(|place| {
            let note = match place.kind {
                PlaceKind::Release => "release default",
                _ => "",
            };
            row(mark(place.wins), place, note.to_owned())
        })
        .collect();
    let counts_alone = setting.places.is_empty();
    rows.extend(setting.java.iter().map(|place| {
        let note = "Java property";
        row(mark(place.wins && counts_alone), place, note.to_owned())
    }));
    rows.extend(
        setting
            .companies
            .iter()
            .map(|(company, place)| row(" ", place, format!("for company {company} only"))),
    );
    shown_text.push_str(&columns(None, &rows));
    shown_text
}
