//! The sites that the tests try.

use raylift_model::plan::ReturnMode;

use crate::commands::{Command, run_well};
use crate::world::{Setup, World};

/// Every combination of upgrade steps, supervisor and file system.
pub(crate) fn every_site() -> Vec<Setup> {
    let mut setups = Vec::new();
    for upgrade in [false, true] {
        for supervisor in [false, true] {
            for two_renames in [false, true] {
                setups.push(Setup {
                    upgrade,
                    supervisor,
                    two_renames,
                    ..Setup::default()
                });
            }
        }
    }
    setups
}

/// Four of them, in which every two of the three properties meet in every way.
pub(crate) fn some_sites() -> Vec<Setup> {
    every_site()
        .into_iter()
        .filter(|setup| setup.two_renames == (setup.upgrade != setup.supervisor))
        .collect()
}

/// A world whose update burns in.
pub(crate) fn burning_in(setup: Setup) -> World {
    let world = World::new(setup);
    run_well(&world, Command::Go);
    world
}

/// The ways back that a site allows after an update.
pub(crate) fn ways_back(setup: &Setup) -> Vec<ReturnMode> {
    if setup.upgrade {
        vec![ReturnMode::ReturnPoint]
    } else {
        vec![ReturnMode::CodeOnly, ReturnMode::ReturnPoint]
    }
}
