//! What `raylift inspect` shows.

use raylift_model::facts::{DatabaseSettings, ManagedBy, SiteFacts, StoreCensus};

use crate::printer::{faint, paint, strong};
use crate::render::table::{bytes, columns, count};

/// The site on one page.
pub(crate) fn inspect(site: &SiteFacts) -> String {
    let version = site
        .identity
        .version
        .as_ref()
        .map_or_else(|| "unknown release".to_owned(), ToString::to_string);
    let build = site
        .identity
        .build_number
        .map_or_else(String::new, |build| format!(", build {build}"));
    let mut text = format!(
        "{}  {}\n\n",
        paint(&format!("Liferay {version}{build}"), strong()),
        site.home
    );
    text.push_str(&columns(None, &rows(site)));
    text.push_str(&evidence(site));
    text.push_str(&crate::render::findings(&site.findings));
    text
}

fn rows(site: &SiteFacts) -> Vec<Vec<String>> {
    let mut rows = vec![
        row(
            "Tomcat",
            format!(
                "{} in {}",
                site.app_server
                    .version
                    .as_deref()
                    .unwrap_or("of unknown version"),
                site.app_server.base
            ),
        ),
        row("Server", server(site)),
        row(
            "User",
            format!(
                "{} ({}:{})",
                site.owner.user.as_deref().unwrap_or("without a name"),
                site.owner.uid,
                site.owner.gid
            ),
        ),
        row(
            "Java",
            site.java.as_ref().map_or_else(
                || "not found".to_owned(),
                |java| {
                    format!(
                        "{} in {}",
                        java.version.as_deref().unwrap_or("of unknown version"),
                        java.home
                    )
                },
            ),
        ),
        row("Database", database(site)),
        row("Core schema", core(site)),
        row("Modules", modules(site)),
        row("Documents", documents(site)),
        row("Configuration", configuration(site)),
        row(
            "Cluster",
            if site.cluster_link {
                "cluster.link.enabled"
            } else {
                "no"
            }
            .to_owned(),
        ),
        row(
            "Gogo console",
            site.console.clone().unwrap_or_else(|| "closed".to_owned()),
        ),
    ];
    if let Some(census) = &site.store.census {
        rows.insert(8, row("Census", compared(census)));
    }
    for disk in &site.disks {
        rows.push(row(
            "Free space",
            format!("{} at {}", bytes(disk.free), disk.path),
        ));
    }
    for probe in &site.app_server.probes {
        let answer = probe
            .status
            .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let title = probe
            .title
            .as_deref()
            .map_or_else(String::new, |title| format!(", \"{title}\""));
        rows.push(row(
            "Page",
            format!("{} answers {answer}{title}", probe.url),
        ));
    }
    rows
}

fn row(name: &str, value: impl Into<String>) -> Vec<String> {
    vec![name.to_owned(), value.into()]
}

fn server(site: &SiteFacts) -> String {
    match &site.app_server.process {
        None => "not running".to_owned(),
        Some(process) => {
            let managed = match &process.managed_by {
                ManagedBy::Nobody => "started by hand".to_owned(),
                ManagedBy::Systemd { unit } => format!("run by systemd unit {unit}"),
                ManagedBy::Container { .. } => "in a container".to_owned(),
            };
            format!("running, pid {}, {managed}", process.pid)
        }
    }
}

fn database(site: &SiteFacts) -> String {
    let settings = &site.database.settings;
    let product = match (&site.database.product, &site.database.product_version) {
        (Some(product), Some(version)) => format!("{product} {version}"),
        _ if is_reached(site) => "of an unknown product".to_owned(),
        _ => "not reached".to_owned(),
    };
    format!(
        "{product}, {}{}",
        settings
            .url
            .as_deref()
            .or(settings.jndi_name.as_deref())
            .unwrap_or("no URL"),
        database_places(settings)
    )
}

/// Where the URL is set, and each other key that is set somewhere else.
fn database_places(settings: &DatabaseSettings) -> String {
    let winning = |key: &str| {
        let sources = settings.sources.iter();
        let last = sources.rev().find(|source| source.key.ends_with(key));
        last.map(|source| source.place.as_str())
    };
    let first = match settings.jndi_name {
        Some(_) if settings.url.is_none() => winning(".jndi.name"),
        _ => winning(".url"),
    };
    let mut parts: Vec<String> = first
        .map(|place| format!("set in {place}"))
        .into_iter()
        .collect();
    let others = [
        (".driverClassName", "driver"),
        (".username", "user"),
        (".password", "password"),
    ];
    let mut elsewhere: Vec<(&str, Vec<&str>)> = Vec::new();
    for (key, word) in others {
        let Some(place) = winning(key).filter(|place| Some(*place) != first) else {
            continue;
        };
        match elsewhere.iter_mut().find(|(other, _)| *other == place) {
            Some((_, words)) => words.push(word),
            None => elsewhere.push((place, vec![word])),
        }
    }
    parts.extend(
        elsewhere
            .into_iter()
            .map(|(place, words)| format!("{} in {place}", words.join(", "))),
    );
    if parts.is_empty() {
        return String::new();
    }
    format!(" ({})", parts.join("; "))
}

/// Whether the database told anything.
fn is_reached(site: &SiteFacts) -> bool {
    let database = &site.database;
    database.product.is_some() || !database.tables.is_empty() || !database.release_rows.is_empty()
}

fn core(site: &SiteFacts) -> String {
    match site.database.release_rows.iter().find(|row| row.is_core()) {
        Some(row) => format!(
            "{} in the database, code has {}",
            row.schema_version,
            site.core
                .latest_schema_version
                .as_ref()
                .map_or("nothing", |version| version.as_str())
        ),
        None if !is_reached(site) => "not known: the database was not reached".to_owned(),
        None => "not known".to_owned(),
    }
}

fn modules(site: &SiteFacts) -> String {
    let registering = site
        .bundles
        .iter()
        .filter(|bundle| !bundle.upgrades.registrators.is_empty())
        .count();
    let rows = match is_reached(site) {
        true => count(site.database.release_rows.len(), "row"),
        false => "unknown rows".to_owned(),
    };
    format!(
        "{}, {registering} with upgrade steps, {rows} in Release_",
        count(site.bundles.len(), "bundle"),
    )
}

fn documents(site: &SiteFacts) -> String {
    let store = &site.store;
    let name = store
        .implementation
        .rsplit('.')
        .next()
        .unwrap_or(&store.implementation);
    let Some(root) = &store.root else {
        return format!("{name}, in no folder that is known");
    };
    let set = match (&store.configured_by, store.configured_in_database) {
        (Some(file), _) => format!(" (set in {file})"),
        (None, true) => " (set in the database)".to_owned(),
        (None, false) if !is_reached(site) => {
            " (the default: whether the database names another folder is not known)".to_owned()
        }
        (None, false) => String::new(),
    };
    format!(
        "{name}, {}, {} in {root}{set}",
        count(usize::try_from(store.files).unwrap_or(usize::MAX), "file"),
        bytes(store.bytes),
    )
}

/// Rows of documents against files.
fn compared(census: &StoreCensus) -> String {
    let surplus = census.surplus.map_or_else(
        || "files without a row not counted".to_owned(),
        |surplus| format!("{surplus} files without a row"),
    );
    format!(
        "{}: {} without a file, {} of another size; {surplus}, {} previews and the like",
        count(usize::try_from(census.rows).unwrap_or(usize::MAX), "row"),
        census.missing(),
        census.other_size,
        census.derived
    )
}

fn configuration(site: &SiteFacts) -> String {
    let files = site
        .files
        .iter()
        .filter(|file| file.path.parent() == "osgi/configs")
        .count();
    format!(
        "{} in osgi/configs, properties from {}",
        count(files, "file"),
        count(site.properties.len(), "place")
    )
}

fn evidence(site: &SiteFacts) -> String {
    let mut text = format!("\n{}\n", paint("Release, by", strong()));
    for evidence in &site.identity.evidence {
        text.push_str(&format!(
            "  {}  {}\n",
            evidence.value,
            paint(&evidence.source, faint())
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use raylift_model::facts::{DatabaseKind, SettingSource};

    use super::*;

    fn places(sources: &[(&str, &str)]) -> String {
        database_places(&DatabaseSettings {
            kind: DatabaseKind::Other,
            driver_class: None,
            url: Some("jdbc:x".to_owned()),
            username: None,
            password_set: true,
            jndi_name: None,
            sources: sources
                .iter()
                .map(|(key, place)| SettingSource {
                    key: format!("jdbc.default.{key}"),
                    place: (*place).to_owned(),
                })
                .collect(),
        })
    }

    #[test]
    fn each_setting_is_named_with_its_own_place() {
        for (sources, text) in [
            (
                &[
                    ("url", "shipped"),
                    ("password", "shipped"),
                    ("password", "ext"),
                ][..],
                " (set in shipped; password in ext)",
            ),
            (
                &[
                    ("driverClassName", "ext"),
                    ("url", "shipped"),
                    ("url", "ext"),
                    ("username", "environment"),
                    ("password", "environment"),
                ],
                " (set in ext; user, password in environment)",
            ),
            (&[("password", "ext")], " (password in ext)"),
            (&[], ""),
        ] {
            assert_eq!(places(sources), text);
        }
    }
}
