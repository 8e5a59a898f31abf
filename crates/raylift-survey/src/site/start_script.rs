//! What Tomcat's start script may set, of a server that cannot be asked.
//!
//! `bin/setenv.sh` is a program and cannot be evaluated: a mention of a place that properties come from is enough to be
//! uncertain. But where all of it is understood, its text says which keys it sets.

use std::collections::BTreeSet;

use raylift_formats::environment;
use raylift_formats::merge::{Assignment, Dialect, script};
use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use super::doubts::Doubts;
use super::includes::{INCLUDE, LARGEST};
use super::properties::Properties;
use super::sources::Places;
use crate::machine::Machine;

/// Words without which a script sets no property.
const MENTIONS: [&str; 4] = [
    "LIFERAY_",
    "-Dportal:",
    "external-properties",
    "liferay.home",
];
/// Beginnings of keys that say which files are read, where the home, the modules and the documents lie, which database it
/// is, and whether the update may go on: everything that raylift itself goes by.
const DECISIVE: [&str; 9] = [
    "cluster.link.",
    "default.liferay.home",
    "dl.store.",
    "external-properties",
    INCLUDE,
    "jdbc.",
    "liferay.home",
    "module.framework.",
    "upgrade.database.",
];
/// Java properties of which the portal's own reading depends (`PropsUtil`, `portal.properties`).
const DECISIVE_IN_JAVA: [&str; 4] = [
    "default.liferay.home",
    "external-properties",
    INCLUDE,
    "liferay.home",
];
/// Part of variables that hold a whole text of properties (7.4).
const BY_COMPANY: &str = "PROPS_BY_COMPANY_";

/// What a script says.
enum Said {
    /// It sets no property.
    Nothing,
    /// It sets these keys, and no other.
    Keys(BTreeSet<String>),
    /// It may set what decides; why.
    Anything(String),
}

/// Looks at the script. `properties` are those of all files.
pub(crate) fn look(
    machine: &dyn Machine,
    places: &Places<'_>,
    properties: &Properties,
    doubts: &mut Doubts,
) {
    let path = places.tomcat.join("bin/setenv.sh");
    let subject = path.display().to_string();
    let Ok(Some(_)) = machine.stat(&path) else {
        return;
    };
    let said = match machine.read(&path, LARGEST) {
        Ok(bytes) => said(&bytes, properties),
        Err(error) => return doubts.unreadable(&subject, error.to_string()),
    };
    let (finding, evidence) = match said {
        Said::Nothing => return,
        Said::Anything(why) => (anything(&subject, places.options.is_some()), vec![why]),
        Said::Keys(keys) => (some(&subject), keys.into_iter().collect()),
    };
    doubts.incomplete = true;
    doubts
        .findings
        .push(evidence.into_iter().fold(finding, Finding::because));
}

/// `runs` says that there is a server, whose environment raylift may not read.
fn anything(subject: &str, runs: bool) -> Finding {
    Finding::new(
        Severity::Blocker,
        codes::DATABASE_SOURCE,
        subject,
        "may set which database the site uses, and what it sets is known only from the running server",
        if runs {
            "run raylift as root or as the site's user, who may read the environment of the running server"
        } else {
            "start the site and try again: then raylift reads the server's environment and options"
        },
    )
}

fn some(subject: &str) -> Finding {
    Finding::new(
        Severity::Warning,
        codes::PROPERTIES_OF_SCRIPT,
        subject,
        "sets properties, which raylift sees only on the running server: what the new release makes of them is not looked at",
        "start the site and try again, or look into the new release's portal.properties for these keys",
    )
}

fn said(bytes: &[u8], properties: &Properties) -> Said {
    let text = String::from_utf8_lossy(bytes);
    let Some(mention) = MENTIONS.iter().find(|mention| text.contains(**mention)) else {
        return Said::Nothing;
    };
    let script = script(bytes, Dialect::Sh);
    if !script.not_understood.is_empty() {
        return Said::Anything(format!("it mentions {mention}"));
    }
    let reader = Reader {
        named: named(properties),
    };
    let mut keys = BTreeSet::new();
    for assignment in &script.assignments {
        if let Err(what) = reader.assignment(assignment, &mut keys) {
            return Said::Anything(format!("it sets {what}"));
        }
    }
    if keys.is_empty() {
        return Said::Nothing;
    }
    Said::Keys(keys)
}

/// Judges what a script sets.
struct Reader {
    /// Names that decisive values refer to.
    named: BTreeSet<String>,
}

impl Reader {
    /// Adds the keys that an assignment sets; `Err` names what decides.
    fn assignment(
        &self,
        assignment: &Assignment,
        keys: &mut BTreeSet<String>,
    ) -> Result<(), String> {
        let name = &assignment.name;
        if self.named.contains(&format!("env:{name}")) || name.contains(BY_COMPANY) {
            return Err(name.clone());
        }
        let variable = name.strip_prefix("SYSTEM_").unwrap_or(name);
        if let Some(decoded) = environment::decode(variable) {
            return self.key(&decoded.key, keys);
        }
        for word in assignment.written.split_whitespace() {
            self.word(word.trim_matches(['"', '\'']), keys)?;
        }
        Ok(())
    }

    fn word(&self, word: &str, keys: &mut BTreeSet<String>) -> Result<(), String> {
        let Some(option) = word.strip_prefix("-D") else {
            let hides = MENTIONS
                .iter()
                .any(|mention| *mention != "LIFERAY_" && word.contains(mention));
            // Java reads options out of such a file.
            return match hides || word.starts_with('@') {
                true => Err(word.split('=').next().unwrap_or(word).to_owned()),
                false => Ok(()),
            };
        };
        let name = option.split('=').next().unwrap_or(option);
        if let Some(key) = name.strip_prefix("portal:") {
            return self.key(key, keys);
        }
        let decides = DECISIVE_IN_JAVA.contains(&name)
            || self.named.contains(name)
            || name.contains(['$', '`']);
        match decides {
            true => Err(name.to_owned()),
            false => Ok(()),
        }
    }

    fn key(&self, key: &str, keys: &mut BTreeSet<String>) -> Result<(), String> {
        let lower = key.to_ascii_lowercase();
        let decides = DECISIVE
            .iter()
            .any(|beginning| lower.starts_with(beginning))
            || self.named.contains(key)
            || key.contains(['$', '`']);
        if decides {
            return Err(key.to_owned());
        }
        keys.insert(key.to_owned());
        Ok(())
    }
}

/// Names in placeholders of decisive values, and of the values that those stand for.
fn named(properties: &Properties) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    let layers = || properties.portal_layers();
    let mut texts: Vec<&str> = layers()
        .flat_map(|layer| &layer.values)
        .filter(|(key, _)| DECISIVE.iter().any(|beginning| key.starts_with(beginning)))
        .flat_map(|(_, elements)| elements)
        .map(|element| element.text.as_str())
        .collect();
    while let Some(text) = texts.pop() {
        let names = text.split("${").skip(1);
        for name in names.filter_map(|rest| rest.split('}').next()) {
            let name = name.strip_prefix("sys:").unwrap_or(name);
            if !named.insert(name.to_owned()) {
                continue;
            }
            let values = layers().filter_map(|layer| layer.values.get(name));
            let values = values.chain(properties.java.get(name)).flatten();
            texts.extend(values.map(|element| element.text.as_str()));
        }
    }
    named
}
