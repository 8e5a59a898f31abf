//! What the site answers before anything is changed.

use raylift_model::facts::{Connector, ProbeFact};
use raylift_model::settings::{HealthSettings, ProbeSettings};

use crate::machine::Machine;
use crate::title::title;

/// Asked when the settings name no pages: the front page, and the page by which Liferay's own container images judge
/// (layout-and-artifacts 11).
const DEFAULT_PAGES: [&str; 2] = ["/", "/c/portal/layout"];

/// Asks each page once.
pub(crate) fn ask(
    machine: &dyn Machine,
    connectors: &[Connector],
    health: &HealthSettings,
) -> Vec<ProbeFact> {
    let default: Vec<ProbeSettings> = DEFAULT_PAGES
        .iter()
        .map(|page| ProbeSettings {
            url: (*page).to_owned(),
            ..ProbeSettings::default()
        })
        .collect();
    let pages = if health.probe.is_empty() {
        &default
    } else {
        &health.probe
    };
    pages
        .iter()
        .filter_map(|page| {
            let url = whole_url(&page.url, connectors)?;
            Some(ask_one(machine, url, page))
        })
        .collect()
}

fn ask_one(machine: &dyn Machine, url: String, page: &ProbeSettings) -> ProbeFact {
    let answer = machine.get(&url, page.host.as_deref());
    let body = answer.as_ref().map(|answer| answer.body.as_slice());
    let text_found = match (&page.text, body) {
        (Some(text), Some(body)) => String::from_utf8_lossy(body).contains(text.as_str()),
        _ => false,
    };
    ProbeFact {
        status: answer.as_ref().map(|answer| answer.status),
        title: body.and_then(title),
        host: page.host.clone(),
        expect_text: page.text.clone(),
        text_found,
        url,
    }
}

/// A path becomes a URL on the first connector without TLS.
fn whole_url(page: &str, connectors: &[Connector]) -> Option<String> {
    if page.starts_with("http://") || page.starts_with("https://") {
        return Some(page.to_owned());
    }
    let connector = connectors.iter().find(|connector| !connector.tls)?;
    let host = match connector.address.as_deref() {
        None | Some("" | "0.0.0.0" | "::" | "[::]") => "127.0.0.1".to_owned(),
        Some(address) if address.contains(':') && !address.starts_with('[') => {
            format!("[{address}]")
        }
        Some(address) => address.to_owned(),
    };
    let slash = if page.starts_with('/') { "" } else { "/" };
    Some(format!("http://{host}:{}{slash}{page}", connector.port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connector(address: Option<&str>, port: u16, tls: bool) -> Connector {
        Connector {
            address: address.map(str::to_owned),
            port,
            tls,
        }
    }

    #[test]
    fn paths_go_to_the_first_plain_connector() {
        let all = [
            connector(None, 8443, true),
            connector(Some("::1"), 8080, false),
            connector(None, 8081, false),
        ];
        for (page, connectors, expected) in [
            (
                "/web/guest",
                &all[2..],
                Some("http://127.0.0.1:8081/web/guest"),
            ),
            ("/", &all[..], Some("http://[::1]:8080/")),
            ("x", &all[1..], Some("http://[::1]:8080/x")),
            ("http://portal/", &all[..], Some("http://portal/")),
            ("/", &all[..1], None),
        ] {
            assert_eq!(whole_url(page, connectors).as_deref(), expected, "{page}");
        }
    }
}
