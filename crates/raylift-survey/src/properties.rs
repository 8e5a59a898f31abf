//! Properties files and placeholders as the portal reads them.

use raylift_formats::environment;
use raylift_formats::properties::{Encoding, read};

/// Placeholders inside placeholders that are followed.
const DEEPEST: usize = 16;

/// Keys and values in the order of the file, repeated ones included, and what Java would refuse the file for.
pub(crate) fn entries(bytes: &[u8]) -> (Vec<(String, String)>, Vec<String>) {
    let read = read(bytes, Encoding::Utf8);
    let refused = read
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == raylift_formats::Level::Error)
        .map(ToString::to_string)
        .collect();
    let entries = read
        .value
        .entries()
        .iter()
        .map(|property| (property.key.clone(), property.value.clone()))
        .collect();
    (entries, refused)
}

/// The value of one key.
pub(crate) fn value_of(bytes: &[u8], key: &str) -> Option<String> {
    read(bytes, Encoding::Utf8)
        .value
        .get(key)
        .map(str::to_owned)
}

/// The properties in `LIFERAY_...` variables, names decoded.
pub(crate) fn decode_environment(variables: &[(String, String)]) -> Vec<(String, String)> {
    variables
        .iter()
        .filter_map(|(name, value)| Some((environment::decode(name)?.key, value.clone())))
        .collect()
}

/// Replaces each `${name}` by what it means, which may hold placeholders again. What means nothing stays as written
/// (Commons Configuration 1.x, which reads portal properties; an inference of layout-and-artifacts 4.1).
pub(crate) fn interpolate(text: &str, meaning: &dyn Fn(&str) -> Option<String>) -> String {
    replace(text, meaning, 0)
}

fn replace(text: &str, meaning: &dyn Fn(&str) -> Option<String>, depth: usize) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        replaced.push_str(before);
        match meaning(name).filter(|_| depth < DEEPEST) {
            Some(value) => replaced.push_str(&replace(&value, meaning, depth + 1)),
            None => {
                replaced.push_str("${");
                replaced.push_str(name);
                replaced.push('}');
            }
        }
        rest = behind;
    }
    replaced.push_str(rest);
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_through_and_through() {
        let meaning = |name: &str| match name {
            "home" => Some("${root}/liferay".to_owned()),
            "root" => Some("/opt".to_owned()),
            "loop" => Some("x${loop}".to_owned()),
            _ => None,
        };
        for (text, expected) in [
            ("jdbc:${home}/data", "jdbc:/opt/liferay/data"),
            ("${none}-${root}", "${none}-/opt"),
            ("${open", "${open"),
            ("plain", "plain"),
        ] {
            assert_eq!(interpolate(text, &meaning), expected);
        }
        assert!(interpolate("${loop}", &meaning).ends_with("${loop}"));
    }

    #[test]
    fn the_environment_is_decoded() {
        let variables = [
            ("LIFERAY_JDBC_PERIOD_DEFAULT_PERIOD_URL", "jdbc:x"),
            (
                "LIFERAY_JDBC_PERIOD_DEFAULT_PERIOD_DRIVER_UPPERCASEC_LASS_UPPERCASEN_AME",
                "d",
            ),
            ("HOME", "/root"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let keys: Vec<String> = decode_environment(&variables)
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        assert_eq!(keys, ["jdbc.default.url", "jdbc.default.driverClassName"]);
    }
}
