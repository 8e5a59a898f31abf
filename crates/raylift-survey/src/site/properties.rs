//! The effective portal properties and where each comes from.
//!
//! Order of reading (layout-and-artifacts 4.1, read in `ClassLoaderAggregateProperties`): `portal.properties` inside
//! `portal-impl.jar`, then what each file names in `include-and-override`, a file's own includes above the file, later
//! ones above earlier ones; then variables `LIFERAY_...`; then options `-Dportal:KEY=VALUE`.

use std::collections::BTreeMap;

use raylift_model::facts::{PropertySource, SettingSource};
use raylift_model::finding::Finding;

use crate::properties::interpolate;

/// Place of the layer with the environment's variables.
pub(crate) const ENVIRONMENT: &str = "environment";
/// Place of the layer with the Java machine's options.
pub(crate) const OPTIONS: &str = "JVM options";

/// Everything that one place sets.
#[derive(Clone)]
pub(crate) struct Layer {
    /// What the facts say about it.
    pub(crate) source: PropertySource,
    /// The values of each key, in the order of the file.
    pub(crate) values: BTreeMap<String, Vec<String>>,
}

/// All layers, later ones win. Holds passwords, so it has no `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Properties {
    /// In read order.
    pub(crate) layers: Vec<Layer>,
    /// What `${name}` means besides properties: the default home and the Java machine's own properties.
    pub(crate) fallback: BTreeMap<String, String>,
    /// What could not be read.
    pub(crate) findings: Vec<Finding>,
    /// Some source could not be read: then no value is certain.
    pub(crate) incomplete: bool,
}

impl Properties {
    /// The effective value with placeholders replaced. A placeholder that nothing sets stays as written.
    pub(crate) fn value(&self, key: &str) -> Option<String> {
        self.raw(key)
            .map(|value| interpolate(value, &|name| self.meaning(name)))
    }

    /// True for `true`, in any case, as `GetterUtil.getBoolean` reads it.
    pub(crate) fn is_true(&self, key: &str) -> bool {
        self.value(key)
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    }

    /// Every place that sets the key, the winning one last.
    pub(crate) fn places(&self, key: &str) -> Vec<SettingSource> {
        self.layers
            .iter()
            .filter(|layer| layer.values.contains_key(key))
            .map(|layer| SettingSource {
                key: key.to_owned(),
                place: layer.source.place.clone(),
            })
            .collect()
    }

    /// The winning place sets the key more than once to different values: which one counts depends on the reader of
    /// the value (an inference of layout-and-artifacts 4.1), so it is not certain.
    pub(crate) fn is_ambiguous(&self, key: &str) -> bool {
        self.winning(key)
            .is_some_and(|values| values.iter().any(|value| Some(value) != values.first()))
    }

    /// The sources for the facts.
    pub(crate) fn sources(&self) -> Vec<PropertySource> {
        self.layers
            .iter()
            .map(|layer| layer.source.clone())
            .collect()
    }

    /// What a placeholder stands for.
    pub(crate) fn meaning(&self, name: &str) -> Option<String> {
        self.raw(name)
            .map(str::to_owned)
            .or_else(|| self.fallback.get(name).cloned())
    }

    fn raw(&self, key: &str) -> Option<&str> {
        self.winning(key)?.last().map(String::as_str)
    }

    fn winning(&self, key: &str) -> Option<&Vec<String>> {
        self.layers
            .iter()
            .rev()
            .find_map(|layer| layer.values.get(key))
    }
}

impl Layer {
    /// A layer of keys and values in the order they were read.
    pub(crate) fn new(
        place: impl Into<String>,
        digest: Option<raylift_model::digest::Digest>,
        entries: Vec<(String, String)>,
    ) -> Self {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, value) in entries {
            values.entry(key).or_default().push(value);
        }
        let source = PropertySource {
            place: place.into(),
            keys: values.keys().cloned().collect(),
            digest,
        };
        Self { source, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(place: &str, entries: &[(&str, &str)]) -> Layer {
        let entries = entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        Layer::new(place, None, entries)
    }

    #[test]
    fn the_last_layer_wins_and_all_places_are_known() {
        let mut properties = Properties {
            layers: vec![
                layer(
                    "a",
                    &[
                        ("url", "jdbc:hsqldb:${liferay.home}/x"),
                        ("liferay.home", "${base}"),
                    ],
                ),
                layer(
                    "b",
                    &[
                        ("url", "jdbc:b:${liferay.home}"),
                        ("twice", "1"),
                        ("twice", "2"),
                    ],
                ),
            ],
            ..Properties::default()
        };
        properties
            .fallback
            .insert("base".to_owned(), "/opt".to_owned());
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
    }
}
