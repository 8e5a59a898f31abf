//! The edges of a module's upgrade graph, by the rules of the release.

use raylift_model::facts::{
    AutomaticSwitch, BundleFacts, ExecutorFacts, PublishedStep, Registration, StepGrouping,
};
use raylift_model::version::{OsgiVersion, SchemaVersion};

use super::Edge;

/// `upgrade.db.type` of a step that is taken on every database (upgrade-internals 2.2).
pub const ANY_DATABASE: &str = "any";
/// What `InitialUpgradeExtender` calls its step.
const INITIAL: &str = "Initial Database Creation";
/// What `registerInitialization` puts at the start.
const DUMMY: &str = "com.liferay.portal.kernel.upgrade.DummyUpgradeStep";

/// The edges, and what about them cannot be known.
#[derive(Debug, Default)]
pub struct Edges {
    /// In the order of the version before.
    pub edges: Vec<Edge>,
    /// What is not known about them; empty when they are all known.
    pub doubts: Vec<Doubt>,
}

/// Something about the edges from one version that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The version. A module that never comes there is not concerned.
    pub from: SchemaVersion,
    /// What is not known.
    pub reason: String,
}

/// True for the executors of 7.4 and later.
pub fn is_later(executor: &ExecutorFacts) -> bool {
    executor.grouping != StepGrouping::Hyphen
}

/// All edges of a bundle by the rules of an executor whose way to group steps is known. `core_is_latest` says whether
/// the core will be at its latest version when modules are upgraded.
///
/// Up to 7.3 and in early 7.4 `InitialUpgradeExtender` adds the creation of a Service Builder module's tables as an edge;
/// later `SchemaCreator` does it beside the graph, see [`initial`].
///
/// Of several edges between the same two versions the commands of the Gogo shell keep the one registered last: their map
/// of services is sorted by the text of the from-version, and where that is the same the service registered last comes
/// first (`ServiceReference.compareTo`). Which of the three sources registers first differs from start to start; the
/// initial edge is kept before a registrator's, that before a published one (inference). An executor that runs modules
/// at the start keeps the first call of a registrator instead (read in the source of 2023), so that where modules may
/// start by themselves two steps of different classes are undetermined.
pub fn edges(
    bundle: &BundleFacts,
    published: &[&PublishedStep],
    executor: &ExecutorFacts,
    core_is_latest: bool,
) -> Edges {
    let mut found = Edges::default();
    let mut registered = Vec::new();
    for step in published {
        if is_later(executor) {
            found.doubts.push(Doubt {
                from: step.from.clone(),
                reason: format!(
                    "step {} is a component of its own, which later executors are not known to take",
                    step.class
                ),
            });
        } else if step.database.as_deref() == Some(ANY_DATABASE) {
            registered.push(Edge {
                from: step.from.clone(),
                to: step.to.clone(),
                classes: vec![step.class.clone()],
            });
        }
    }
    let calls = &bundle.upgrades.registrations;
    registered.extend(calls.iter().flat_map(|call| split(call, executor.grouping)));
    if bundle.upgrades.initialization {
        registered.extend(found.initialization(bundle, executor, core_is_latest));
    }
    if executor.grouping != StepGrouping::OneEdge {
        registered.extend(initial(bundle));
    }
    if let Some(edge) = initial(bundle)
        && edge.to.numbers().is_none()
    {
        found.doubts.push(Doubt {
            from: SchemaVersion::zero(),
            reason: format!(
                "its manifest asks for {}, which is no single version: at which one its tables are made is not known",
                edge.to
            ),
        });
    }
    registered.reverse();
    registered.sort_by(|one, two| one.from.cmp(&two.from));
    let by_itself = executor.switch != AutomaticSwitch::AutoUpgrade;
    for edge in registered {
        found.push(edge, by_itself);
    }
    found
}

/// The creation of a Service Builder module's tables: to `Liferay-Require-SchemaVersion`, else to the bundle's version.
pub fn initial(bundle: &BundleFacts) -> Option<Edge> {
    let asked = bundle.require_schema_version.clone();
    bundle.liferay_service.then(|| Edge {
        from: SchemaVersion::zero(),
        to: SchemaVersion::new(asked.unwrap_or_else(|| bundle.version.to_string())),
        classes: vec![INITIAL.to_owned()],
    })
}

impl Edges {
    /// What is not known about the way from `current`.
    pub fn doubts_from(&self, current: &SchemaVersion) -> Vec<String> {
        if self.doubts.is_empty() {
            return Vec::new();
        }
        let reached = super::breadth_first(&self.edges, current);
        let matters = |doubt: &&Doubt| reached.contains_key(&doubt.from);
        let reasons = self.doubts.iter().filter(matters);
        reasons.map(|doubt| doubt.reason.clone()).collect()
    }

    fn push(&mut self, edge: Edge, by_itself: bool) {
        let twin = |known: &&Edge| known.from == edge.from && known.to == edge.to;
        match self.edges.iter().find(twin) {
            None => self.edges.push(edge),
            // The creation of tables, and the step that stands for it, end at the same state.
            Some(known)
                if by_itself
                    && known.classes != edge.classes
                    && ![INITIAL, DUMMY]
                        .iter()
                        .any(|class| known.classes == [*class]) =>
            {
                self.doubts.push(Doubt {
                    reason: format!(
                        "two steps lead from {} to {}, and which one runs depends on who starts it",
                        edge.from, edge.to
                    ),
                    from: edge.from,
                });
            }
            Some(_) => {}
        }
    }

    /// From `0.0.0` to the highest version that is registered, `1.0.0` without any (`UpgradeStepRegistry` of 7.4).
    fn initialization(
        &mut self,
        bundle: &BundleFacts,
        executor: &ExecutorFacts,
        core_is_latest: bool,
    ) -> Option<Edge> {
        let mut unknown = |reason: String| {
            let from = SchemaVersion::zero();
            self.doubts.push(Doubt { from, reason });
            None
        };
        if !is_later(executor) {
            return unknown(
                "it calls registerInitialization, which the executor of this release does not have"
                    .to_owned(),
            );
        }
        if executor.initialization_needs_core && !core_is_latest {
            return unknown(
                "whether it is set up in one go depends on the core's version at that moment"
                    .to_owned(),
            );
        }
        let mut highest: Option<OsgiVersion> = None;
        for registration in &bundle.upgrades.registrations {
            let text = registration.to.as_str();
            // `UpgradeStepRegistry` with a dot looks at the first five characters only (read).
            let cut = executor.grouping == StepGrouping::Dot && text.chars().count() != 5;
            match text.parse::<OsgiVersion>() {
                Ok(version) if !cut => highest = highest.max(Some(version)),
                _ => {
                    return unknown(format!(
                        "registerInitialization does not understand version {text}"
                    ));
                }
            }
        }
        let to = highest.unwrap_or_else(|| OsgiVersion::new(1, 0, 0));
        Some(Edge {
            from: SchemaVersion::zero(),
            to: SchemaVersion::new(to.to_string()),
            classes: vec![DUMMY.to_owned()],
        })
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
