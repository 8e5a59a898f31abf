//! Files at the top of the home that properties come from, or that properties files name.

use std::path::Path;

use super::includes::INCLUDE;
use super::properties::{Element, Properties};

/// Their names: every file that was read, those that others load in place and those for single companies too; and what
/// `include-and-override` names, whether the portal finds it there or not: where it does not, a finding says so.
pub(crate) fn named_files(home: &Path, properties: &Properties) -> Vec<String> {
    let layers = properties.layers.iter();
    let read = layers.clone().map(|layer| layer.source.place.as_str());
    let elements = layers
        .clone()
        .flat_map(|layer| layer.values.values().flatten())
        .chain(
            properties
                .companies
                .values()
                .flatten()
                .map(|(_, element)| element),
        )
        .map(|element| element.place.as_str());
    let at_the_top = read
        .chain(elements)
        .filter_map(|place| Path::new(place).strip_prefix(home).ok()?.to_str())
        .map(str::to_owned);
    let includes = layers
        .filter_map(|layer| layer.values.get(INCLUDE))
        .flatten()
        .filter_map(|element| as_written(home, element));
    let mut names: Vec<String> = at_the_top.chain(includes).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The name of a file that is named without a folder, or in the home, or in a folder that a placeholder stands for.
fn as_written(home: &Path, element: &Element) -> Option<String> {
    let text = element.text.trim();
    let (folder, name) = text.rsplit_once('/').unwrap_or(("", text));
    let may_be_home = folder.is_empty() || folder.contains("${") || Path::new(folder) == home;
    (may_be_home && !name.is_empty()).then(|| name.to_owned())
}
