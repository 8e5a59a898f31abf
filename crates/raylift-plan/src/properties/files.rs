//! The property files of the site that can be changed.

use std::path::Path;

use raylift_formats::properties::{Encoding, Properties, read};
use raylift_model::digest::Digest;
use raylift_model::facts::{PropertySource, SiteFacts};
use raylift_model::names::RelativePath;
use raylift_model::plan::PropertySet;

/// One file, read. Holds values, so it has no `Debug`.
pub(crate) struct PropertyFile<'a> {
    /// Path in the home.
    pub(super) path: RelativePath,
    /// As the facts name it.
    pub(super) place: &'a str,
    pub(super) set: PropertySet,
    pub(super) bytes: &'a [u8],
    pub(super) digest: Digest,
    pub(super) read: Properties,
    /// Java or the portal refuses or misreads a part of it, so that it is better not touched.
    pub(super) is_sound: bool,
}

impl<'a> PropertyFile<'a> {
    /// The file of a place; `None` for one outside the home or whose content is not known.
    pub(crate) fn of(site: &'a SiteFacts, source: &'a PropertySource) -> Option<Self> {
        let below = Path::new(&source.place).strip_prefix(&site.home).ok()?;
        let path = RelativePath::new(below.to_str()?);
        let bytes = site.texts.get(&path)?.expose();
        let set = set_of(&source.place);
        // Portal properties are read as UTF-8, system properties through `Properties.load(InputStream)`.
        let (encoding, is_text) = match set {
            PropertySet::Portal => (Encoding::Utf8, std::str::from_utf8(bytes).is_ok()),
            PropertySet::System => (Encoding::Latin1, true),
        };
        let read = read(bytes, encoding);
        let is_sound = !read.has_errors() && is_text;
        Some(Self {
            set,
            place: &source.place,
            digest: Digest::of(bytes),
            bytes,
            read: read.value,
            is_sound,
            path,
        })
    }

    /// Whether a key stands several times in it: the portal joins the values of repeated lines into a list.
    pub(crate) fn repeats(&self, key: &str) -> bool {
        let entries = self.read.entries().iter();
        entries.filter(|entry| entry.key == key).count() > 1
    }

    pub(crate) fn value(&self, set: PropertySet, key: &str) -> Option<&str> {
        self.read.get(key).filter(|_| self.set == set)
    }
}

/// Files with settings below the home whose contents are known, in read order.
pub(super) fn of(site: &SiteFacts) -> Vec<PropertyFile<'_>> {
    site.properties
        .iter()
        .filter_map(|source| PropertyFile::of(site, source))
        .collect()
}

/// `system.properties` and `system-ext.properties` hold system properties, everything else portal properties.
pub(crate) fn set_of(place: &str) -> PropertySet {
    match place.rsplit('/').next() {
        Some("system.properties" | "system-ext.properties") => PropertySet::System,
        _ => PropertySet::Portal,
    }
}
