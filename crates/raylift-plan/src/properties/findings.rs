//! What the reader must know about properties: one finding for each kind of fate.

use raylift_model::codes;
use raylift_model::facts::{
    OnMigratedKeys, PropertyDefaults, PropertyTables, ReleaseFacts, SiteFacts,
};
use raylift_model::finding::{Finding, Severity};
use raylift_model::plan::{Handling, OwnValue, PropertyFate, PropertyPlan, PropertySet};

/// One sort of finding, before it is known which keys it names.
struct Sort {
    severity: Severity,
    code: &'static str,
    /// Follows the number of keys.
    subject: &'static str,
    message: &'static str,
    advice: &'static str,
}

const CARRIED: Sort = Sort {
    severity: Severity::Note,
    code: codes::PROPERTY_CARRIED,
    subject: "old keys of properties",
    message: "have another name or place in the new release; raylift writes the changed files, the old ones are kept until commit",
    advice: "read the differences of these files in the plan",
};
const LEFT: Sort = Sort {
    severity: Severity::Warning,
    code: codes::PROPERTY_LEFT,
    subject: "properties that raylift cannot carry over",
    message: "lose their effect unless somebody changes them; raylift leaves them as they are, for the reasons below",
    advice: "change them by hand, before or after the update",
};
const OBSOLETE: Sort = Sort {
    severity: Severity::Warning,
    code: codes::PROPERTY_OBSOLETE,
    subject: "obsolete properties",
    message: "are no longer read by the new release; they stay in their files and do nothing there",
    advice: "read in the release notes what takes their place, and remove them",
};
const HAD_NO_EFFECT: Sort = Sort {
    severity: Severity::Note,
    code: codes::PROPERTY_HAD_NO_EFFECT,
    subject: "properties without effect",
    message: "have had no effect in the installed release already; raylift leaves them, because giving them one would change the site",
    advice: "remove them, or set what took their place",
};
const GONE: Sort = Sort {
    severity: Severity::Warning,
    code: codes::PROPERTY_GONE,
    subject: "properties that the new release does not ship",
    message: "were shipped by the installed release, and the new one does not say what became of them; they stay in their files",
    advice: "look into the release notes whether they are still read",
};
const DEFAULTS: Sort = Sort {
    severity: Severity::Note,
    code: codes::PROPERTY_DEFAULT_CHANGED,
    subject: "properties with a new default",
    message: "are set by the site, and what the release ships for them has changed; the site's values stay",
    advice: "look whether the site's values still suit; nothing has to be done: they count as before. raylift plan --json holds the old and the new default",
};

const NEW_UNREADABLE: Sort = Sort {
    severity: Severity::Warning,
    code: codes::PROPERTIES_UNDETERMINED,
    subject: "parts of what the new release says about properties",
    message: "could not be read; keys may lose their effect and are not named here",
    advice: "read the release notes for changed properties",
};
const OLD_UNREADABLE: Sort = Sort {
    severity: Severity::Warning,
    code: codes::PROPERTIES_UNDETERMINED,
    subject: "parts of what the installed release says about properties",
    message: "could not be read: it is not certain which of the site's keys have an effect today, so raylift moves none whose meaning depends on it",
    advice: "look whether the installed portal-impl.jar is whole, and change the keys that are named as left by hand",
};

/// All findings but that about keys that keep the release from starting.
pub(super) fn of(
    properties: &[PropertyPlan],
    site: &SiteFacts,
    release: &ReleaseFacts,
) -> Vec<Finding> {
    let named = |wanted: &dyn Fn(&PropertyPlan) -> bool| {
        let wanted = properties.iter().filter(|property| wanted(property));
        wanted.map(name).collect::<Vec<_>>()
    };
    [
        CARRIED.with(named(&|property| property.handling == Handling::Raylift)),
        LEFT.with(properties.iter().filter_map(reason).collect()),
        OBSOLETE.with(named(&|property| {
            property.fate == PropertyFate::Obsolete && !property.already
        })),
        HAD_NO_EFFECT.with(named(&|property| {
            property.already && property.handling == Handling::Nobody
        })),
        GONE.with(named(&|property| property.fate == PropertyFate::Gone)),
        DEFAULTS.with(properties.iter().filter_map(default).collect()),
        NEW_UNREADABLE.with(undetermined(&release.property_tables, &release.defaults)),
        OLD_UNREADABLE.with(undetermined(&site.property_tables, &site.defaults)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The keys by which the new release stops, each with its places.
pub(super) fn refused(keys: &[(String, Vec<String>)], release: &ReleaseFacts) -> Option<Finding> {
    let message = match release.property_tables.on_migrated {
        OnMigratedKeys::EndsTheJvm => "the new release's server ends itself when it finds them",
        OnMigratedKeys::FailsTheCheck => "the new release's check before the upgrade fails on them",
        OnMigratedKeys::Logged | OnMigratedKeys::Undetermined => {
            "it could not be read whether the new release starts with them"
        }
    };
    let sort = Sort {
        severity: Severity::Blocker,
        code: codes::PROPERTY_STOPS_THE_SERVER,
        subject: "portal properties that belong to the system properties",
        message,
        advice: "let raylift move them to system-ext.properties with --move-migrated-keys, or move them by hand",
    };
    sort.with(
        keys.iter()
            .map(|(key, places)| format!("{key} ({})", places.join(", ")))
            .collect(),
    )
}

impl Sort {
    fn with(&self, evidence: Vec<String>) -> Option<Finding> {
        let subject = format!("{} {}", evidence.len(), self.subject);
        let mut finding =
            Finding::new(self.severity, self.code, subject, self.message, self.advice);
        finding.evidence = evidence;
        (!finding.evidence.is_empty()).then_some(finding)
    }
}

fn undetermined(tables: &PropertyTables, defaults: &PropertyDefaults) -> Vec<String> {
    let both = [&tables.undetermined, &defaults.undetermined];
    both.into_iter().flatten().cloned().collect()
}

fn reason(property: &PropertyPlan) -> Option<String> {
    match &property.handling {
        Handling::Person { because } => Some(format!("{}: {because}", name(property))),
        Handling::Nobody | Handling::Raylift => None,
    }
}

fn default(property: &PropertyPlan) -> Option<String> {
    let PropertyFate::DefaultChanged { own, .. } = &property.fate else {
        return None;
    };
    if says_which_database(property) {
        return None;
    }
    let how = match own {
        OwnValue::AsBefore => "the site keeps the old default",
        OwnValue::AsAfter => "the site has the new default already",
        OwnValue::Own => "the site has a value of its own",
    };
    Some(format!("{}: {how}", name(property)))
}

/// How a site reaches its own database follows no default: nobody should ask whether that is still wanted.
fn says_which_database(property: &PropertyPlan) -> bool {
    const PARTS: [&str; 5] = [
        "driverClassName",
        "jndi.name",
        "password",
        "url",
        "username",
    ];
    let pool = property.key.strip_prefix("jdbc.");
    let part = pool.and_then(|key| key.split_once('.').map(|(_, part)| part));
    property.set == PropertySet::Portal && part.is_some_and(|part| PARTS.contains(&part))
}

/// `key → what takes its place (where it is set)`.
fn name(property: &PropertyPlan) -> String {
    let place = property.places.last().map_or("", String::as_str);
    let to = match &property.fate {
        PropertyFate::Renamed { to } => format!(" → {to}"),
        PropertyFate::Moved { to } => match property.set {
            PropertySet::Portal => format!(" → system property {to}"),
            PropertySet::System => format!(" → portal property {to}"),
        },
        PropertyFate::Modularized {
            module,
            attribute: None,
        } => format!(" → a configuration of {module}"),
        PropertyFate::Modularized {
            attribute: Some(attribute),
            ..
        } => format!(" → {} of {}", attribute.id, attribute.pid),
        _ => String::new(),
    };
    format!("{}{to} ({place})", property.key)
}
