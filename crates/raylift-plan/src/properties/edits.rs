//! The changed files.

use std::collections::{BTreeMap, BTreeSet};

use raylift_formats::Parsed;
use raylift_formats::config::{self, Config, Dialect};
use raylift_formats::properties::{remove_splices, rename_splices, set_splices};
use raylift_formats::splice;
use raylift_model::digest::Digest;
use raylift_model::facts::{ReleaseFacts, SiteFacts};
use raylift_model::names::RelativePath;
use raylift_model::plan::{
    Base, ConfigurationAttribute, Edit, Piece, PropertyFate, PropertySet, Splice,
};

use super::attribute::Attributes;
use super::files::PropertyFile;
use super::value;
use crate::splices::edit;

/// Stands for a value while the place for it is looked for; ASCII, and nothing that is escaped.
const MARK: &str = "RAYLIFT-PUTS-THE-VALUE-HERE";
const PROPERTIES: &str = "the site's, with keys brought to the new release";
const CONFIGURATION: &str = "takes over properties that became configuration of a module";

/// What is changed so far.
pub(super) struct Edits<'a> {
    site: &'a SiteFacts,
    release: &'a ReleaseFacts,
    files: &'a [PropertyFile<'a>],
    attributes: &'a Attributes<'a>,
    /// Where portal properties go.
    portal: RelativePath,
    /// Where system properties go.
    system: RelativePath,
    /// Changes in a file of the site, or in one that it does not have yet.
    changed: BTreeMap<RelativePath, Vec<Splice>>,
}

impl<'a> Edits<'a> {
    pub(super) fn new(
        site: &'a SiteFacts,
        tomcat: &RelativePath,
        release: &'a ReleaseFacts,
        files: &'a [PropertyFile<'a>],
        attributes: &'a Attributes<'a>,
    ) -> Self {
        Self {
            site,
            release,
            files,
            attributes,
            portal: RelativePath::new("portal-ext.properties"),
            system: tomcat.join("webapps/ROOT/WEB-INF/classes/system-ext.properties"),
            changed: BTreeMap::new(),
        }
    }

    /// Changes what a fate demands, everything or nothing. `had_no_effect` says that the installed release does not read
    /// the key either.
    ///
    /// # Errors
    /// With the reason, for the person.
    pub(super) fn carry(
        &mut self,
        set: PropertySet,
        key: &str,
        fate: &PropertyFate,
        places: &[String],
        had_no_effect: bool,
    ) -> Result<(), String> {
        let files = self.changeable(key, places)?;
        let mut changes = match fate {
            PropertyFate::Renamed { to } => {
                return self.rename(set, key, to, &files);
            }
            PropertyFate::Moved { to } => self.moved((set, key), to, &files, had_no_effect)?,
            PropertyFate::Modularized {
                attribute: Some(attribute),
                ..
            } => self.configured(key, attribute, &files, had_no_effect)?,
            PropertyFate::Modularized {
                attribute: None,
                module,
            } => {
                return Err(format!(
                    "no metatype of the new release tells which configuration of {module} it is"
                ));
            }
            _ => return Ok(()),
        };
        let reason = format!("raylift, update to {}: {}", self.version(), successor(fate));
        for file in &files {
            let splices = remove_splices(file.bytes, key, Some(&reason));
            changes.push((file.path.clone(), splices.into_iter().map(plain).collect()));
        }
        self.add(changes);
        Ok(())
    }

    /// All files whose entries of a key can be changed.
    fn changeable(
        &self,
        key: &str,
        places: &[String],
    ) -> Result<Vec<&'a PropertyFile<'a>>, String> {
        places
            .iter()
            .map(|place| {
                let file = self
                    .files
                    .iter()
                    .find(|file| file.place == place)
                    .ok_or_else(|| {
                        format!("it is set in {place}, which raylift does not change")
                    })?;
                if !file.is_sound {
                    return Err(format!("{place} has lines that cannot be read for certain"));
                }
                if file.repeats(key) {
                    return Err(format!("it stands several times in {place}"));
                }
                Ok(file)
            })
            .collect()
    }

    fn rename(
        &mut self,
        set: PropertySet,
        key: &str,
        to: &str,
        files: &[&PropertyFile<'_>],
    ) -> Result<(), String> {
        if self.is_set(set, to) {
            return Err(both(to));
        }
        let mut changes = Vec::new();
        for file in files {
            let splices = rename_splices(file.bytes, key, to).unwrap_or_default();
            changes.push((file.path.clone(), splices.into_iter().map(plain).collect()));
        }
        self.add(changes);
        Ok(())
    }

    /// The value goes, as it is written, to the end of the other set's file.
    fn moved(
        &self,
        (set, key): (PropertySet, &str),
        to: &str,
        files: &[&PropertyFile<'_>],
        had_no_effect: bool,
    ) -> Result<Vec<(RelativePath, Vec<Splice>)>, String> {
        let other = match set {
            PropertySet::Portal => PropertySet::System,
            PropertySet::System => PropertySet::Portal,
        };
        match (self.is_set(other, to), had_no_effect) {
            // The value there is in effect already; only the key that does nothing has to go.
            (true, true) => return Ok(Vec::new()),
            (true, false) => return Err(both(to)),
            (false, _) => {}
        }
        let (file, value) = winning(key, files)?;
        if value.contains("${") {
            return Err(
                "its value holds a placeholder, which means something else in the other file"
                    .to_owned(),
            );
        }
        let entry = file.read.entry(key).ok_or_else(|| missing(key))?;
        let raw = file
            .bytes
            .get(entry.value_bytes.clone())
            .ok_or_else(|| missing(key))?;
        if !raw.is_ascii() {
            return Err(
                "its value is not ASCII, and the two files differ in their encoding".to_owned(),
            );
        }
        let path = match other {
            PropertySet::Portal => &self.portal,
            PropertySet::System => &self.system,
        };
        let piece = Piece::Site {
            path: file.path.clone(),
            digest: file.digest.clone(),
            start: entry.value_bytes.start as u64,
            length: raw.len() as u64,
        };
        let bytes = self.bytes_of(path)?;
        let splices = set_splices(bytes, to, MARK)
            .into_iter()
            .map(|splice| marked(splice, &piece))
            .collect();
        Ok(vec![(path.clone(), splices)])
    }

    /// The value becomes a line of the configuration's file.
    fn configured(
        &self,
        key: &str,
        at: &ConfigurationAttribute,
        files: &[&PropertyFile<'_>],
        had_no_effect: bool,
    ) -> Result<Vec<(RelativePath, Vec<Splice>)>, String> {
        let path = RelativePath::new(format!("osgi/configs/{}.config", at.pid));
        let cfg = RelativePath::new(format!("osgi/configs/{}.cfg", at.pid));
        if self.site.files.iter().any(|file| file.path == cfg) {
            return Err(format!("{cfg} configures {}, too", at.pid));
        }
        let attribute = self
            .attributes
            .named(&at.pid, &at.id)
            .ok_or_else(|| missing(key))?;
        let bytes = self.bytes_of(&path)?;
        if bytes.is_empty() && self.has_row(&at.pid) {
            return Err(format!(
                "{} is configured in System Settings, and a file would take the place of all of that",
                at.pid
            ));
        }
        let read = self.read(bytes);
        if read.has_errors() {
            return Err(format!(
                "{path} has lines that the server does not understand"
            ));
        }
        let (file, value) = winning(key, files)?;
        match read.value.get(&at.id) {
            None => {}
            // What stands there is in effect already; only the key that says the same, or nothing, has to go.
            Some(entry) if had_no_effect || value::says(entry, value) => return Ok(Vec::new()),
            Some(_) => return Err(both(&format!("{} in {path}", at.id))),
        }
        let mut insert = value::line(attribute, file, key, value)?;
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            insert.insert(0, value::text("\r\n".to_owned()));
        }
        insert.push(value::text("\r\n".to_owned()));
        let splice = Splice {
            at: bytes.len() as u64,
            remove: 0,
            insert,
        };
        Ok(vec![(path, vec![splice])])
    }

    /// A `.config` file as the new release will read it.
    fn read(&self, bytes: &[u8]) -> Parsed<Config> {
        match self.release.identity.version.as_ref() {
            Some(version) => {
                let (major, minor) = version.line();
                config::read_as(bytes, Dialect::of_line(major, minor))
            }
            None => config::read(bytes),
        }
    }

    fn is_set(&self, set: PropertySet, key: &str) -> bool {
        self.site.properties.iter().any(|source| {
            !source.place.contains("!/")
                && super::files::set_of(&source.place) == set
                && source
                    .keys
                    .binary_search_by(|known| known.as_str().cmp(key))
                    .is_ok()
        })
    }

    /// A row in `Configuration_`: somebody saved the configuration in the portal.
    fn has_row(&self, pid: &str) -> bool {
        self.site
            .database
            .configurations
            .iter()
            .any(|row| row.pid == pid)
    }

    /// The content of a file of the site; none for one that is not there.
    fn bytes_of(&self, path: &RelativePath) -> Result<&'a [u8], String> {
        match self.site.texts.get(path) {
            Some(text) => Ok(text.expose()),
            None if self.site.files.iter().any(|file| file.path == *path) => {
                Err(format!("{path} could not be read"))
            }
            None => Ok(&[]),
        }
    }

    fn add(&mut self, changes: Vec<(RelativePath, Vec<Splice>)>) {
        for (path, splices) in changes {
            self.changed.entry(path).or_default().extend(splices);
        }
    }

    fn version(&self) -> String {
        let version = self.release.identity.version.as_ref();
        version.map_or_else(|| "the new release".to_owned(), ToString::to_string)
    }

    /// The edits by their paths, with the reason for each.
    pub(super) fn finish(self) -> BTreeMap<RelativePath, (Edit, &'static str)> {
        let of_files: BTreeSet<&RelativePath> = self.files.iter().map(|file| &file.path).collect();
        self.changed
            .into_iter()
            .filter(|(_, splices)| !splices.is_empty())
            .map(|(path, splices)| {
                let base = self
                    .site
                    .texts
                    .get(&path)
                    .map_or(Base::Nothing, |text| Base::Site {
                        path: path.clone(),
                        digest: Digest::of(text.expose()),
                    });
                let is_properties =
                    of_files.contains(&path) || path.as_str().ends_with(".properties");
                let reason = if is_properties {
                    PROPERTIES
                } else {
                    CONFIGURATION
                };
                (
                    path.clone(),
                    (edit(self.site, &path, base, splices), reason),
                )
            })
            .collect()
    }
}

/// The last file that sets a key, and the value there.
fn winning<'f, 'a>(
    key: &str,
    files: &[&'f PropertyFile<'a>],
) -> Result<(&'f PropertyFile<'a>, &'f str), String> {
    files
        .iter()
        .rev()
        .find_map(|file| Some((*file, file.read.get(key)?)))
        .ok_or_else(|| missing(key))
}

fn both(to: &str) -> String {
    format!("{to} is set, too, and it is not certain which of the two is wanted")
}

fn missing(key: &str) -> String {
    format!("the value of {key} was not found where it is said to be")
}

fn successor(fate: &PropertyFate) -> String {
    match fate {
        PropertyFate::Moved { to } => format!("moved to {to} of the other property file"),
        PropertyFate::Modularized {
            attribute: Some(attribute),
            ..
        } => format!("moved to {} in {}.config", attribute.id, attribute.pid),
        _ => "moved".to_owned(),
    }
}

/// Text that raylift made.
fn plain(splice: splice::Splice) -> Splice {
    Splice {
        at: splice.range.start as u64,
        remove: splice.range.len() as u64,
        insert: match splice.replacement.as_str() {
            "" => Vec::new(),
            _ => vec![value::text(splice.replacement)],
        },
    }
}

/// The same with a piece in the place of the mark.
fn marked(splice: splice::Splice, piece: &Piece) -> Splice {
    let Some((before, after)) = splice.replacement.split_once(MARK) else {
        return plain(splice);
    };
    Splice {
        at: splice.range.start as u64,
        remove: splice.range.len() as u64,
        insert: vec![
            value::text(before.to_owned()),
            piece.clone(),
            value::text(after.to_owned()),
        ],
    }
}
