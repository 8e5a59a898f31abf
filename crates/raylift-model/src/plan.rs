//! The plan: the complete, reviewable decision. What a run needs to know stands here.

mod action;
mod binding;
mod database_names;
mod files;
mod health;
mod properties;
mod return_means;
mod schema;
mod site;
mod steps;
mod titles;
mod way_back;

use serde::{Deserialize, Serialize};

pub use action::{Action, Phase, PlannedAction};
pub use binding::Binding;
pub use database_names::DatabaseNames;
pub use files::{
    Base, CfgKey, Decision, Edit, Exchange, ExchangeProbe, FileDecision, Piece, Splice,
};
pub use health::{HealthPlan, Probe, Timeouts};
pub use properties::{
    ConfigurationAttribute, Handling, OwnValue, PropertyFate, PropertyPlan, PropertySet,
};
pub use return_means::{DatabaseCommands, DatabaseMeans, OwnCommand, ReturnMeans};
pub use schema::schema;
pub use site::{DatabaseTools, PlannedBackups, PlannedRelease, PlannedSite};
pub use steps::{CorePlan, DataUpgrade, ModulePlan, ModuleTarget, PlannedStep, TouchedTable, When};
pub use way_back::{ReturnMode, ReturnNeed, WayBack};

use crate::digest::Digest;
use crate::finding::{Finding, Severity};
use crate::version::ReleaseVersion;

/// The format number of plans that this code writes and reads.
pub const FORMAT: u32 = 1;

/// Everything that was decided about one update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Plan {
    /// The number of the plan's format ([`FORMAT`]).
    pub format: u32,
    /// The installed release.
    pub from: ReleaseVersion,
    /// The release that is installed by the update.
    pub to: ReleaseVersion,
    /// What the reader should know first.
    pub verdict: Verdict,
    /// The site, as far as the run must know it.
    pub site: PlannedSite,
    /// The release, as far as the run must know it.
    pub release: PlannedRelease,
    /// The core's upgrade steps.
    pub core: CorePlan,
    /// Every module whose schema changes, may change or cannot be determined; by name.
    pub modules: Vec<ModulePlan>,
    /// What happens to every file of the product's part of the home, by path.
    pub files: Vec<FileDecision>,
    /// What becomes of every property that the site sets; by set and key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<PropertyPlan>,
    /// What is exchanged at the switch, in order.
    pub exchanges: Vec<Exchange>,
    /// What going back means and until when.
    pub way_back: WayBack,
    /// Somebody asked for an update without a proof; it must be agreed to once more, and by a word.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proof_waived: bool,
    /// How the site is judged after the start.
    pub health: HealthPlan,
    /// Space needed and space there is.
    pub space: Vec<SpaceNeed>,
    /// What the plan is bound to.
    pub binding: Binding,
    /// What is done, in order.
    pub actions: Vec<PlannedAction>,
    /// What the reader must know, blockers first.
    pub findings: Vec<Finding>,
}

/// The plan in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// No upgrade step runs: the outage is a stop and a start.
    Instant,
    /// There are upgrade steps, all of them optional and none asked for.
    OptionalOnly,
    /// Upgrade steps run while the site is down.
    Outage,
    /// Something must be resolved first.
    Blocked,
}

/// Space on one file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SpaceNeed {
    /// A folder on it.
    pub path: String,
    /// Bytes the update needs there at most.
    pub needed: u64,
    /// Bytes that are free.
    pub free: u64,
    /// What it is needed for.
    pub purpose: String,
}

impl Plan {
    /// The digest that names this plan: of its JSON form.
    ///
    /// # Errors
    /// Fails only if the plan cannot be written as JSON, which its types exclude.
    pub fn digest(&self) -> Result<Digest, serde_json::Error> {
        Ok(Digest::of(&serde_json::to_vec(self)?))
    }

    /// By what means the return point is taken; nothing in a plan without one.
    pub fn return_means(&self) -> Option<&ReturnMeans> {
        self.actions
            .iter()
            .find_map(|planned| match &planned.action {
                Action::TakeReturnPoint { means, .. } => Some(means),
                _ => None,
            })
    }

    /// True when database and documents can be brought back to the moment of the return point.
    pub fn has_return_point(&self) -> bool {
        !matches!(self.return_means(), None | Some(ReturnMeans::Notes))
    }

    /// The database on the server that is the return point's copy of the site's; nothing where a dump or files are.
    pub fn return_point_database(&self) -> Option<String> {
        let mut actions = self.actions.iter();
        actions.find_map(|planned| match &planned.action {
            Action::TakeReturnPoint {
                place,
                means: ReturnMeans::Copies,
            } if self.site.copies_on_server() => {
                Some(DatabaseNames::of(&self.site, place).return_point())
            }
            _ => None,
        })
    }

    /// The blockers among the findings.
    pub fn blockers(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.severity == Severity::Blocker)
    }
}
