//! What the two readers take out of a file, without its values.

use raylift_formats::config::{
    self, Config, ConfigEntry, Dialect, FileKind, Reading, Shape, ValueType,
};
use raylift_formats::{Diagnostic, Level, Parsed};
use raylift_model::facts::{
    AttributeShape, AttributeType, ConfigurationEncoding, ConfigurationEntry, ConfigurationKind,
    ConfigurationReading, ConfigurationRemark,
};

/// What stands in a file, with its values; it has no `Debug`, since they may be secrets.
pub(super) struct Content {
    pub(super) parsed: Parsed<Config>,
    /// Those of its diagnostics that are about the encoding.
    of_encoding: Vec<Diagnostic>,
}

/// The reader of 7.2 and before.
pub(super) fn older(bytes: &[u8], kind: ConfigurationKind) -> Content {
    content(bytes, kind, Dialect::Felix)
}

/// The reader of 7.3 and later.
pub(super) fn later(bytes: &[u8], kind: ConfigurationKind) -> Content {
    content(bytes, kind, Dialect::Liferay)
}

fn content(bytes: &[u8], kind: ConfigurationKind, dialect: Dialect) -> Content {
    let kind = match kind {
        ConfigurationKind::Cfg => FileKind::Cfg,
        _ => FileKind::Config,
    };
    let reading = Reading::new(dialect, kind);
    Content {
        parsed: config::read_with(bytes, &reading),
        of_encoding: config::notice_encoding(bytes, reading.encoding),
    }
}

impl Content {
    /// The reading without values, under the name of the file.
    pub(super) fn reading(&self, (pid, name): (String, Option<String>)) -> ConfigurationReading {
        ConfigurationReading {
            pid,
            name,
            refused: self.parsed.value.refused,
            entries: entries(&self.parsed.value),
            remarks: self
                .parsed
                .diagnostics
                .iter()
                .map(|diagnostic| ConfigurationRemark {
                    line: diagnostic.line,
                    loses: diagnostic.severity == Level::Error,
                    of_encoding: self.of_encoding.contains(diagnostic),
                    message: diagnostic.message.clone(),
                })
                .collect(),
        }
    }
}

/// Keys that both have, with another value each, sorted.
pub(super) fn differences(left: &Content, right: &Content) -> Vec<String> {
    let mut keys: Vec<String> = left
        .parsed
        .value
        .entries
        .iter()
        .filter(|entry| {
            let other = right.parsed.value.get(&entry.key);
            let own = left.parsed.value.get(&entry.key);
            own.zip(other).is_some_and(|(own, other)| {
                (own.value_type, &own.shape) != (other.value_type, &other.shape)
            })
        })
        .map(|entry| entry.key.clone())
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// How bytes are written.
pub(super) fn encoding(bytes: &[u8]) -> ConfigurationEncoding {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        ConfigurationEncoding::ByteOrderMark
    } else if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        ConfigurationEncoding::Utf16
    } else if bytes.is_ascii() {
        ConfigurationEncoding::Ascii
    } else if std::str::from_utf8(bytes).is_ok() {
        ConfigurationEncoding::Utf8
    } else {
        ConfigurationEncoding::Other
    }
}

/// Each key once, the last of its entries.
pub(super) fn entries(config: &Config) -> Vec<ConfigurationEntry> {
    let mut seen = std::collections::HashSet::new();
    let mut entries: Vec<ConfigurationEntry> = config
        .entries
        .iter()
        .rev()
        .filter(|entry| seen.insert(entry.key.as_str()))
        .map(entry)
        .collect();
    entries.reverse();
    entries
}

fn entry(entry: &ConfigEntry) -> ConfigurationEntry {
    let texts = texts(&entry.shape);
    let variable = texts.iter().any(|text| text.contains("${"));
    ConfigurationEntry {
        key: entry.key.clone(),
        value_type: value_type(entry.value_type),
        shape: match entry.shape {
            Shape::Scalar(_) => AttributeShape::Scalar,
            Shape::Array(_) => AttributeShape::Array,
            Shape::Collection(_) => AttributeShape::Collection,
        },
        values: u32::try_from(texts.len()).unwrap_or(u32::MAX),
        converts_to: CONVERTED
            .into_iter()
            .filter(|target| texts.iter().all(|text| converts(text, *target)))
            .collect(),
        variable,
        line: entry.line,
    }
}

pub(super) fn texts(shape: &Shape) -> &[String] {
    match shape {
        Shape::Scalar(text) => std::slice::from_ref(text),
        Shape::Array(texts) | Shape::Collection(texts) => texts,
    }
}

fn value_type(value_type: ValueType) -> AttributeType {
    match value_type {
        ValueType::String => AttributeType::String,
        ValueType::Integer => AttributeType::Integer,
        ValueType::Long => AttributeType::Long,
        ValueType::Float => AttributeType::Float,
        ValueType::Double => AttributeType::Double,
        ValueType::Byte => AttributeType::Byte,
        ValueType::Short => AttributeType::Short,
        ValueType::Character => AttributeType::Character,
        ValueType::Boolean => AttributeType::Boolean,
    }
}

const CONVERTED: [AttributeType; 8] = [
    AttributeType::Boolean,
    AttributeType::Byte,
    AttributeType::Short,
    AttributeType::Integer,
    AttributeType::Long,
    AttributeType::Float,
    AttributeType::Double,
    AttributeType::Character,
];

/// Whether a text is one of a value of the type, as `valueOf(String)` of the Java class has it; of a Boolean only the
/// two words, since anything else silently means false. Floating-point numbers of Java in hexadecimal notation, or with
/// a letter behind, do not count.
fn converts(text: &str, target: AttributeType) -> bool {
    match target {
        AttributeType::Boolean => {
            text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
        }
        AttributeType::Byte => text.parse::<i8>().is_ok(),
        AttributeType::Short => text.parse::<i16>().is_ok(),
        AttributeType::Integer => text.parse::<i32>().is_ok(),
        AttributeType::Long => text.parse::<i64>().is_ok(),
        AttributeType::Float | AttributeType::Double => {
            let text = text.trim();
            let unsigned = text.trim_start_matches(['+', '-']);
            matches!(unsigned, "NaN" | "Infinity")
                || unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
                    && text.parse::<f64>().is_ok()
        }
        AttributeType::Character => text.encode_utf16().count() == 1,
        AttributeType::String | AttributeType::Password | AttributeType::Unknown => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::name;
    use super::*;

    #[test]
    fn no_value_is_among_the_facts() {
        let content = later(
            b"password=\"s3cret\"\nnumbers=[\"1\",\"200\"]\n",
            ConfigurationKind::Config,
        );
        let reading = content.reading(name::later("a.b~c.config"));
        let text = format!("{reading:?}");
        assert!(!text.contains("s3cret") && !text.contains("200"), "{text}");
        assert_eq!(reading.pid, "a.b");
        let numbers = reading.entry("numbers").unwrap();
        assert_eq!((numbers.values, numbers.line), (2, 2));
        assert_eq!(
            numbers.converts_to,
            [
                AttributeType::Short,
                AttributeType::Integer,
                AttributeType::Long,
                AttributeType::Float,
                AttributeType::Double
            ]
        );
        assert_eq!(reading.entry("password").unwrap().converts_to, []);
    }

    #[test]
    fn what_is_said_of_the_encoding_is_told_from_the_rest() {
        let bytes = b"\xef\xbb\xbfa=\"\xc3\xa4\"\nb=\"x\0\"\n";
        let of_encoding = |content: &Content| -> Vec<u32> {
            let reading = content.reading(name::later("a.config"));
            let remarks = reading.remarks.iter();
            let lines = remarks.filter(|remark| remark.of_encoding);
            lines.map(|remark| remark.line).collect()
        };
        let kind = ConfigurationKind::Config;
        assert_eq!(of_encoding(&older(bytes, kind)), [1, 1]);
        assert_eq!(of_encoding(&later(bytes, kind)), [1]);
    }

    #[test]
    fn texts_convert_as_java_converts_them() {
        for (text, target, expected) in [
            ("TRUE", AttributeType::Boolean, true),
            ("yes", AttributeType::Boolean, false),
            ("128", AttributeType::Byte, false),
            ("+5", AttributeType::Integer, true),
            ("2147483648", AttributeType::Integer, false),
            ("2147483648", AttributeType::Long, true),
            (" 1.5e3 ", AttributeType::Double, true),
            ("inf", AttributeType::Double, false),
            ("-Infinity", AttributeType::Double, true),
            ("ab", AttributeType::Character, false),
        ] {
            assert_eq!(converts(text, target), expected, "{text} {target:?}");
        }
    }

    #[test]
    fn a_plain_file_holds_texts() {
        let content = older(b"a.b = x\n", ConfigurationKind::Cfg);
        let reading = content.reading(name::older("p.cfg"));
        let entry = reading.entry("a.b").unwrap();
        assert_eq!(entry.shape, AttributeShape::Scalar);
        assert_eq!(entry.value_type, AttributeType::String);
    }
}
