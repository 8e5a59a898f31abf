//! The rules by which a release upgrades its modules.

use raylift_model::codes;
use raylift_model::facts::{AutomaticSwitch, BundleFacts, ExecutorFacts, StepGrouping};
use raylift_model::finding::{Finding, Severity};
use raylift_model::version::ReleaseVersion;

/// How a release upgrades modules, and by what it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) facts: ExecutorFacts,
    /// The bundle that says so; `None` when they were concluded from the release's line.
    pub(crate) read_from: Option<String>,
}

impl Rules {
    /// From the classes of the release's own executor; where no bundle holds one that is known, from the release's line
    /// (upgrade-internals 2.3, 3.2).
    pub(crate) fn of<'a>(
        mut bundles: impl Iterator<Item = &'a BundleFacts>,
        version: &ReleaseVersion,
    ) -> Self {
        let found = bundles.find_map(|bundle| {
            let facts = bundle.executor.clone()?;
            Some((facts, bundle.symbolic_name.to_string()))
        });
        match found {
            Some((facts, name)) => Self {
                facts,
                read_from: Some(name),
            },
            None => Self {
                facts: by_line(version.line()),
                read_from: None,
            },
        }
    }

    /// What the reader should know about them.
    pub(crate) fn finding(&self, version: &ReleaseVersion) -> Option<Finding> {
        if self.read_from.is_some() {
            return None;
        }
        Some(Finding::new(
            Severity::Note,
            codes::EXECUTOR_ASSUMED,
            version.to_string(),
            "no bundle of the release holds a module executor that raylift knows: how modules are upgraded is concluded from the release's line",
            "nothing",
        ))
    }
}

fn by_line(line: (u32, u32)) -> ExecutorFacts {
    let (grouping, switch) = match line {
        (7, 0..=2) => (StepGrouping::Hyphen, AutomaticSwitch::AutoUpgrade),
        (7, 3) => (StepGrouping::Hyphen, AutomaticSwitch::AutoRun),
        // 7.4 went from one naming to another; the quarterly releases began after the last change.
        (7, _) => (StepGrouping::Undetermined, AutomaticSwitch::AutoRun),
        _ => (StepGrouping::OneEdge, AutomaticSwitch::AutoRun),
    };
    ExecutorFacts {
        expands: line >= (7, 4),
        initialization_needs_core: line >= (7, 4),
        grouping,
        switch,
    }
}

/// Which rows a service module's own check accepts (`ServiceConfigurationExtender`, upgrade-internals 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepts {
    /// The very version: 7.0.
    Exactly,
    /// `[M.m.0, M.(m+1).0)`: 7.1.
    SameMinor,
    /// `[M.m.0, (M+1).0.0)`: 7.2 and later.
    SameMajor,
}

impl Accepts {
    pub(crate) fn of(version: &ReleaseVersion) -> Self {
        match version.line() {
            (7, 0) => Self::Exactly,
            (7, 1) => Self::SameMinor,
            _ => Self::SameMajor,
        }
    }

    /// Whether code that asks for `header` runs with a row at `stored`.
    pub(crate) fn accepts(self, header: (u32, u32, u32), stored: (u32, u32, u32)) -> bool {
        match self {
            Self::Exactly => stored == header,
            Self::SameMinor => (stored.0, stored.1) == (header.0, header.1),
            Self::SameMajor => stored.0 == header.0 && stored.1 >= header.1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The table of upgrade-internals, section 5, for a header 2.1.3.
    #[test]
    fn what_code_accepts_differs_by_line() {
        let stored = [(2, 1, 2), (2, 1, 4), (2, 0, 9), (2, 2, 0), (3, 0, 0)];
        for (accepts, expected) in [
            (Accepts::Exactly, [false, false, false, false, false]),
            (Accepts::SameMinor, [true, true, false, false, false]),
            (Accepts::SameMajor, [true, true, false, true, false]),
        ] {
            let answers = stored.map(|stored| accepts.accepts((2, 1, 3), stored));
            assert_eq!(answers, expected, "{accepts:?}");
        }
    }
}
