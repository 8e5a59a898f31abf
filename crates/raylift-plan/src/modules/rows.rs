//! The rows of modules as module steps will find them: after the core's steps, which run first.

use std::collections::{BTreeMap, BTreeSet};

use raylift_model::facts::{CoreRegistry, ModuleRows, SiteFacts};
use raylift_model::names::BundleSymbolicName;
use raylift_model::plan::{CorePlan, When};
use raylift_model::version::SchemaVersion;

use crate::tables::Tables;

/// The version of a row that a core step makes (`ReleaseDAO.addRelease`).
const MADE_BY_CORE: &str = "0.0.1";

/// Rows of modules by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    versions: BTreeMap<BundleSymbolicName, SchemaVersion>,
    /// Modules of which it is not known whether they will have a row, and why.
    doubtful: BTreeMap<BundleSymbolicName, String>,
    /// Core steps of which it is not known which rows they change.
    unknown: Vec<String>,
}

impl Rows {
    /// The rows of the database, changed by the core's pending steps if these run.
    pub(crate) fn after_core(
        site: &SiteFacts,
        registry: &CoreRegistry,
        core: &CorePlan,
        tables: &Tables,
    ) -> Self {
        let mut rows = Self {
            versions: site
                .database
                .release_rows
                .iter()
                .filter(|row| !row.is_core())
                .map(|row| (row.name.clone(), row.schema_version.clone()))
                .collect(),
            ..Self::default()
        };
        if core.when != When::InOutage {
            return rows;
        }
        let pending: BTreeSet<&SchemaVersion> = core.steps.iter().map(|step| &step.to).collect();
        for step in &registry.steps {
            if pending.contains(&step.schema_version) {
                rows.apply(&step.module_rows, &step.class, tables);
            }
        }
        rows
    }

    /// The version of a module's row; `None` without a row.
    pub(crate) fn version(&self, module: &BundleSymbolicName) -> Option<&SchemaVersion> {
        self.versions.get(module)
    }

    /// Why it is not known whether a module will have a row.
    pub(crate) fn doubt(&self, module: &BundleSymbolicName) -> Option<&str> {
        let known = self.versions.contains_key(module);
        let unknown = self.unknown.first().filter(|_| !known);
        self.doubtful.get(module).or(unknown).map(String::as_str)
    }

    fn apply(&mut self, change: &ModuleRows, class: &str, tables: &Tables) {
        if let Some(reason) = &change.undetermined {
            self.unknown.push(format!("{class}: {reason}"));
        }
        for module in &change.adds {
            self.add(module);
        }
        for converted in &change.converts {
            if let Some(version) = self.versions.remove(&converted.from) {
                // The name is unique in the table: with a row of its own already, the step fails.
                self.versions.insert(converted.to.clone(), version);
            } else if tables.rows("ServiceComponent").is_some_and(|rows| rows > 0)
                && !self.versions.contains_key(&converted.to)
            {
                self.doubtful.insert(
                    converted.to.clone(),
                    format!(
                        "the core step {class} gives it a row at {MADE_BY_CORE} if table ServiceComponent holds {}",
                        converted.build_namespace
                    ),
                );
            }
        }
        for legacy in &change.adds_for_tables {
            if tables.rows(&legacy.table).is_some() {
                self.add(&legacy.module);
            }
        }
    }

    fn add(&mut self, module: &BundleSymbolicName) {
        self.doubtful.remove(module);
        self.versions
            .entry(module.clone())
            .or_insert_with(|| SchemaVersion::new(MADE_BY_CORE));
    }
}
