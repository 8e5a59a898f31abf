//! Reads the tree of files that `include-and-override` makes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use raylift_formats::Level;
use raylift_formats::portal_properties::{interpolate, list, read};
use raylift_model::digest::Digest;
use raylift_model::facts::FileKind;

use super::doubts::Doubts;
use super::properties::{Element, Layer, LayerKind, prefixed};
use crate::machine::Machine;

/// The largest properties file that is read, in bytes.
pub(crate) const LARGEST: u64 = 16 << 20;
/// The key with further files.
pub(crate) const INCLUDE: &str = "include-and-override";
/// Files that are read in all: a tree that grows beyond it is as good as endless.
const MOST_FILES: usize = 500;
/// The company of a file's name in 7.2.0 (`portal.properties` of 7.2.0; it is gone from 7.2.1 on).
const COMPANY: &str = "${easyconf:companyId}";

/// Where names are looked for.
pub(crate) struct Lookup<'a> {
    /// Reads.
    pub(crate) machine: &'a dyn Machine,
    /// Folders of the class path, in its order.
    pub(crate) class_path: Vec<PathBuf>,
    /// The folder the server was started in.
    pub(crate) folder: Option<PathBuf>,
    /// `user.home`.
    pub(crate) user_home: Option<PathBuf>,
    /// The home, which links may lead out of.
    pub(crate) home: PathBuf,
    /// The Java machine's properties.
    pub(crate) java: BTreeMap<String, Vec<Element>>,
    /// The environment.
    pub(crate) variables: BTreeMap<String, String>,
}

/// The tree as it is read.
pub(crate) struct Tree<'a> {
    pub(crate) lookup: &'a Lookup<'a>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) doubts: &'a mut Doubts,
    /// Patterns of names with the company in them, as written.
    pub(crate) company_names: Vec<String>,
    /// The files that are being read, outermost first.
    open: Vec<PathBuf>,
    read: usize,
}

/// What a file with everything that it loads in place says.
type Loaded = Vec<(String, Element)>;

impl<'a> Tree<'a> {
    pub(crate) fn new(lookup: &'a Lookup<'a>, doubts: &'a mut Doubts) -> Self {
        Self {
            lookup,
            layers: Vec::new(),
            doubts,
            company_names: Vec::new(),
            open: Vec::new(),
            read: 0,
        }
    }

    /// `portal.properties` itself and all below it. `further` are names that the environment adds to its list.
    pub(crate) fn release(&mut self, place: &str, bytes: &[u8], further: &[String]) {
        let mut loaded = Vec::new();
        if !self.load(place, Path::new(place), bytes, &mut loaded) {
            return;
        }
        let environment = further.iter().map(|name| {
            let element = Element {
                text: name.clone(),
                place: super::properties::ENVIRONMENT.to_owned(),
                line: 0,
            };
            (INCLUDE.to_owned(), element)
        });
        loaded.extend(environment);
        self.add(LayerKind::Release, place, Some(Digest::of(bytes)), loaded);
    }

    /// The names that a release has when its own list cannot be read.
    pub(crate) fn documented(&mut self, names: &[&str]) {
        for name in names {
            let own = BTreeMap::new();
            self.include(name, LayerKind::Release, ("", 0), &own);
        }
    }

    fn add(&mut self, kind: LayerKind, place: &str, digest: Option<Digest>, loaded: Loaded) {
        let layer = Layer::new(kind, place, digest, loaded);
        let own = layer.values.clone();
        self.layers.push(layer);
        for element in own.get(INCLUDE).into_iter().flatten() {
            let at = (element.place.as_str(), element.line);
            self.include(&element.text, kind, at, &own);
        }
    }

    /// A name is sought on the class path first, then as a file: in the folder the server was started in, in the user's
    /// home (`ConfigurationUtils.locate`).
    fn include(
        &mut self,
        written: &str,
        by: LayerKind,
        at: (&str, u32),
        own: &BTreeMap<String, Vec<Element>>,
    ) {
        if written.contains(COMPANY) {
            self.company_names.push(written.to_owned());
            return;
        }
        let Ok(name) = interpolate(written, &|name| self.meaning(name, own)) else {
            return;
        };
        // The release's own list names files that a site may have or not have.
        let is_wish = by == LayerKind::Release && at.0 != super::properties::ENVIRONMENT;
        if name.contains("${") {
            if !is_wish {
                self.doubts.placeholder(at, &name);
            }
            return;
        }
        match self.locate(&name) {
            Some(file) => self.file(&file, at),
            None if is_wish => {}
            None if self.lookup.folder.is_none() && Path::new(&name).is_relative() => {
                self.doubts.not_found_yet(at, &name);
            }
            None => self.doubts.not_found(at, &name),
        }
    }

    /// A name that cannot be worked out takes the whole file with it.
    fn names_are_clear(&mut self, loaded: &Loaded) -> bool {
        let mut own: BTreeMap<String, Vec<Element>> = BTreeMap::new();
        for (key, element) in loaded {
            own.entry(key.clone()).or_default().push(element.clone());
        }
        let unclear = own.get(INCLUDE).into_iter().flatten().find_map(|element| {
            let name = interpolate(&element.text, &|name| self.meaning(name, &own));
            Some((element.place.clone(), element.line, name.err()?))
        });
        if let Some((place, line, error)) = &unclear {
            self.doubts.refused(place, *line, &error.to_string());
        }
        unclear.is_none()
    }

    /// What a placeholder in a name stands for: files read before do not count, only the including one and Java's
    /// properties.
    fn meaning(&self, name: &str, own: &BTreeMap<String, Vec<Element>>) -> Option<String> {
        let java = |name: &str| {
            let value = self.lookup.java.get(name)?.last()?;
            list(&value.text).into_iter().next()
        };
        prefixed(name, &self.lookup.java, &self.lookup.variables)
            .or_else(|| java(&format!("portal:{name}")))
            .or_else(|| Some(own.get(name)?.first()?.text.clone()))
            .or_else(|| java(name))
    }

    fn locate(&mut self, name: &str) -> Option<PathBuf> {
        if name.is_empty() {
            return None;
        }
        let path = Path::new(name);
        let relative = path.strip_prefix("/").unwrap_or(path);
        let mut candidates: Vec<PathBuf> = self
            .lookup
            .class_path
            .iter()
            .map(|folder| folder.join(relative))
            .collect();
        if path.is_absolute() {
            candidates.push(path.to_owned());
        } else {
            let folders = [&self.lookup.folder, &self.lookup.user_home];
            candidates.extend(
                folders
                    .into_iter()
                    .flatten()
                    .map(|folder| folder.join(path)),
            );
        }
        self.first_there(candidates)
    }

    fn first_there(&mut self, candidates: Vec<PathBuf>) -> Option<PathBuf> {
        candidates.into_iter().find(|candidate| {
            match self.lookup.machine.stat(candidate) {
                Ok(None) => false,
                // What a link leads to counts.
                Ok(Some(stat)) => {
                    !matches!(stat.kind, FileKind::Link { .. })
                        || self.lookup.machine.canonical(candidate).is_ok()
                }
                Err(error) => {
                    self.doubts
                        .unreadable(&candidate.display().to_string(), error.to_string());
                    false
                }
            }
        })
    }

    fn file(&mut self, file: &Path, at: (&str, u32)) {
        let real = self
            .lookup
            .machine
            .canonical(file)
            .unwrap_or_else(|_| file.to_owned());
        let place = file.display().to_string();
        if self.open.contains(&real) {
            self.doubts.cycle(at, &place);
            return;
        }
        self.read += 1;
        if self.read > MOST_FILES {
            if self.read == MOST_FILES + 1 {
                self.doubts.too_many(at, MOST_FILES);
            }
            return;
        }
        let Some(bytes) = self.bytes(file, &real, at) else {
            return;
        };
        self.open.push(real.clone());
        let mut loaded = Vec::new();
        if self.load(&place, file, &bytes, &mut loaded) && self.names_are_clear(&loaded) {
            let is_again = self.layers.iter().any(|layer| layer.source.place == place);
            if is_again && !at.0.ends_with("!/portal.properties") {
                self.doubts.twice(at, &place);
            }
            self.add(LayerKind::File, &place, Some(Digest::of(&bytes)), loaded);
        }
        self.open.pop();
    }

    fn bytes(&mut self, file: &Path, real: &Path, at: (&str, u32)) -> Option<Vec<u8>> {
        let place = file.display().to_string();
        match self.lookup.machine.stat(real) {
            Ok(Some(stat)) if stat.kind == FileKind::Directory => {
                self.doubts.folder(at, &place);
                return None;
            }
            Ok(Some(_)) => {}
            Ok(None) => {
                self.doubts.not_found(at, &place);
                return None;
            }
            Err(error) => {
                self.doubts.unreadable(&place, error.to_string());
                return None;
            }
        }
        if file.starts_with(&self.lookup.home) && !real.starts_with(&self.lookup.home) {
            self.doubts.link_out(&place, real);
        }
        match self.lookup.machine.read(file, LARGEST) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.doubts.unreadable(&place, error.to_string());
                None
            }
        }
    }

    /// Reads a file and what it loads in place; false when the portal goes on without it.
    fn load(&mut self, place: &str, outer: &Path, bytes: &[u8], loaded: &mut Loaded) -> bool {
        let file = read(bytes);
        self.doubts.text(place, bytes, &file.diagnostics);
        if let Some(refusal) = file
            .diagnostics
            .iter()
            .find(|remark| remark.severity == Level::Error)
        {
            self.doubts.refused(place, refusal.line, &refusal.message);
            return false;
        }
        for item in file.value {
            if !item.is_include {
                let elements = item.values.into_iter().map(|text| Element {
                    text,
                    place: place.to_owned(),
                    line: item.line,
                });
                loaded.extend(elements.map(|element| (item.key.clone(), element)));
                continue;
            }
            for name in &item.values {
                if !self.load_in_place(name, outer, (place, item.line), loaded) {
                    return false;
                }
            }
        }
        true
    }

    /// `include` is sought beside the outermost file, then as other names are (`loadIncludeFile`).
    fn load_in_place(
        &mut self,
        written: &str,
        outer: &Path,
        at: (&str, u32),
        loaded: &mut Loaded,
    ) -> bool {
        let first = |key: &str| {
            let (_, element) = loaded.iter().find(|(known, _)| known == key)?;
            Some(element.text.clone())
        };
        let Ok(name) = interpolate(written, &|name| {
            prefixed(name, &self.lookup.java, &self.lookup.variables).or_else(|| first(name))
        }) else {
            self.doubts
                .refused(at.0, at.1, &format!("{written} cannot be worked out"));
            return false;
        };
        let beside = outer.parent().map(|folder| {
            folder.join(
                Path::new(&name)
                    .strip_prefix("/")
                    .unwrap_or(Path::new(&name)),
            )
        });
        let found = self
            .first_there(beside.into_iter().collect())
            .or_else(|| self.locate(&name));
        let Some(file) = found else {
            self.doubts.refused(
                at.0,
                at.1,
                &format!("it includes {name}, which is not there"),
            );
            return false;
        };
        let real = self
            .lookup
            .machine
            .canonical(&file)
            .unwrap_or_else(|_| file.clone());
        self.read += 1;
        if self.open.contains(&real) || self.read > MOST_FILES {
            self.doubts.cycle(at, &name);
            return false;
        }
        let Some(bytes) = self.bytes(&file, &real, at) else {
            self.doubts.refused(
                at.0,
                at.1,
                &format!("it includes {name}, which cannot be read"),
            );
            return false;
        };
        self.open.push(real);
        let read = self.load(&file.display().to_string(), outer, &bytes, loaded);
        self.open.pop();
        read
    }
}
