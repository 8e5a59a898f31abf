//! The edges of a module's upgrade graph, by the rules of the release.

use raylift_model::facts::{BundleFacts, PublishedStep, Registration, StepGrouping};
use raylift_model::version::{OsgiVersion, SchemaVersion};

use super::rules::Rules;
use crate::graph::Edge;

/// `upgrade.db.type` of a step that is taken on every database (upgrade-internals 2.2).
pub(crate) const ANY_DATABASE: &str = "any";
/// What `InitialUpgradeExtender` calls its step.
pub(crate) const INITIAL: &str = "Initial Database Creation";
/// What `registerInitialization` puts at the start.
const DUMMY: &str = "com.liferay.portal.kernel.upgrade.DummyUpgradeStep";

/// The edges, and what about them cannot be known.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    pub(crate) edges: Vec<Edge>,
    pub(crate) undetermined: Vec<String>,
}

/// All edges of a bundle when several steps of one call are grouped so. `core_is_latest` says whether the core will be at its latest version when
/// modules are upgraded.
///
/// Up to 7.3 and in early 7.4 `InitialUpgradeExtender` adds the creation of a Service Builder module's tables as an edge;
/// later `SchemaCreator` does it beside the graph, see [`initial`].
pub(crate) fn edges(
    bundle: &BundleFacts,
    published: &[&PublishedStep],
    rules: &Rules,
    grouping: StepGrouping,
    core_is_latest: bool,
) -> Edges {
    let mut found = Edges::default();
    if grouping != StepGrouping::OneEdge
        && let Some(edge) = initial(bundle)
    {
        found.push(edge);
    }
    if bundle.upgrades.initialization {
        found.initialization(bundle, rules, grouping, core_is_latest);
    }
    for registration in &bundle.upgrades.registrations {
        for edge in split(registration, grouping) {
            found.push(edge);
        }
    }
    for step in published {
        if rules.is_later() {
            found.undetermined.push(format!(
                "step {} is a component of its own, which later executors are not known to take",
                step.class
            ));
        } else if step.database.as_deref() == Some(ANY_DATABASE) {
            found.push(Edge {
                from: step.from.clone(),
                to: step.to.clone(),
                classes: vec![step.class.clone()],
            });
        }
    }
    found
}

/// The creation of a Service Builder module's tables: to `Liferay-Require-SchemaVersion`, else to the bundle's version.
pub(crate) fn initial(bundle: &BundleFacts) -> Option<Edge> {
    let asked = bundle.require_schema_version.clone();
    bundle.liferay_service.then(|| Edge {
        from: SchemaVersion::zero(),
        to: SchemaVersion::new(asked.unwrap_or_else(|| bundle.version.to_string())),
        classes: vec![INITIAL.to_owned()],
    })
}

impl Edges {
    /// A second edge between the same two versions is dropped (jgrapht's simple graph).
    fn push(&mut self, edge: Edge) {
        let known = |known: &Edge| known.from == edge.from && known.to == edge.to;
        if !self.edges.iter().any(known) {
            self.edges.push(edge);
        }
    }

    /// From `0.0.0` to the highest version that is registered, `1.0.0` without any (`UpgradeStepRegistry` of 7.4).
    fn initialization(
        &mut self,
        bundle: &BundleFacts,
        rules: &Rules,
        grouping: StepGrouping,
        core_is_latest: bool,
    ) {
        if !rules.is_later() {
            self.undetermined.push(
                "it calls registerInitialization, which the executor of this release does not have"
                    .to_owned(),
            );
            return;
        }
        if rules.facts.initialization_needs_core && !core_is_latest {
            self.undetermined.push(
                "whether it is set up in one go depends on the core's version at that moment"
                    .to_owned(),
            );
            return;
        }
        let mut highest: Option<OsgiVersion> = None;
        for registration in &bundle.upgrades.registrations {
            let text = registration.to.as_str();
            // `UpgradeStepRegistry` with a dot looks at the first five characters only (read).
            let cut = grouping == StepGrouping::Dot && text.chars().count() != 5;
            match text.parse::<OsgiVersion>() {
                Ok(version) if !cut => highest = highest.max(Some(version)),
                _ => {
                    self.undetermined.push(format!(
                        "registerInitialization does not understand version {text}"
                    ));
                    return;
                }
            }
        }
        let to = highest.unwrap_or_else(|| OsgiVersion::new(1, 0, 0));
        self.push(Edge {
            from: SchemaVersion::zero(),
            to: SchemaVersion::new(to.to_string()),
            classes: vec![DUMMY.to_owned()],
        });
    }
}

/// The edges of one `register` call.
fn split(registration: &Registration, grouping: StepGrouping) -> Vec<Edge> {
    let separator = match grouping {
        StepGrouping::Hyphen => "-step-",
        StepGrouping::Dot => ".step-",
        StepGrouping::OneEdge | StepGrouping::Undetermined => {
            let Registration {
                from, to, classes, ..
            } = registration.clone();
            return if classes.is_empty() {
                Vec::new()
            } else {
                vec![Edge { from, to, classes }]
            };
        }
    };
    let mut from = registration.from.clone();
    let count = registration.classes.len();
    let mut edges = Vec::with_capacity(count);
    for (index, class) in registration.classes.iter().enumerate() {
        let left = count - index - 1;
        let to = if left == 0 {
            registration.to.clone()
        } else {
            SchemaVersion::new(format!("{}{separator}{left}", registration.to))
        };
        edges.push(Edge {
            from,
            to: to.clone(),
            classes: vec![class.clone()],
        });
        from = to;
    }
    edges
}
