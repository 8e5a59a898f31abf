//! Finds and reads every place that portal properties come from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use raylift_formats::bundle::Jar;
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::finding::{Finding, Severity};

use super::options::system_properties;
use super::properties::{ENVIRONMENT, Layer, OPTIONS, Properties};
use crate::machine::Machine;
use crate::properties::{decode_environment, entries, interpolate};

/// The largest properties file that is read, in bytes.
const LARGEST: u64 = 16 << 20;
/// `portal-impl.jar` has about 20 MB.
const LARGEST_JAR: u64 = 512 << 20;
/// Includes of includes that are followed.
const DEEPEST: usize = 16;
/// The key with further files.
const INCLUDE: &str = "include-and-override";
/// Read when `portal.properties` itself cannot be: the list it has in 7.2 (layout-and-artifacts 4.1).
const DOCUMENTED: [&str; 8] = [
    "portal-bundle.properties",
    "${liferay.home}/portal-bundle.properties",
    "portal-ext.properties",
    "${liferay.home}/portal-ext.properties",
    "portal-setup-wizard.properties",
    "${liferay.home}/portal-setup-wizard.properties",
    "${external-properties}",
    "${liferay.home}/${external-properties}",
];

/// What the reading of properties needs to know.
pub(crate) struct Places<'a> {
    /// The home.
    pub(crate) home: &'a Path,
    /// Tomcat's folder.
    pub(crate) tomcat: &'a Path,
    /// The server's environment; `None` when it is not known.
    pub(crate) environment: Option<&'a [(String, String)]>,
    /// The server's options; `None` when they are not known.
    pub(crate) options: Option<&'a [String]>,
    /// The folder the server was started in, against which relative names count.
    pub(crate) folder: Option<&'a Path>,
}

/// Reads all of them.
pub(crate) fn read(machine: &dyn Machine, places: &Places<'_>) -> Properties {
    let mut reader = Reader {
        machine,
        places,
        classes: places.tomcat.join("webapps/ROOT/WEB-INF/classes"),
        properties: Properties::default(),
        seen: BTreeSet::new(),
    };
    reader.system_properties();
    reader.release_defaults();
    reader.environment();
    reader.options();
    if places.environment.is_none() || places.options.is_none() {
        reader.start_script();
    }
    reader.properties
}

struct Reader<'a> {
    machine: &'a dyn Machine,
    places: &'a Places<'a>,
    classes: PathBuf,
    properties: Properties,
    seen: BTreeSet<PathBuf>,
}

impl Reader<'_> {
    /// Options `-Dname=value`, overridden by `system-ext.properties` on the class path as `SystemProperties` does by
    /// default. They are what placeholders fall back to, and `default.liferay.home` is the folder above
    /// `catalina.base` (`PropsUtil`, layout-and-artifacts 1.1).
    fn system_properties(&mut self) {
        let above = self.places.tomcat.parent().unwrap_or(self.places.home);
        let fallback = &mut self.properties.fallback;
        for name in ["default.liferay.home", "liferay.home"] {
            fallback.insert(name.to_owned(), above.display().to_string());
        }
        fallback.extend(system_properties(self.places.options.unwrap_or_default()));
        let file = self.classes.join("system-ext.properties");
        if let Some(layer) = self.file(&file) {
            for (key, values) in &layer.values {
                if let Some(value) = values.last() {
                    self.properties.fallback.insert(key.clone(), value.clone());
                }
            }
            self.properties.layers.push(layer);
        }
    }

    fn release_defaults(&mut self) {
        let root = self.places.tomcat.join("webapps/ROOT/WEB-INF");
        let jar = ["shielded-container-lib", "lib"]
            .map(|folder| root.join(folder).join("portal-impl.jar"))
            .into_iter()
            .find(|jar| matches!(self.machine.stat(jar), Ok(Some(_))))
            .unwrap_or_else(|| root.join("lib/portal-impl.jar"));
        let text = self
            .machine
            .read(&jar, LARGEST_JAR)
            .map_err(|error| error.to_string())
            .and_then(|bytes| portal_properties(&bytes));
        let includes = match text {
            Ok(text) => {
                let layer = self.layer(format!("{}!/portal.properties", jar.display()), &text);
                let includes = layer.values.get(INCLUDE).cloned().unwrap_or_default();
                self.properties.layers.push(layer);
                includes
            }
            Err(reason) => {
                self.unreadable(&jar.display().to_string(), reason);
                DOCUMENTED.map(str::to_owned).to_vec()
            }
        };
        for include in includes {
            self.include(&include, 0);
        }
    }

    /// A name is sought on the class path first, then as a file.
    fn include(&mut self, name: &str, depth: usize) {
        let name = interpolate(name, &|key| self.properties.meaning(key));
        // Liferay leaves out names with placeholders that nothing sets, such as `${external-properties}`.
        if name.contains("${") || name.trim().is_empty() || depth > DEEPEST {
            return;
        }
        let name = Path::new(name.trim());
        let in_classes = self.classes.join(name.strip_prefix("/").unwrap_or(name));
        let candidates = if name.is_absolute() {
            vec![name.to_owned()]
        } else {
            let started_in = self.places.folder.map(|folder| folder.join(name));
            std::iter::once(in_classes).chain(started_in).collect()
        };
        for file in candidates {
            if let Some(layer) = self.file(&file) {
                let includes = layer.values.get(INCLUDE).cloned().unwrap_or_default();
                self.properties.layers.push(layer);
                for include in includes {
                    self.include(&include, depth + 1);
                }
                return;
            }
        }
    }

    /// A file as a layer; `None` when it is not there, was read before, or cannot be read.
    fn file(&mut self, file: &Path) -> Option<Layer> {
        match self.machine.stat(file) {
            Ok(None) => return None,
            Ok(Some(_)) => {}
            Err(error) => {
                self.unreadable(&file.display().to_string(), error.to_string());
                return None;
            }
        }
        let real = self
            .machine
            .canonical(file)
            .unwrap_or_else(|_| file.to_owned());
        if !self.seen.insert(real) {
            return None;
        }
        match self.machine.read(file, LARGEST) {
            Ok(bytes) => Some(self.layer(file.display().to_string(), &bytes)),
            Err(error) => {
                self.unreadable(&file.display().to_string(), error.to_string());
                None
            }
        }
    }

    fn layer(&mut self, place: String, bytes: &[u8]) -> Layer {
        let (entries, refused) = entries(bytes);
        if !refused.is_empty() {
            self.unreadable(&place, refused.join("; "));
        }
        Layer::new(place, Some(Digest::of(bytes)), entries)
    }

    fn environment(&mut self) {
        let decoded = decode_environment(self.places.environment.unwrap_or_default());
        if !decoded.is_empty() {
            self.properties
                .layers
                .push(Layer::new(ENVIRONMENT, None, decoded));
        }
    }

    fn options(&mut self) {
        let mut set: Vec<(String, String)> =
            system_properties(self.places.options.unwrap_or_default());
        // `system-ext.properties` sets Java properties too, after the options.
        set.extend(self.properties.fallback.clone());
        let entries: Vec<(String, String)> = set
            .into_iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("portal:")?.to_owned(), value)))
            .collect();
        if !entries.is_empty() {
            let unique: std::collections::BTreeMap<_, _> = entries.into_iter().collect();
            let layer = Layer::new(OPTIONS, None, unique.into_iter().collect());
            self.properties.layers.push(layer);
        }
    }

    /// Without a server to ask, the start script is the one place that can tell whether settings come from outside the
    /// files. It is a program and cannot be evaluated, so a mention is enough to be uncertain.
    fn start_script(&mut self) {
        let script = self.places.tomcat.join("bin/setenv.sh");
        let Ok(Some(_)) = self.machine.stat(&script) else {
            return;
        };
        match self.machine.read(&script, LARGEST) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let mentions = [
                    "LIFERAY_",
                    "-Dportal:",
                    "external-properties",
                    "liferay.home",
                ];
                if let Some(mention) = mentions.iter().find(|mention| text.contains(**mention)) {
                    self.unreadable(
                        &script.display().to_string(),
                        format!("it mentions {mention}, and what it sets is known only while the server runs"),
                    );
                }
            }
            Err(error) => self.unreadable(&script.display().to_string(), error.to_string()),
        }
    }

    fn unreadable(&mut self, subject: &str, reason: String) {
        self.properties.incomplete = true;
        self.properties.findings.push(unreadable(subject, reason));
    }
}

/// The finding about a source that cannot be read.
pub(crate) fn unreadable(subject: &str, reason: String) -> Finding {
    Finding::new(
        Severity::Blocker,
        codes::DATABASE_SOURCE,
        subject,
        "is a source of the database settings and cannot be read",
        "run raylift as root or as the site's user while the site runs, and repair what is damaged",
    )
    .because(reason)
}

fn portal_properties(jar: &[u8]) -> Result<Vec<u8>, String> {
    Jar::open(jar)
        .and_then(|mut jar| jar.read("portal.properties", LARGEST))
        .map_err(|error| error.to_string())?
        .ok_or_else(|| "it holds no portal.properties".to_owned())
}
