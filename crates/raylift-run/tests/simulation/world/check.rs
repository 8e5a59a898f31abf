//! What must hold at every moment, and what is left at the end.

use raylift_model::names::RunId;
use raylift_model::plan::Phase;
use raylift_run::gate::history;
use raylift_run::state::RunState;

use super::{Inner, Place, Tree, World};

/// The site as its users see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    Healthy(Tree),
    Stopped,
    Broken,
}

/// What is left when raylift has nothing more to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) phase: Phase,
    pub(crate) site: Site,
    pub(crate) places: Vec<Place>,
    pub(crate) fence: bool,
    pub(crate) stash: bool,
    pub(crate) staged: bool,
    pub(crate) scratch: bool,
    pub(crate) client: bool,
    pub(crate) point: Option<bool>,
    pub(crate) schema: &'static str,
    pub(crate) build: i64,
    /// Everything written to the old site is in the live data.
    pub(crate) old_writes: bool,
    /// Everything written to the new site is in the live data.
    pub(crate) new_writes: bool,
    /// Everything written at any time is in the live data or set aside.
    pub(crate) all_writes: bool,
}

impl Inner {
    pub(crate) fn violate(&mut self, what: &str) {
        let text = format!("effect {} ({:?}): {what}", self.effects, self.names.last());
        if self.violations.len() < 5 {
            self.violations.push(text);
        }
    }

    pub(crate) fn check_always(&mut self) {
        let lost = self
            .places
            .iter()
            .zip(&self.plan.exchanges)
            .any(|(place, exchange)| {
                exchange.live_exists
                    && ![place.live, place.staged, place.between].contains(&Some(Tree::Old))
            });
        if lost && !self.commit_begun {
            self.violate("an old tree is gone before the commit");
        }
        let kept = |data: &super::Data, number: &u32| {
            data.rows.contains(number) && data.documents.contains(number)
        };
        let everything = self.written.len();
        let nothing_missing =
            self.data.rows.len() == everything && self.data.documents.len() == everything;
        let missing = !nothing_missing
            && self.written.iter().any(|(number, _)| {
                !kept(&self.data, number)
                    && !kept(&self.aside, number)
                    && !self
                        .point
                        .as_ref()
                        .is_some_and(|point| point.complete && kept(&point.data, number))
            });
        if missing {
            self.violate("something users wrote is gone");
        }
    }

    fn has_all(&self, wanted: impl Fn(Tree) -> bool) -> bool {
        self.written.iter().all(|(number, release)| {
            !wanted(*release)
                || (self.data.rows.contains(number) && self.data.documents.contains(number))
        })
    }
}

impl World {
    /// Lets the site come to rest and looks at it.
    pub(crate) fn ending(&self) -> Ending {
        self.pass(6_000);
        let state = self.state();
        self.inner(|inner| Ending {
            phase: state.phase,
            site: match &inner.server {
                None => Site::Stopped,
                Some(server) if inner.serves() => {
                    server.release.map_or(Site::Broken, Site::Healthy)
                }
                Some(_) => Site::Broken,
            },
            places: inner.places.clone(),
            fence: inner.fence,
            stash: inner.stash,
            staged: inner.staged,
            scratch: inner.scratch,
            client: inner.client,
            point: inner.point.as_ref().map(|point| point.complete),
            schema: inner.data.schema,
            build: inner.data.build,
            old_writes: inner.has_all(|release| release == Tree::Old),
            new_writes: inner.has_all(|release| release == Tree::New),
            all_writes: inner.written.iter().all(|(number, _)| {
                inner.data.rows.contains(number) || inner.aside.rows.contains(number)
            }),
        })
    }

    /// The run's state as its journal tells it.
    pub(crate) fn state(&self) -> RunState {
        let bytes = self.inner(|inner| inner.journal.clone());
        let runs = history(&[(RunId::new("run"), bytes)]);
        runs[0].story.as_ref().unwrap().state.clone()
    }

    pub(crate) fn violations(&self) -> Vec<String> {
        self.inner(|inner| inner.violations.clone())
    }
}
