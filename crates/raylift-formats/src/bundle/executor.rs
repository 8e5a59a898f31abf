//! The module executor of a release: which of the known ways it goes, by what stands in its classes.
//!
//! Read: `com.liferay.portal.upgrade` 2.8.9 (7.0, the real classes), and `UpgradeStepRegistry` and `UpgradeExecutor` in
//! Liferay's published source of 7.2, 7.4 and 2023. The names of classes and the two texts in `UpgradeStepRegistry` by
//! which it makes versions between are what tells them apart; that other releases keep to these is inference.

use raylift_model::facts::{AutomaticSwitch, ExecutorFacts, StepGrouping};

use super::jar::Jar;
use crate::class::ClassFile;

const PACKAGE: &str = "com/liferay/portal/upgrade/";
const GRAPH: &str = "com/liferay/portal/upgrade/internal/graph/ReleaseGraphManager.class";
const CONFIGURATION: &str =
    "com/liferay/portal/upgrade/internal/configuration/ReleaseManagerConfiguration.class";
/// The class that turns `register` calls into edges, or one that holds it.
const REGISTRY: &str = "UpgradeStepRegist";
/// How classes refer to the property `upgrade.database.auto.run`.
const AUTO_RUN: [&str; 3] = [
    "UPGRADE_DATABASE_AUTO_RUN",
    "isUpgradeDatabaseAutoRunEnabled",
    "upgrade.database.auto.run",
];

/// `None` for every bundle but the one that holds the executor.
pub(super) fn read(jar: &mut Jar<'_>) -> Option<ExecutorFacts> {
    if !jar.has(GRAPH) {
        return None;
    }
    let classes: Vec<String> = jar
        .names()
        .iter()
        .filter_map(|name| name.strip_suffix(".class"))
        .filter(|name| name.starts_with(PACKAGE))
        .map(str::to_owned)
        .collect();
    let mut registry = Texts::default();
    let mut all = Texts::default();
    for class in &classes {
        let texts = jar
            .class(class)
            .and_then(|bytes| ClassFile::read(bytes).ok())
            .and_then(|class| class.texts().ok());
        let into = if class.contains(REGISTRY) {
            &mut registry
        } else {
            &mut all
        };
        match texts {
            Some(texts) => into.texts.extend(texts),
            None => into.damaged = true,
        }
    }
    Some(ExecutorFacts {
        grouping: grouping(&registry),
        expands: registry.has("getUpgradeSteps"),
        initialization_needs_core: registry.has("_portalUpgraded")
            || registry.has("portalUpgraded")
            || registry.has("(Z)Ljava/util/List;"),
        switch: if jar.has(CONFIGURATION) {
            AutomaticSwitch::AutoUpgrade
        } else if AUTO_RUN
            .iter()
            .any(|name| registry.contains(name) || all.contains(name))
        {
            AutomaticSwitch::AutoRun
        } else {
            AutomaticSwitch::Undetermined
        },
    })
}

#[derive(Default)]
struct Texts {
    texts: Vec<String>,
    damaged: bool,
}

impl Texts {
    fn has(&self, text: &str) -> bool {
        self.texts.iter().any(|known| known == text)
    }

    fn contains(&self, part: &str) -> bool {
        self.texts.iter().any(|known| known.contains(part))
    }
}

fn grouping(registry: &Texts) -> StepGrouping {
    match (registry.contains("-step"), registry.contains(".step")) {
        _ if registry.damaged || registry.texts.is_empty() => StepGrouping::Undetermined,
        (true, false) => StepGrouping::Hyphen,
        (false, true) => StepGrouping::Dot,
        (true, true) => StepGrouping::Undetermined,
        // All steps of a call are collected and become one edge.
        (false, false) if registry.has("java/util/List") || registry.has("java/util/ArrayList") => {
            StepGrouping::OneEdge
        }
        (false, false) => StepGrouping::Undetermined,
    }
}
