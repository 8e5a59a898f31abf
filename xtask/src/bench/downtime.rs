//! How long users have no site in an update without required steps, beside a bare stop and start of the same site.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, bail};
use raylift_lab::{Site, Weight};
use serde_json::Value;

use super::Extent;
use super::prober::Prober;
use super::stand::{PATIENCE, Stand};
use super::table::{Table, verdict};

/// At most so much is raylift's own.
const GOAL: Duration = Duration::from_secs(2);

/// What was measured, in milliseconds.
#[derive(Debug, Default)]
struct Outages {
    bare: Vec<u128>,
    update: Vec<u128>,
    /// What raylift's report says of the same updates.
    reported: Vec<u128>,
    rollback: Vec<u128>,
    /// Actions between stop and start, in the order in which they run.
    actions: Vec<String>,
    milliseconds: BTreeMap<String, Vec<u128>>,
}

pub(super) fn measure(stand: &Stand, extent: Extent) -> anyhow::Result<String> {
    let scratch = stand.scratch()?;
    let mut site = stand.site(Weight::Light, &scratch.path().join("site"))?;
    let release = stand.release("release-7.2.0b.toml", Weight::Light)?;
    let archive = release.zip.to_string_lossy().into_owned();
    site.start(PATIENCE)?;
    let mut outages = Outages::default();
    for _ in 0..extent.outages {
        outages.bare.push(bare(&mut site)?);
        let (outside, report) = probed(&site, || {
            let report = stand.json(
                site.home(),
                &["update", &archive, "--same-release", "--yes"],
            )?;
            expect(&report, "burning-in")?;
            Ok(report)
        })?;
        outages.update.push(outside);
        outages.read(&report)?;
        let (outside, ()) = probed(&site, || {
            let report = stand.json(site.home(), &["rollback", "--discard-writes"])?;
            expect(&report, "rolled-back")
        })?;
        outages.rollback.push(outside);
    }
    site.stop(PATIENCE)?;
    Ok(outages.tables())
}

/// The least that any change of the release needs: the same command stops and the same command starts.
fn bare(site: &mut Site) -> anyhow::Result<u128> {
    let prober = Prober::start(site.facts().http_port);
    site.stop(PATIENCE)?;
    site.start(PATIENCE)?;
    Ok(prober.outage()?.as_millis())
}

fn probed<T>(site: &Site, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(u128, T)> {
    let prober = Prober::start(site.facts().http_port);
    let result = work();
    let outage = prober.outage()?.as_millis();
    Ok((outage, result?))
}

fn expect(report: &Value, state: &str) -> anyhow::Result<()> {
    let found = report.pointer("/outcome/state").and_then(Value::as_str);
    if found == Some(state) {
        return Ok(());
    }
    bail!(
        "the run is not {state}: {}",
        report.get("outcome").unwrap_or(report)
    );
}

impl Outages {
    fn read(&mut self, report: &Value) -> anyhow::Result<()> {
        let reported = report
            .pointer("/downtime/milliseconds")
            .and_then(Value::as_u64);
        self.reported
            .push(reported.context("the report has no downtime")?.into());
        let spans = report
            .get("actions")
            .and_then(Value::as_array)
            .context("the report has no actions")?;
        let name = |span: &Value| {
            span.get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let inside = spans
            .iter()
            .skip_while(|span| name(span) != "stop-server")
            .take_while(|span| name(span) != "check-health");
        let mut sums: BTreeMap<String, u128> = BTreeMap::new();
        for span in inside {
            let name = name(span);
            if !self.actions.contains(&name) {
                self.actions.push(name.clone());
            }
            *sums.entry(name).or_default() += u128::from(
                span.get("milliseconds")
                    .and_then(Value::as_u64)
                    .unwrap_or(0),
            );
        }
        for (name, sum) in sums {
            self.milliseconds.entry(name).or_default().push(sum);
        }
        Ok(())
    }

    fn tables(&self) -> String {
        let mut table = Table::new(
            "Without a site, 7.2.0 to a re-spin of 7.2.0, no required steps",
            &[
                "last good answer to first good answer",
                "median ms",
                "least",
                "most",
                "goal",
            ],
        );
        let row = |what: &str, times: &[u128], goal: String| {
            [
                what.to_owned(),
                median(times).to_string(),
                times.iter().min().unwrap_or(&0).to_string(),
                times.iter().max().unwrap_or(&0).to_string(),
                goal,
            ]
        };
        table.row(row("bare stop + start", &self.bare, String::new()));
        table.row(row("raylift update", &self.update, String::new()));
        let own = median(&self.update).cast_signed() - median(&self.bare).cast_signed();
        table.row([
            "raylift's own share".to_owned(),
            own.to_string(),
            String::new(),
            String::new(),
            format!("2000 {}", verdict(own <= GOAL.as_millis().cast_signed())),
        ]);
        table.row(row(
            "the updates by raylift's own report",
            &self.reported,
            String::new(),
        ));
        table.row(row("raylift rollback", &self.rollback, String::new()));
        table.note(format!(
            "{} of each, taking turns on one site; a question every 5 ms.",
            self.bare.len()
        ));
        let mut parts = Table::new("Actions between the two answers", &["action", "median ms"]);
        for name in &self.actions {
            let times = self.milliseconds.get(name).map_or(&[][..], Vec::as_slice);
            parts.row([name.clone(), median(times).to_string()]);
        }
        format!("{table}\n{parts}")
    }
}

fn median(times: &[u128]) -> u128 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}
