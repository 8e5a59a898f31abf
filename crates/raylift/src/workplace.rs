//! raylift's own folder of a site: the lock, the runs, their plans and journals.

use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::event::Entry;
use raylift_model::facts::Ownership;
use raylift_model::names::RunId;
use raylift_model::plan::Plan;
use raylift_run::gate::{self, RunSummary};
use raylift_run::journal::{self, Record, SiteLock};
use raylift_run::state::RunStory;

use crate::exit::Exit;
use crate::problem::Problem;
use crate::settings::SiteArgument;

/// The plan in a run's folder.
pub(crate) const PLAN: &str = "plan.json";

/// Nothing is known of any run here, so that there is no list to send a reader to.
pub(crate) fn no_run_at_all() -> Problem {
    Problem::refused(
        codes::NO_RUN,
        "no run took place at this site",
        "Look whether --site names the right home; raylift update begins the first run.",
    )
}

/// raylift's own folder of a site.
pub(crate) struct Workplace {
    state: PathBuf,
}

impl Workplace {
    /// The folder that belongs to a site; nothing is created.
    pub(crate) fn of(site: &SiteArgument) -> Self {
        let home = std::fs::canonicalize(&site.home).unwrap_or_else(|_| site.home.clone());
        Self {
            state: site
                .settings
                .state
                .clone()
                .unwrap_or_else(|| home.join(".raylift")),
        }
    }

    /// The state folder.
    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    /// The folder of one run.
    pub(crate) fn run_folder(&self, run: &RunId) -> PathBuf {
        self.runs_folder().join(run.as_str())
    }

    fn runs_folder(&self) -> PathBuf {
        self.state.join("runs")
    }

    /// Locks the site against a second raylift.
    pub(crate) fn lock(&self) -> Result<SiteLock, Problem> {
        match SiteLock::take(&self.state) {
            Ok(Some(lock)) => Ok(lock),
            Ok(None) => Err(self.at_work()),
            Err(error) => Err(Problem::file("lock", &self.state, &error)),
        }
    }

    /// Refuses while another raylift works on this site, and makes nothing.
    pub(crate) fn refuse_while_at_work(&self) -> Result<(), Problem> {
        if SiteLock::is_held(&self.state) {
            Err(self.at_work())
        } else {
            Ok(())
        }
    }

    fn at_work(&self) -> Problem {
        Problem::refused(
            codes::ANOTHER_RAYLIFT,
            format!(
                "another raylift works on this site ({} is locked)",
                self.state.display()
            ),
            "Wait until it ends; raylift status shows where it is.",
        )
    }

    /// What raylift made in its folder belongs to the site's owner.
    pub(crate) fn hand_over(&self, owner: &Ownership) -> Result<(), Problem> {
        raylift_host::ownership::hand_over(&self.state, owner)
            .map_err(|error| Problem::file("change the owner of", &self.state, &error))
    }

    /// Every run, oldest first.
    pub(crate) fn runs(&self) -> Result<Vec<RunSummary>, Problem> {
        Ok(gate::history(&self.journals()?))
    }

    fn journals(&self) -> Result<Vec<(RunId, Vec<u8>)>, Problem> {
        let folder = self.runs_folder();
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        journal::run_journals(&folder).map_err(|error| Problem::file("read", &folder, &error))
    }

    /// The name of the next run to this version. What is left of an earlier run, a return point above all, never gets
    /// into a later one of the same name. A run's folder without a journal is of a run that never had an effect; its
    /// number is free.
    pub(crate) fn next_run(&self, version: &str) -> Result<RunId, Problem> {
        let mut highest = 0;
        for name in ["runs", "backups", "staging"] {
            let folder = self.state.join(name);
            if !folder.is_dir() {
                continue;
            }
            let names = std::fs::read_dir(&folder)
                .map_err(|error| Problem::file("read", &folder, &error))?;
            for entry in names.flatten() {
                if name == "runs" && !entry.path().join(journal::JOURNAL_FILE).is_file() {
                    continue;
                }
                let text = entry.file_name().to_string_lossy().into_owned();
                let number = text
                    .split('-')
                    .next()
                    .and_then(|number| number.parse::<u32>().ok());
                highest = highest.max(number.unwrap_or(0));
            }
        }
        Ok(RunId::new(format!("{:04}-{version}", highest + 1)))
    }

    /// The run that a command means when none is named.
    pub(crate) fn current(&self) -> Result<Option<RunSummary>, Problem> {
        let mut runs = self.runs()?;
        let at = gate::current(&runs).map(|current| current.run.clone());
        Ok(at
            .and_then(|run| runs.iter().position(|summary| summary.run == run))
            .map(|at| runs.swap_remove(at)))
    }

    /// The plan of a run.
    pub(crate) fn plan(&self, run: &RunId) -> Result<Plan, Problem> {
        read_plan(&self.run_folder(run).join(PLAN))
    }

    /// What a run's journal tells. That of no other run is read.
    pub(crate) fn story(&self, run: &RunId) -> Result<RunStory, Problem> {
        let bytes = self.journal(run)?;
        gate::story(run, &bytes).map_err(|error| damaged(&error.to_string()))
    }

    fn journal(&self, run: &RunId) -> Result<Vec<u8>, Problem> {
        let path = self.run_folder(run).join(journal::JOURNAL_FILE);
        std::fs::read(&path).map_err(|error| Problem::file("read", &path, &error))
    }

    /// All entries of a run's journal that this raylift understands.
    pub(crate) fn entries(&self, run: &RunId) -> Result<Vec<Entry>, Problem> {
        let bytes = self.journal(run)?;
        let contents =
            journal::read(run.as_str(), &bytes).map_err(|error| damaged(&error.to_string()))?;
        Ok(contents
            .records
            .into_iter()
            .filter_map(|record| match record {
                Record::Known(entry) => Some(entry),
                Record::Unknown(_) => None,
            })
            .collect())
    }
}

/// Reads a plan file.
pub(crate) fn read_plan(path: &Path) -> Result<Plan, Problem> {
    let bytes = std::fs::read(path).map_err(|error| Problem::file("read", path, &error))?;
    let plan: Plan = serde_json::from_slice(&bytes).map_err(|error| {
        Problem::refused(
            codes::PLAN_STALE,
            format!("{} is not a plan of this raylift: {error}", path.display()),
            "Plan again.",
        )
    })?;
    if plan.format == raylift_model::plan::FORMAT {
        Ok(plan)
    } else {
        Err(Problem::refused(
            codes::PLAN_STALE,
            format!(
                "{} has format {}; this raylift knows {}",
                path.display(),
                plan.format,
                raylift_model::plan::FORMAT
            ),
            "Plan again, or use the raylift that made the plan.",
        ))
    }
}

fn damaged(message: &str) -> Problem {
    Problem::refused(
        codes::JOURNAL_DAMAGED,
        message,
        "Keep the run's folder as it is and look at the journal.",
    )
    .ending(Exit::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use raylift_model::settings::Settings;

    #[test]
    fn a_number_whose_return_point_is_left_is_not_given_again() {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteArgument {
            home: folder.path().to_owned(),
            settings: Settings::default(),
        };
        let workplace = Workplace::of(&site);
        assert_eq!(
            workplace.next_run("7.2.1").ok().unwrap().as_str(),
            "0001-7.2.1"
        );
        std::fs::create_dir_all(workplace.state().join("runs/0007-7.2.1")).unwrap();
        assert_eq!(
            workplace.next_run("7.2.1").ok().unwrap().as_str(),
            "0001-7.2.1",
            "it never had an effect"
        );
        std::fs::create_dir_all(workplace.state().join("backups/0001-7.2.1")).unwrap();
        assert_eq!(
            workplace.next_run("7.2.1").ok().unwrap().as_str(),
            "0002-7.2.1"
        );
    }

    /// As that of a disk that fails, or of somebody else.
    #[test]
    fn a_runs_own_story_needs_no_other_runs_journal() {
        let folder = tempfile::tempdir().unwrap();
        let workplace = Workplace::of(&SiteArgument {
            home: folder.path().to_owned(),
            settings: Settings::default(),
        });
        let (unreadable, own) = (RunId::new("0001-7.2.1"), RunId::new("0002-7.2.1"));
        let journal = |run| workplace.run_folder(run).join(journal::JOURNAL_FILE);
        std::fs::create_dir_all(journal(&unreadable)).unwrap();
        std::fs::create_dir_all(workplace.run_folder(&own)).unwrap();
        std::fs::write(journal(&own), "").unwrap();
        assert!(workplace.runs().is_err());
        assert!(workplace.story(&own).is_ok());
        assert!(workplace.story(&unreadable).is_err());
    }
}
