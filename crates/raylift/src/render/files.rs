//! What `raylift inspect files` shows.

use std::collections::BTreeMap;

use raylift_model::origin::{FileOrigin, FileUse, Origin};

use crate::printer::{faint, paint, strong};
use crate::render::table::{bytes, columns};
use crate::verbs::inspect_files::Row;

const ORIGINS: [Origin; 5] = [
    Origin::Release,
    Origin::Changed,
    Origin::Site,
    Origin::Generated,
    Origin::Unknown,
];
/// Parts of a path that name a folder in the summary.
const DEPTH: usize = 2;

/// A summary by folder, and each file where asked for.
pub(crate) fn origins(rows: &[Row], old_release: Option<&str>, named: bool) -> String {
    let mut text = match old_release {
        Some(place) => format!("Compared with {place}\n\n"),
        None => "Without the installed release's archive: by place, by name, and by what the files say of themselves.\n\
                 --old-release RELEASE makes it certain.\n\n"
            .to_owned(),
    };
    text.push_str(&paint("Files by folder", strong()));
    text.push('\n');
    text.push_str(&summary(rows));
    if named {
        text.push('\n');
        let lines: Vec<Vec<String>> = rows.iter().map(line).collect();
        text.push_str(&columns(None, &lines));
    } else {
        text.push_str(&format!(
            "\n{}\n",
            paint(
                "--origin site|changed|release|generated|unknown or --all names the files",
                faint()
            )
        ));
    }
    text
}

fn summary(rows: &[Row]) -> String {
    let mut folders: BTreeMap<String, [u64; 5]> = BTreeMap::new();
    for row in rows {
        let count = folders.entry(folder(row)).or_default();
        let index = ORIGINS
            .iter()
            .position(|origin| *origin == row.origin.origin);
        if let Some(cell) = index.and_then(|index| count.get_mut(index)) {
            *cell += row.files.unwrap_or(1);
        }
    }
    let mut header = vec!["folder"];
    header.extend(ORIGINS.map(Origin::word));
    let lines: Vec<Vec<String>> = folders
        .into_iter()
        .map(|(folder, counts)| {
            let cells = counts.iter().map(|count| match count {
                0 => "-".to_owned(),
                count => count.to_string(),
            });
            std::iter::once(folder).chain(cells).collect()
        })
        .collect();
    columns(Some(&header), &lines)
}

fn folder(row: &Row) -> String {
    let path = row.origin.path.as_str();
    let folder = match row.files {
        Some(_) => path,
        None => row.origin.path.parent(),
    };
    let parts: Vec<&str> = folder.split('/').take(DEPTH).collect();
    match parts.join("/") {
        empty if empty.is_empty() => ".".to_owned(),
        folder => folder,
    }
}

fn line(row: &Row) -> Vec<String> {
    let path = match row.files {
        Some(files) => format!(
            "{}/** ({files} files, {})",
            row.origin.path,
            bytes(row.bytes)
        ),
        None => row.origin.path.to_string(),
    };
    vec![
        row.origin.origin.word().to_owned(),
        path,
        row.origin
            .kind
            .map_or_else(String::new, |kind| word(kind).to_owned()),
        row.origin.reason.clone(),
    ]
}

/// One file with everything that is known of it.
pub(crate) fn one_file(row: &Row, difference: Option<&str>) -> String {
    let FileOrigin {
        path,
        origin,
        kind,
        reason,
        evidence,
    } = &row.origin;
    let mut rows = vec![
        vec!["File".to_owned(), path.to_string()],
        vec!["Origin".to_owned(), origin.word().to_owned()],
        vec!["Why".to_owned(), reason.clone()],
        vec!["Size".to_owned(), bytes(row.bytes)],
    ];
    if let Some(kind) = kind {
        rows.insert(1, vec!["Known as".to_owned(), word(*kind).to_owned()]);
    }
    rows.extend(
        evidence
            .iter()
            .map(|evidence| vec!["By".to_owned(), evidence.clone()]),
    );
    let mut text = columns(None, &rows);
    match (difference, origin) {
        (Some(difference), _) => {
            text.push_str("\nFrom the installed release's to the site's (secrets are left out):\n");
            text.push_str(difference);
        }
        (None, Origin::Changed) => {
            text.push_str("\nIt is no text, or too large to be compared.\n");
        }
        (None, _) => {}
    }
    text
}

fn word(kind: FileUse) -> &'static str {
    match kind {
        FileUse::LpkgOverride => "override of a module",
        FileUse::StaticBundle => "static bundle",
        FileUse::HotFix => "hot fix",
        FileUse::JdbcDriver => "JDBC driver",
        FileUse::Theme => "theme",
        FileUse::WebArchive => "WAR",
        FileUse::Module => "module",
        FileUse::Package => "package",
        FileUse::Licence => "licence",
        FileUse::Setenv => "setenv",
        FileUse::ServerXml => "server.xml",
        FileUse::RootContext => "ROOT.xml",
        FileUse::Context => "context.xml",
        FileUse::WebXml => "web.xml",
        FileUse::CatalinaProperties => "catalina.properties",
        FileUse::LoggingProperties => "logging.properties",
        FileUse::Log4jExtension => "Log4j extension",
        FileUse::EhcacheExtension => "Ehcache extension",
        FileUse::ExtPlugin => "Ext plugin",
        FileUse::Configuration => "configuration",
        FileUse::PortalProperties => "properties",
    }
}
