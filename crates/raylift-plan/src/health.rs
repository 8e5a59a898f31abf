//! How the site will be judged.

use raylift_model::codes;
use raylift_model::facts::{Connector, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::plan::{HealthPlan, Probe, Timeouts};
use raylift_model::settings::Settings;

/// The gate: what was good before must be good after.
pub(crate) fn plan(
    site: &SiteFacts,
    settings: &Settings,
    findings: &mut Vec<Finding>,
) -> HealthPlan {
    let mut probes: Vec<Probe> = site
        .app_server
        .probes
        .iter()
        .filter(|probe| probe.expect_text.is_none() || probe.text_found)
        .filter_map(|probe| {
            let status = probe.status.filter(|status| *status < 400)?;
            Some(Probe {
                url: probe.url.clone(),
                host: probe.host.clone(),
                status,
                title: probe.title.clone(),
                text: probe.expect_text.clone(),
            })
        })
        .collect();
    if probes.is_empty() {
        findings.push(Finding::new(
            Severity::Warning,
            codes::NO_PROBE,
            site.home.clone(),
            "no page of the site answered, so that the new site is only judged by whether /c/portal/layout answers",
            "start the site and plan again, or name pages under [[health.probe]] in raylift.toml",
        ));
        probes.extend(
            site.app_server
                .connectors
                .iter()
                .find(|connector| !connector.tls)
                .map(first_page),
        );
    }
    let defaults = Timeouts::default();
    HealthPlan {
        probes,
        documents: site.store.samples.clone(),
        stable_seconds: settings.health.stable_seconds.unwrap_or(10),
        timeouts: Timeouts {
            start_seconds: settings
                .server
                .start_seconds
                .unwrap_or(defaults.start_seconds),
            stop_seconds: settings
                .server
                .stop_seconds
                .unwrap_or(defaults.stop_seconds),
            upgrade_seconds: settings
                .upgrade
                .stall_seconds
                .unwrap_or(defaults.upgrade_seconds),
        },
    }
}

fn first_page(connector: &Connector) -> Probe {
    let host = connector
        .address
        .as_deref()
        .filter(|address| *address != "0.0.0.0")
        .unwrap_or("127.0.0.1");
    Probe {
        url: format!("http://{host}:{}/c/portal/layout", connector.port),
        host: None,
        status: 200,
        title: None,
        text: None,
    }
}
