//! The properties of the Java machine a portal runs in: options, `system.properties`, `system-ext.properties`, variables.
//!
//! `SystemProperties` (portal-kernel of 7.2.1, 7.3 and 7.4): every `system.properties` on the class path, then every
//! `system-ext.properties`; a later one replaces what an earlier one sets, and by default all of it replaces options.
//! 7.4 lets `SYSTEM_LIFERAY_...` replace that in turn.

use std::collections::BTreeMap;
use std::path::Path;

use raylift_formats::environment;
use raylift_formats::properties::{Encoding, read as read_properties};
use raylift_model::digest::Digest;

use super::doubts::Doubts;
use super::includes::{INCLUDE, LARGEST};
use super::options::system_properties;
use super::properties::{Element, Layer, LayerKind};
use super::sources::{Core, Places, class_knows};
use crate::machine::Machine;

const KERNEL_CLASS: &str = "com/liferay/portal/kernel/util/SystemProperties.class";

/// What was read.
#[derive(Default)]
pub(crate) struct Set {
    /// Every place of each name in the order of reading; the last one counts.
    pub(crate) values: BTreeMap<String, Vec<Element>>,
    /// Files of the site, for the facts.
    pub(crate) layers: Vec<Layer>,
}

/// Reads them all.
pub(crate) fn read(
    machine: &dyn Machine,
    places: &Places<'_>,
    core: Option<&Core>,
    doubts: &mut Doubts,
) -> Set {
    let mut set = Set::default();
    for (name, value) in system_properties(places.options.unwrap_or_default()) {
        let place = format!("JVM option -D{name}");
        set.add(&name, &value, &place, 0);
    }
    let variables = places.environment.unwrap_or_default();
    // `SystemEnv` makes every variable a property.
    for (name, value) in variables {
        let place = format!("environment variable {name}");
        set.add(&format!("env.{name}"), value, &place, 0);
    }
    let is_on = |name: &str, set: &Set| {
        set.values
            .get(name)
            .and_then(|elements| elements.last())
            .is_none_or(|element| !matches!(element.text.trim(), "false" | "off" | "no" | "0"))
    };
    let dialect = dialect(machine, places);
    if is_on("system.properties.set", &set) {
        let replaces = is_on("system.properties.set.override", &set);
        let files = Files {
            machine,
            dialect,
            replaces,
        };
        if let Some(bytes) = core.and_then(|core| core.system.as_deref()) {
            let jar = places.core_jar(machine, "portal-impl.jar");
            files.add(
                &mut set,
                &format!("{}!/system.properties", jar.display()),
                bytes,
                doubts,
            );
        }
        for name in ["system.properties", "system-ext.properties"] {
            for folder in places.class_path() {
                files.read(&mut set, &folder.join(name), doubts);
            }
        }
    }
    let kernel = || places.core_jar(machine, "portal-kernel.jar");
    let own = || {
        variables
            .iter()
            .filter(|(name, _)| name.starts_with("SYSTEM_LIFERAY_"))
    };
    if own().next().is_some() && class_knows(machine, &kernel(), KERNEL_CLASS, "SYSTEM_LIFERAY_") {
        for (name, value) in own() {
            let decoded = environment::decode(name.trim_start_matches("SYSTEM_"));
            if let Some(decoded) = decoded.filter(|decoded| decoded.key != INCLUDE) {
                let place = format!("environment variable {name}");
                set.add(&decoded.key, value, &place, 0);
            }
        }
    }
    // `PropsUtil` sets it after all that, to the folder above `catalina.base`.
    let above = places.tomcat.parent().unwrap_or(places.home);
    let above = above.display().to_string();
    set.add("default.liferay.home", &above, "the folder above Tomcat", 0);
    set
}

/// How the file is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// `Properties.load(InputStream)`.
    Java,
    /// 7.4: line by line in the machine's own encoding, blanks at both ends and lines that begin with `#` left out.
    Trimmed,
}

/// Only the class of 7.4 reads lines itself.
fn dialect(machine: &dyn Machine, places: &Places<'_>) -> Dialect {
    let kernel = places.core_jar(machine, "portal-kernel.jar");
    if class_knows(machine, &kernel, KERNEL_CLASS, "UnsyncBufferedReader") {
        Dialect::Trimmed
    } else {
        Dialect::Java
    }
}

impl Set {
    fn add(&mut self, name: &str, text: &str, place: &str, line: u32) {
        self.values
            .entry(name.to_owned())
            .or_default()
            .push(Element {
                text: text.to_owned(),
                place: place.to_owned(),
                line,
            });
    }
}

struct Files<'a> {
    machine: &'a dyn Machine,
    dialect: Dialect,
    /// Files replace what options set.
    replaces: bool,
}

impl Files<'_> {
    fn read(&self, set: &mut Set, file: &Path, doubts: &mut Doubts) {
        let place = file.display().to_string();
        match self.machine.stat(file) {
            Ok(None) => return,
            Ok(Some(_)) => {}
            Err(error) => return doubts.unreadable(&place, error.to_string()),
        }
        match self.machine.read(file, LARGEST) {
            Ok(bytes) => {
                let entries = self.add(set, &place, &bytes, doubts);
                let digest = Some(Digest::of(&bytes));
                set.layers
                    .push(Layer::new(LayerKind::System, place, digest, entries));
            }
            Err(error) => doubts.unreadable(&place, error.to_string()),
        }
    }

    fn add(
        &self,
        set: &mut Set,
        place: &str,
        bytes: &[u8],
        doubts: &mut Doubts,
    ) -> Vec<(String, Element)> {
        let (text, numbers) = match self.dialect {
            Dialect::Java => (bytes.to_vec(), Vec::new()),
            Dialect::Trimmed => trimmed(bytes),
        };
        let encoding = match self.dialect {
            Dialect::Java => Encoding::Latin1,
            Dialect::Trimmed => Encoding::Utf8,
        };
        let read = read_properties(&text, encoding);
        let line = |line: u32| {
            usize::try_from(line)
                .ok()
                .and_then(|line| numbers.get(line.checked_sub(1)?).copied())
                .unwrap_or(line)
        };
        if let Some(error) = read
            .diagnostics
            .iter()
            .find(|remark| remark.severity == raylift_formats::Level::Error)
        {
            doubts.system_refused(place, line(error.line), &error.message);
            return Vec::new();
        }
        let entries: Vec<(String, Element)> = read
            .value
            .entries()
            .iter()
            .map(|entry| {
                let element = Element {
                    text: entry.value.clone(),
                    place: place.to_owned(),
                    line: line(entry.line),
                };
                (entry.key.clone(), element)
            })
            .collect();
        for (name, element) in &entries {
            let known = set.values.entry(name.clone()).or_default();
            let stays = !self.replaces
                && known
                    .iter()
                    .any(|known| known.line == 0 && !known.text.trim().is_empty());
            let at = if stays { known.len() - 1 } else { known.len() };
            known.insert(at, element.clone());
        }
        entries
    }
}

/// The lines that 7.4 keeps, and the number of each.
fn trimmed(bytes: &[u8]) -> (Vec<u8>, Vec<u32>) {
    let text = String::from_utf8_lossy(bytes)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let mut kept = String::new();
    let mut numbers = Vec::new();
    for (line, number) in text.split('\n').zip(1..) {
        let line = line.trim_matches(|letter| letter <= ' ');
        if !line.is_empty() && !line.starts_with('#') && line != "\\" {
            kept.push_str(line);
            kept.push('\n');
            numbers.push(number);
        }
    }
    (kept.into_bytes(), numbers)
}
