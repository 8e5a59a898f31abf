//! LPKG files: Liferay's marketplace packages, ZIP files with bundles, WARs or further LPKGs inside.

use raylift_model::facts::BundleFacts;
use raylift_model::names::RelativePath;

use crate::bundle::{BundleError, Jar, JarError, bundle_facts};

/// LPKGs in LPKGs that are followed. Liferay itself explodes one level (a container LPKG).
const DEEPEST: usize = 3;
/// The largest bundle or LPKG inside that is unpacked, in bytes; the largest real one has about 60 MB.
const LARGEST_ENTRY: u64 = 512 << 20;

/// What an LPKG holds.
#[derive(Debug, Default)]
pub struct LpkgContent {
    /// Its bundles, in the order of the directory.
    pub bundles: Vec<BundleFacts>,
    /// Entries that are WARs; what their libraries register is among the bundles.
    pub wars: Vec<String>,
    /// Entries that could not be read, and why.
    pub unreadable: Vec<(String, BundleError)>,
    /// LPKGs inside that lie too deep to be followed.
    pub too_deep: Vec<String>,
}

/// Reads every bundle of an LPKG. `file` is the LPKG on disk; entries inside inner LPKGs are named
/// `inner.lpkg!/entry.jar`. Entries that are neither JAR, WAR nor LPKG are left out.
///
/// # Errors
/// [`JarError`] when the LPKG itself is no readable ZIP file.
pub fn bundles(bytes: &[u8], file: &RelativePath) -> Result<LpkgContent, JarError> {
    let mut content = LpkgContent::default();
    read_level(bytes, file, "", 1, &mut content)?;
    Ok(content)
}

/// Reads a WAR: itself when its manifest makes it a bundle, and those of its libraries that register upgrade steps or
/// wait for a schema. Libraries are named `WEB-INF/lib/entry.jar`.
///
/// # Errors
/// [`BundleError`] when the WAR itself is no readable ZIP file.
pub fn war(bytes: &[u8], file: &RelativePath) -> Result<LpkgContent, BundleError> {
    let mut content = LpkgContent::default();
    read_war(bytes, file, None, &mut content)?;
    Ok(content)
}

fn read_war(
    bytes: &[u8],
    file: &RelativePath,
    entry: Option<&str>,
    content: &mut LpkgContent,
) -> Result<(), BundleError> {
    content.bundles.extend(bundle_facts(bytes, file, entry)?);
    let mut archive = Jar::open(bytes)?;
    for name in archive.names() {
        let is_library = name
            .strip_prefix("WEB-INF/lib/")
            .and_then(|name| name.rsplit_once('.'))
            .is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("jar"));
        if !is_library {
            continue;
        }
        let entry = entry.map_or_else(|| name.clone(), |above| format!("{above}!/{name}"));
        let facts = match archive.read(&name, LARGEST_ENTRY) {
            Ok(Some(library)) => bundle_facts(&library, file, Some(&entry)),
            Ok(None) => continue,
            Err(error) => Err(error.into()),
        };
        match facts {
            Ok(Some(mut facts)) if says_something(&facts) => {
                if !facts.upgrades.registrators.is_empty() {
                    // The framework sees one bundle, the WAR, and its name is made when it is deployed.
                    facts.upgrades.undetermined.push(format!(
                        "{entry} lies in a WAR: under which name its steps run is not known"
                    ));
                }
                content.bundles.push(facts);
            }
            Ok(_) => {}
            Err(error) => content.unreadable.push((entry, error)),
        }
    }
    Ok(())
}

fn says_something(facts: &BundleFacts) -> bool {
    !facts.upgrades.registrators.is_empty()
        || !facts.upgrades.published.is_empty()
        || !facts.upgrades.undetermined.is_empty()
        || !facts.release_filters.is_empty()
}

fn read_level(
    bytes: &[u8],
    file: &RelativePath,
    prefix: &str,
    depth: usize,
    content: &mut LpkgContent,
) -> Result<(), JarError> {
    let mut package = Jar::open(bytes)?;
    for name in package.names() {
        let entry = format!("{prefix}{name}");
        let is = |extension: &str| {
            name.rsplit_once('.')
                .is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
        };
        if is("war") {
            match package.read(&name, LARGEST_ENTRY) {
                Ok(Some(inner)) => {
                    if let Err(error) = read_war(&inner, file, Some(&entry), content) {
                        content.unreadable.push((entry.clone(), error));
                    }
                }
                Ok(None) => {}
                Err(error) => content.unreadable.push((entry.clone(), error.into())),
            }
            content.wars.push(entry);
        } else if is("lpkg") && depth >= DEEPEST {
            content.too_deep.push(entry);
        } else if is("jar") || is("lpkg") {
            let inner = match package.read(&name, LARGEST_ENTRY) {
                Ok(Some(inner)) => inner,
                Ok(None) => continue,
                Err(error) => {
                    content.unreadable.push((entry, error.into()));
                    continue;
                }
            };
            if is("lpkg") {
                if let Err(error) =
                    read_level(&inner, file, &format!("{entry}!/"), depth + 1, content)
                {
                    content.unreadable.push((entry, error.into()));
                }
            } else {
                match bundle_facts(&inner, file, Some(&entry)) {
                    Ok(Some(facts)) => content.bundles.push(facts),
                    Ok(None) => {}
                    Err(error) => content.unreadable.push((entry, error)),
                }
            }
        }
    }
    Ok(())
}
