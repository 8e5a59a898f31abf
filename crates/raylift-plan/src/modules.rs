//! The modules' part of the plan.

mod filters;
mod headers;
mod one;
mod rows;
mod rules;

use std::collections::BTreeMap;

use raylift_model::facts::{
    AutomaticSwitch, BundleFacts, DatabaseKind, PublishedStep, ReleaseFacts, SiteFacts,
    StepGrouping,
};
use raylift_model::finding::Finding;
use raylift_model::names::BundleSymbolicName;
use raylift_model::plan::{CorePlan, ModulePlan, When};
use raylift_model::version::ReleaseVersion;

use crate::tables::Tables;

use filters::Filters;
use one::{Context, PlannedModule};
use rows::Rows;
use rules::{Accepts, Rules};

/// The modules' part and what should be known about it.
pub(crate) struct Planned {
    /// Every module whose schema changes, may change, or cannot be determined; by name.
    pub(crate) modules: Vec<ModulePlan>,
    /// What stands beside single modules.
    pub(crate) findings: Vec<Finding>,
    /// What decides whether modules are upgraded without being told to.
    pub(crate) switch: AutomaticSwitch,
}

/// Plans the modules. `bundles` are the bundles of the new release and those the site carries over; `from` and `to` are
/// the two versions.
pub(crate) fn plan<'a>(
    site: &SiteFacts,
    release: &ReleaseFacts,
    bundles: impl Iterator<Item = &'a BundleFacts> + Clone,
    core: &CorePlan,
    tables: &Tables,
    (from, to): (&ReleaseVersion, &ReleaseVersion),
    micro: bool,
) -> Planned {
    let rules = Rules::of(release.bundles.iter(), to);
    let newest = newest(bundles);
    let old_bundles = self::newest(site.bundles.iter());
    let published = published(newest.values().copied());
    let context = Context {
        rows: &Rows::after_core(site, &release.core, core, tables),
        rules: &rules,
        accepts: (Accepts::of(from), Accepts::of(to)),
        core_is_latest: core.when == When::InOutage || core.when == When::Never,
        micro,
        auto_run: auto_run(site, &rules),
        tables,
        filters: &Filters::of(newest.values().copied()),
        old_filters: &Filters::of(old_bundles.values().copied()),
        old_bundles: &old_bundles,
        stored: &site
            .database
            .release_rows
            .iter()
            .map(|row| (&row.name, &row.schema_version))
            .collect(),
    };
    let mut planned = Vec::new();
    let mut findings = Vec::new();
    for (name, bundle) in &newest {
        let published = published.get(name).map_or(&[][..], Vec::as_slice);
        let module = one::plan(&context, bundle, published);
        findings.extend(headers::findings(&context, bundle, &module));
        planned.push(module);
    }
    client_runs_more(&rules, core, &mut planned);
    let modules: Vec<ModulePlan> = planned
        .into_iter()
        .filter_map(|mut module| {
            one::finish(&context, &mut module);
            module.listed()
        })
        .collect();
    findings.extend(headers::components(&context, &newest, &modules));
    if !modules.is_empty() {
        findings.extend(rules.finding(to));
    }
    Planned {
        modules,
        findings,
        switch: rules.facts.switch,
    }
}

/// What a release goes by when it upgrades modules without being told to.
pub(crate) fn switch(release: &ReleaseFacts, version: &ReleaseVersion) -> AutomaticSwitch {
    Rules::of(release.bundles.iter(), version).facts.switch
}

/// Whether a release of 7.3 or later will find `upgrade.database.auto.run` set; one of 2023 or later does not go by it on
/// HSQLDB (upgrade-internals 3.2).
fn auto_run(site: &SiteFacts, rules: &Rules) -> bool {
    let ignored = rules.facts.grouping != StepGrouping::Hyphen
        && site.database.settings.kind == DatabaseKind::HsqldbFile;
    site.auto_run && rules.facts.switch == AutomaticSwitch::AutoRun && !ignored
}

/// Files here take the place of the bundle of the same name in an LPKG, whatever its version.
const OVERRIDES: &str = "osgi/marketplace/override/";

/// The bundle of each name that counts: an override, else the newest, which is the one that the framework takes.
fn newest<'a>(
    bundles: impl Iterator<Item = &'a BundleFacts>,
) -> BTreeMap<&'a BundleSymbolicName, &'a BundleFacts> {
    let mut newest: BTreeMap<&BundleSymbolicName, &BundleFacts> = BTreeMap::new();
    for bundle in bundles {
        let known = newest.entry(&bundle.symbolic_name).or_insert(bundle);
        let rank = |bundle: &BundleFacts| bundle.file.as_str().starts_with(OVERRIDES);
        if (rank(bundle), &bundle.version) > (rank(known), &known.version) {
            *known = bundle;
        }
    }
    newest
}

/// The steps that components publish, by the module they are for, whichever bundle they lie in.
fn published<'a>(
    bundles: impl Iterator<Item = &'a BundleFacts>,
) -> BTreeMap<&'a BundleSymbolicName, Vec<&'a PublishedStep>> {
    let mut published: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for step in bundles.flat_map(|bundle| &bundle.upgrades.published) {
        published.entry(&step.name).or_default().push(step);
    }
    published
}

/// The upgrade client of 2023 and later runs every pending module step once it runs at all (upgrade-internals 3.2);
/// whether those of 7.3 and early 7.4 do was not read.
fn client_runs_more(rules: &Rules, core: &CorePlan, planned: &mut [PlannedModule]) {
    let mut modules = planned.iter().map(|planned| &planned.module);
    let client_runs =
        core.when == When::InOutage || modules.any(|module| module.when == When::InOutage);
    if rules.facts.switch != AutomaticSwitch::AutoRun || !client_runs {
        return;
    }
    for planned in planned {
        let module = &mut planned.module;
        match (module.when, rules.facts.grouping) {
            (When::AtStart | When::Waits, StepGrouping::OneEdge) => {
                module.when = When::InOutage;
                module.remarks.push(
                    "the upgrade client runs every pending step once it runs at all".to_owned(),
                );
            }
            (When::Undetermined, StepGrouping::OneEdge) => module.remarks.push(
                "the upgrade client runs every pending step once it runs at all, its steps too"
                    .to_owned(),
            ),
            (When::AtStart | When::Waits, _) => module.remarks.push(
                "it may run earlier: it is not known whether this release's upgrade client runs it, too"
                    .to_owned(),
            ),
            _ => {}
        }
    }
}
