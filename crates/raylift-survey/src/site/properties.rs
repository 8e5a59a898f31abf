//! The effective portal properties and where each comes from.
//!
//! Order of reading (`ClassLoaderAggregateProperties` and `ConfigurationImpl`, run for 7.2.0, 7.2.1, 7.3 and 7.4):
//! `portal.properties` on the class path, then what each file names in `include-and-override`, a file's own includes
//! above the file, later ones above earlier ones; then variables `LIFERAY_...`; then Java properties `portal:KEY`; and
//! only where nothing sets a key, the Java property of that name.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use raylift_formats::portal_properties::{InterpolationError, interpolate, list};
use raylift_model::facts::{PropertySource, SettingSource};
use raylift_model::finding::Finding;

/// Place of the layer with the environment's variables.
pub(crate) const ENVIRONMENT: &str = "environment";
/// Place of the layer with the Java machine's options.
pub(crate) const OPTIONS: &str = "JVM options";

/// One element of a key's list, and where it stands. Holds secrets, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Element {
    /// The text, placeholders not replaced.
    pub(crate) text: String,
    /// File, variable or option.
    pub(crate) place: String,
    /// Line of a file, from one; zero elsewhere.
    pub(crate) line: u32,
}

impl Element {
    /// `FILE:LINE`, or the place alone.
    pub(crate) fn at(&self) -> String {
        super::doubts::at(&self.place, self.line)
    }
}

/// What a layer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LayerKind {
    /// `portal.properties` of the release.
    Release,
    /// A file of portal properties.
    File,
    /// `system-ext.properties`: its keys are Java properties, not the portal's.
    System,
    /// Variables `LIFERAY_...`.
    Environment,
    /// Java properties `portal:KEY`.
    Options,
}

/// Everything that one place sets.
#[derive(Clone)]
pub(crate) struct Layer {
    /// What the facts say about it.
    pub(crate) source: PropertySource,
    /// What it is.
    pub(crate) kind: LayerKind,
    /// The elements of each key, in the order of the file.
    pub(crate) values: BTreeMap<String, Vec<Element>>,
}

/// All layers, later ones win. Holds passwords, so it has no `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Properties {
    /// In read order.
    pub(crate) layers: Vec<Layer>,
    /// The Java machine's properties, each with every place that sets it, the one that counts last.
    pub(crate) java: BTreeMap<String, Vec<Element>>,
    /// The environment, for `${env:NAME}`.
    pub(crate) variables: BTreeMap<String, String>,
    /// Values for single companies, which never count for the whole server: company and element, by key.
    pub(crate) companies: BTreeMap<String, Vec<(String, Element)>>,
    /// What is to be said.
    pub(crate) findings: Vec<Finding>,
    /// Some source could not be read: then no value is certain.
    pub(crate) incomplete: bool,
}

/// A value as the portal gets it.
pub(crate) type Value = Result<String, InterpolationError>;

impl Properties {
    /// The effective value (`ConfigurationImpl.get`): one element with its placeholders replaced, several joined with
    /// commas as they are written. A placeholder that nothing sets stays as written.
    pub(crate) fn value(&self, key: &str) -> Option<String> {
        self.effective(key)?.ok()
    }

    /// The same, saying when the portal could not work it out.
    pub(crate) fn effective(&self, key: &str) -> Option<Value> {
        let single = |text: &str| self.resolve(text);
        if let Some(layer) = self.setting(key, LayerKind::Options) {
            return layer.last().map(|element| single(&element.text));
        }
        match self.elements(key) {
            Some([only]) => Some(single(&only.text)),
            Some(several) => {
                // `StringUtil.merge` of 7.2.1 and later; 7.2.0 keeps blanks that escapes made.
                let texts: Vec<&str> = several
                    .iter()
                    .map(|element| element.text.trim_matches(|letter| letter <= ' '))
                    .collect();
                Some(Ok(texts.join(",")))
            }
            None => self.java_value(key).map(single),
        }
    }

    /// The effective list (`ConfigurationImpl.getArray`), which knows no Java properties. A last element
    /// that says nothing is left out.
    pub(crate) fn list(&self, key: &str) -> Result<Vec<String>, InterpolationError> {
        let mut list = self
            .elements(key)
            .unwrap_or_default()
            .iter()
            .map(|element| self.resolve(&element.text))
            .collect::<Result<Vec<String>, InterpolationError>>()?;
        if list.last().is_some_and(|last| is_null(last)) {
            list.pop();
        }
        Ok(list)
    }

    /// True for `true`, in any case, as `GetterUtil.getBoolean` reads it.
    pub(crate) fn is_true(&self, key: &str) -> bool {
        self.value(key)
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    }

    /// Every place that sets the key, the winning one last.
    pub(crate) fn places(&self, key: &str) -> Vec<SettingSource> {
        last_of_each(self.portal_layers())
            .into_iter()
            .filter(|layer| layer.values.contains_key(key))
            .map(|layer| SettingSource {
                key: key.to_owned(),
                place: layer.source.place.clone(),
            })
            .collect()
    }

    /// The layers of portal properties, in read order.
    pub(crate) fn portal_layers(&self) -> impl DoubleEndedIterator<Item = &Layer> {
        self.layers
            .iter()
            .filter(|layer| layer.kind != LayerKind::System)
    }

    /// The winning place sets the key on more than one line, to different values: they are joined, which for most keys
    /// is not what was meant.
    pub(crate) fn is_ambiguous(&self, key: &str) -> bool {
        self.portal_layers()
            .rev()
            .find_map(|layer| layer.values.get(key))
            .is_some_and(|elements| {
                let differs = |one: &Element, other: &Element| {
                    (one.line, &one.place) != (other.line, &other.place) && one.text != other.text
                };
                elements
                    .first()
                    .is_some_and(|first| elements.iter().any(|element| differs(first, element)))
            })
    }

    /// The sources for the facts.
    pub(crate) fn sources(&self) -> Vec<PropertySource> {
        last_of_each(self.layers.iter())
            .into_iter()
            .map(|layer| layer.source.clone())
            .collect()
    }

    /// A text with its placeholders replaced; as written where that is not possible.
    pub(crate) fn interpolated(&self, text: &str) -> String {
        self.resolve(text).unwrap_or_else(|_| text.to_owned())
    }

    fn resolve(&self, text: &str) -> Value {
        let without_name = Cell::new(false);
        let meaning = |name: &str| {
            let meaning = self.meaning(name);
            without_name.set(without_name.get() || (name.is_empty() && meaning.is_none()));
            meaning
        };
        let resolved = interpolate(text, &meaning)?;
        if without_name.get() {
            return Err(InterpolationError::NoName);
        }
        Ok(resolved)
    }

    /// What a placeholder stands for: of a list its first element (`AbstractConfiguration.resolveContainerStore`).
    fn meaning(&self, name: &str) -> Option<String> {
        if let Some(text) = prefixed(name, &self.java, &self.variables) {
            return Some(text);
        }
        self.setting(name, LayerKind::Options)
            .and_then(|elements| elements.last())
            .or_else(|| self.elements(name)?.first())
            .map(|element| element.text.clone())
            .or_else(|| self.java_value(name).map(str::to_owned))
    }

    /// `${name}` in a text replaced by Java properties, as HSQLDB does with its URL (`DatabaseURL` of 2.3.3, read). It has to:
    /// the shipped URL of 7.2.1 and later holds a comma, is a list therefore, and reaches it as it is written. The portal
    /// makes `liferay.home` a Java property (`PropsUtil` of 7.2.0, 7.3.6 and 7.4.3.41, read).
    pub(crate) fn in_java(&self, text: &str) -> String {
        let meaning = |name: &str| match name {
            "liferay.home" => self.value(name),
            _ => self.java_value(name).map(str::to_owned),
        };
        interpolate(text, &meaning).unwrap_or_else(|_| text.to_owned())
    }

    fn java_value(&self, name: &str) -> Option<&str> {
        Some(self.java.get(name)?.last()?.text.as_str())
    }

    fn setting(&self, key: &str, kind: LayerKind) -> Option<&[Element]> {
        self.layers
            .iter()
            .rev()
            .filter(|layer| layer.kind == kind)
            .find_map(|layer| layer.values.get(key).map(Vec::as_slice))
    }

    /// The list that counts, without Java properties.
    fn elements(&self, key: &str) -> Option<&[Element]> {
        self.portal_layers()
            .rev()
            .filter(|layer| layer.kind != LayerKind::Options)
            .find_map(|layer| layer.values.get(key).map(Vec::as_slice))
    }
}

/// The layers without those that come again later. A server started in its home reads `portal-ext.properties` there twice:
/// by its bare name and by its whole path.
pub(crate) fn last_of_each<'a>(layers: impl Iterator<Item = &'a Layer>) -> Vec<&'a Layer> {
    let layers: Vec<&Layer> = layers.collect();
    let mut seen = BTreeSet::new();
    let mut last: Vec<&Layer> = layers
        .into_iter()
        .rev()
        .filter(|layer| seen.insert(layer.source.place.as_str()))
        .collect();
    last.reverse();
    last
}

/// `Validator.isNull`: blanks alone, or `null` among blanks.
fn is_null(text: &str) -> bool {
    let bare = text.replace(' ', "");
    bare.is_empty() || bare == "null"
}

/// `${sys:NAME}` and `${env:NAME}` (`ConfigurationInterpolator`).
pub(crate) fn prefixed(
    name: &str,
    java: &BTreeMap<String, Vec<Element>>,
    variables: &BTreeMap<String, String>,
) -> Option<String> {
    if let Some(name) = name.strip_prefix("sys:") {
        return Some(java.get(name)?.last()?.text.clone());
    }
    variables.get(name.strip_prefix("env:")?).cloned()
}

/// What a variable's value makes of a key: it is split at commas twice, once by the configuration that takes it and once
/// by the one in memory that keeps it (`CompositeConfiguration.addPropertyDirect`).
pub(crate) fn of_variable(value: &str) -> Vec<String> {
    list(value).iter().flat_map(|part| list(part)).collect()
}

impl Layer {
    /// A layer of keys and elements in the order they were read.
    pub(crate) fn new(
        kind: LayerKind,
        place: impl Into<String>,
        digest: Option<raylift_model::digest::Digest>,
        entries: Vec<(String, Element)>,
    ) -> Self {
        let mut values: BTreeMap<String, Vec<Element>> = BTreeMap::new();
        for (key, element) in entries {
            values.entry(key).or_default().push(element);
        }
        let source = PropertySource {
            place: place.into(),
            keys: values.keys().cloned().collect(),
            digest,
        };
        Self {
            source,
            kind,
            values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(place: &str, entries: &[(&str, &str)]) -> Layer {
        let entries = entries
            .iter()
            .zip(1..)
            .map(|((key, text), line)| {
                let element = Element {
                    text: (*text).to_owned(),
                    place: place.to_owned(),
                    line,
                };
                ((*key).to_owned(), element)
            })
            .collect();
        Layer::new(LayerKind::File, place, None, entries)
    }

    #[test]
    fn the_last_layer_wins_and_all_places_are_known() {
        let properties = Properties {
            layers: vec![
                layer(
                    "a",
                    &[
                        ("url", "jdbc:hsqldb:${liferay.home}/x"),
                        ("liferay.home", "${base}"),
                        ("base", "/opt"),
                    ],
                ),
                layer(
                    "b",
                    &[
                        ("url", "jdbc:b:${liferay.home}"),
                        ("twice", "1"),
                        ("twice", "${base}"),
                        ("shipped", "jdbc:hsqldb:${liferay.home}/x;a=1"),
                        ("shipped", "b=2"),
                    ],
                ),
            ],
            ..Properties::default()
        };
        let shipped = properties.value("shipped").unwrap_or_default();
        assert_eq!(shipped, "jdbc:hsqldb:${liferay.home}/x;a=1,b=2");
        assert_eq!(properties.in_java(&shipped), "jdbc:hsqldb:/opt/x;a=1,b=2");
        assert_eq!(properties.in_java("${base}"), "${base}");
        assert_eq!(properties.value("url").as_deref(), Some("jdbc:b:/opt"));
        let places: Vec<String> = properties
            .places("url")
            .into_iter()
            .map(|source| source.place)
            .collect();
        assert_eq!(places, ["a", "b"]);
        assert!(properties.is_ambiguous("twice"));
        assert!(!properties.is_ambiguous("url"));
        assert_eq!(properties.value("none"), None);
        assert_eq!(properties.value("twice").as_deref(), Some("1,${base}"));
        assert_eq!(
            properties.list("twice"),
            Ok(vec!["1".to_owned(), "/opt".to_owned()])
        );
    }
}
