//! Components that wait for a `Release` service, and what they will find.

use std::collections::BTreeMap;

use raylift_formats::osgi_filter::{Filter, ServiceProperty};
use raylift_model::facts::BundleFacts;
use raylift_model::names::BundleSymbolicName;
use raylift_model::version::{OsgiVersion, SchemaVersion};

/// A component and what it waits for.
pub(crate) struct Waiting<'a> {
    pub(crate) component: &'a str,
    pub(crate) text: &'a str,
    filter: Filter,
}

/// Components by the modules whose rows they wait for.
#[derive(Default)]
pub(crate) struct Filters<'a> {
    by_module: BTreeMap<BundleSymbolicName, Vec<Waiting<'a>>>,
}

impl<'a> Filters<'a> {
    /// The filters of all bundles; one that is no filter never holds and is left out.
    pub(crate) fn of(bundles: impl Iterator<Item = &'a BundleFacts>) -> Self {
        let mut by_module: BTreeMap<_, Vec<Waiting<'a>>> = BTreeMap::new();
        for target in bundles.flat_map(|bundle| &bundle.release_filters) {
            let Ok(filter) = Filter::parse(&target.filter) else {
                continue;
            };
            for name in filter.equal_values("release.bundle.symbolic.name") {
                by_module
                    .entry(BundleSymbolicName::new(name))
                    .or_default()
                    .push(Waiting {
                        component: &target.component,
                        text: &target.filter,
                        filter: filter.clone(),
                    });
            }
        }
        Self { by_module }
    }

    /// Everything that waits for a module's row.
    pub(crate) fn of_module(&self, module: &BundleSymbolicName) -> &[Waiting<'a>] {
        self.by_module.get(module).map_or(&[], Vec::as_slice)
    }

    /// All modules that something waits for.
    pub(crate) fn modules(&self) -> impl Iterator<Item = &BundleSymbolicName> {
        self.by_module.keys()
    }
}

impl Waiting<'_> {
    /// Whether it is content with a row at `version`; never without a row. From 7.1 on `release.schema.version` is an
    /// OSGi version, and a row whose version is none is published without it (upgrade-internals 2.3, 2.5).
    pub(crate) fn is_met(
        &self,
        module: &BundleSymbolicName,
        version: Option<&SchemaVersion>,
    ) -> bool {
        let Some(version) = version else {
            return false;
        };
        let text = match version.as_str().trim() {
            "" => "0.0.0",
            text => text,
        };
        let parsed = text.parse::<OsgiVersion>().ok();
        self.filter.matches(&|property| match property {
            "release.bundle.symbolic.name" => Some(ServiceProperty::Text(module.to_string())),
            "release.schema.version" => parsed.clone().map(ServiceProperty::Version),
            "release.state" => Some(ServiceProperty::Number(0)),
            _ => None,
        })
    }
}
