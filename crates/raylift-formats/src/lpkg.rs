//! LPKG files: Liferay's marketplace packages, ZIP files with bundles, WARs or further LPKGs inside.

use raylift_model::facts::BundleFacts;
use raylift_model::names::RelativePath;

use crate::bundle::{BundleError, Jar, JarError, read_bundle};
use crate::diagnostic::Diagnostic;

/// LPKGs in LPKGs that are followed. Liferay itself explodes one level (a container LPKG).
const DEEPEST: usize = 3;
/// The largest bundle or LPKG inside that is unpacked, in bytes; the largest real one has about 60 MB.
const LARGEST_ENTRY: u64 = 512 << 20;
/// Bytes of all entries together that are unpacked, at every depth; the largest real package has about 300 MB.
const LARGEST_WHOLE: u64 = 1 << 30;
/// What an entry counts at least, so that there are no more than some thousands; real packages have some hundred.
const SMALLEST_ENTRY: u64 = 256 << 10;
/// Entries that are named when they cannot be read; more are only counted.
const MOST_NAMED: usize = 100;

/// What an LPKG holds.
#[derive(Debug, Default)]
pub struct LpkgContent {
    /// Its bundles, in the order of the directory.
    pub bundles: Vec<BundleFacts>,
    /// Entries that are WARs; what their libraries register is among the bundles.
    pub wars: Vec<String>,
    /// Entries that could not be read, and why: the first hundred.
    pub unreadable: Vec<(String, BundleError)>,
    /// LPKGs inside that lie too deep to be followed: the first hundred.
    pub too_deep: Vec<String>,
    /// What was noticed about the manifests of bundles inside, with their entries: the first hundred.
    pub noticed: Vec<(String, Vec<Diagnostic>)>,
    /// How many more could not be read or lie too deep.
    pub further_unreadable: usize,
}

/// Reads every bundle of an LPKG. `file` is the LPKG on disk; entries inside inner LPKGs are named
/// `inner.lpkg!/entry.jar`. Entries that are neither JAR, WAR nor LPKG are left out.
///
/// # Errors
/// [`JarError`] when the LPKG itself is no readable ZIP file.
pub fn bundles(bytes: &[u8], file: &RelativePath) -> Result<LpkgContent, JarError> {
    let mut walk = Walk::new(file);
    walk.package(bytes, "", 1)?;
    Ok(walk.content)
}

/// Reads a WAR: itself when its manifest makes it a bundle, and those of its libraries that register upgrade steps or
/// wait for a schema. Libraries are named `WEB-INF/lib/entry.jar`.
///
/// # Errors
/// [`BundleError`] when the WAR itself is no readable ZIP file.
pub fn war(bytes: &[u8], file: &RelativePath) -> Result<LpkgContent, BundleError> {
    let mut walk = Walk::new(file);
    walk.war(bytes, None)?;
    Ok(walk.content)
}

/// One pass over a file and everything in it.
struct Walk<'file> {
    file: &'file RelativePath,
    content: LpkgContent,
    left: u64,
}

impl<'file> Walk<'file> {
    fn new(file: &'file RelativePath) -> Self {
        Self {
            file,
            content: LpkgContent::default(),
            left: LARGEST_WHOLE,
        }
    }

    fn package(&mut self, bytes: &[u8], prefix: &str, depth: usize) -> Result<(), JarError> {
        let mut package = Jar::open(bytes)?;
        for name in package.names() {
            let entry = format!("{prefix}{name}");
            let is = |extension: &str| has_extension(&name, extension);
            if is("war") {
                let war = self.unpack(&mut package, &name);
                let read = war.and_then(|war| match war {
                    Some(war) => self.war(&war, Some(&entry)),
                    None => Ok(()),
                });
                self.note(&entry, read);
                self.content.wars.push(entry);
            } else if is("lpkg") && depth >= DEEPEST {
                if self.content.too_deep.len() < MOST_NAMED {
                    self.content.too_deep.push(entry);
                } else {
                    self.content.further_unreadable += 1;
                }
            } else if is("lpkg") {
                let inner = self.unpack(&mut package, &name);
                let read = inner.and_then(|inner| match inner {
                    Some(inner) => Ok(self.package(&inner, &format!("{entry}!/"), depth + 1)?),
                    None => Ok(()),
                });
                self.note(&entry, read);
            } else if is("jar") {
                let facts = self.bundle(&mut package, &name, &entry);
                let read = facts.map(|facts| self.content.bundles.extend(facts));
                self.note(&entry, read);
            }
        }
        Ok(())
    }

    fn war(&mut self, bytes: &[u8], entry: Option<&str>) -> Result<(), BundleError> {
        let own = self.facts(bytes, entry)?;
        self.content.bundles.extend(own);
        let mut archive = Jar::open(bytes)?;
        for name in archive.names() {
            let is_library = name
                .strip_prefix("WEB-INF/lib/")
                .is_some_and(|name| has_extension(name, "jar"));
            if !is_library {
                continue;
            }
            let entry = entry.map_or_else(|| name.clone(), |above| format!("{above}!/{name}"));
            let facts = self.bundle(&mut archive, &name, &entry);
            let read = facts.map(|facts| {
                let telling = facts.filter(says_something).map(|mut facts| {
                    if !facts.upgrades.registrators.is_empty() {
                        // The framework sees one bundle, the WAR, and its name is made when it is deployed.
                        facts.upgrades.undetermined.push(format!(
                            "{entry} lies in a WAR: under which name its steps run is not known"
                        ));
                    }
                    facts
                });
                self.content.bundles.extend(telling);
            });
            self.note(&entry, read);
        }
        Ok(())
    }

    fn bundle(
        &mut self,
        archive: &mut Jar<'_>,
        name: &str,
        entry: &str,
    ) -> Result<Option<BundleFacts>, BundleError> {
        match self.unpack(archive, name)? {
            Some(bytes) => self.facts(&bytes, Some(entry)),
            None => Ok(None),
        }
    }

    fn facts(
        &mut self,
        bytes: &[u8],
        entry: Option<&str>,
    ) -> Result<Option<BundleFacts>, BundleError> {
        let read = read_bundle(bytes, self.file, entry)?;
        let is_bundle = read.value.is_some();
        if is_bundle && !read.diagnostics.is_empty() && self.content.noticed.len() < MOST_NAMED {
            let entry = entry.unwrap_or_default().to_owned();
            self.content.noticed.push((entry, read.diagnostics));
        }
        Ok(read.value)
    }

    /// Unpacks an entry, as long as all of them together stay below the bound.
    fn unpack(
        &mut self,
        archive: &mut Jar<'_>,
        name: &str,
    ) -> Result<Option<Vec<u8>>, BundleError> {
        let limit = LARGEST_ENTRY.min(self.left);
        let size = archive.size(name);
        if size <= limit {
            self.left = self.left.saturating_sub(size.max(SMALLEST_ENTRY));
        }
        Ok(archive.read(name, limit)?)
    }

    fn note(&mut self, entry: &str, read: Result<(), BundleError>) {
        if let Err(error) = read {
            if self.content.unreadable.len() < MOST_NAMED {
                self.content.unreadable.push((entry.to_owned(), error));
            } else {
                self.content.further_unreadable += 1;
            }
        }
    }
}

fn has_extension(name: &str, extension: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
}

fn says_something(facts: &BundleFacts) -> bool {
    !facts.upgrades.registrators.is_empty()
        || !facts.upgrades.published.is_empty()
        || !facts.upgrades.undetermined.is_empty()
        || !facts.release_filters.is_empty()
}
